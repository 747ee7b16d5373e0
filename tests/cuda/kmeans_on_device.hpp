/// k-means on the simulated device beside the CPU.
#pragma once

#include <gtest/gtest.h>

#include <regio/kmeans.hpp>

#include "tests/cuda/simulated_engine.hpp"

namespace regio {

inline void expect_same_bits(KmeansReport const& report, KmeansReport const& expected) {
  EXPECT_EQ(report.outcome, expected.outcome);
  EXPECT_EQ(report.all_labels, expected.all_labels);
  EXPECT_EQ(report.all_centres, expected.all_centres);
  EXPECT_EQ(report.inertia, expected.inertia);
  EXPECT_EQ(report.iterations, expected.iterations);
  EXPECT_EQ(report.best_run, expected.best_run);
  EXPECT_EQ(report.relocations, expected.relocations);
  EXPECT_EQ(report.distinct_clusters, expected.distinct_clusters);
  EXPECT_EQ(report.all_sizes, expected.all_sizes);
  EXPECT_EQ(report.all_run_labels, expected.all_run_labels);
  EXPECT_EQ(report.all_run_inertia, expected.all_run_inertia);
  EXPECT_EQ(report.all_run_iterations, expected.all_run_iterations);
}

}  // namespace regio
