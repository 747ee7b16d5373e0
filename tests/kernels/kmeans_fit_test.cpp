// The kernels of k-means by themselves: every variant against the textbook, and the same bits from all of them.
// That they also give the bits of the CPU is tested in tests/cuda/kmeans_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/kmeans_launch.cuh"
#include "tests/kernels/kmeans_batch.hpp"
#include "tests/oracle/kmeans.hpp"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

constexpr KmeansVariant every_variant[] = {KmeansVariant::warp_shared, KmeansVariant::block_shared,
                                           KmeansVariant::block_global_points, KmeansVariant::block_global};

oracle::Table table_of(std::vector<double> const& values, int d) {
  oracle::Table rows;
  for (auto from = values.begin(); from != values.end(); from += d) rows.emplace_back(from, from + d);
  return rows;
}

TEST(KmeansFit, EveryVariantFollowsTheTextbookFromGivenCentres) {
  std::vector<Problem> problems;
  for (std::int64_t n : {1, 7, 31, 32, 33, 127}) {
    for (int d : {1, 4, 9}) {
      for (int k : {1, 3, 6}) {
        if (k <= n) problems.push_back(given(problem_of(n, d, k, static_cast<std::uint64_t>(n + d), n % 2 == 1)));
      }
    }
  }
  KmeansRules const rules{.seed = 0, .tolerance = 1e-4, .max_iterations = 300};
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch(problems).run(variant, rules);
    int compared = 0;
    for (std::size_t p = 0; p < problems.size(); ++p) {
      Problem const& problem = problems[p];
      SCOPED_TRACE(std::string(kernel_name(variant)) + " n=" + std::to_string(problem.n) +
                   " d=" + std::to_string(problem.d) + " k=" + std::to_string(problem.k));
      std::vector<double> weights = problem.weights;
      if (weights.empty()) weights.assign(static_cast<std::size_t>(problem.n), 1.0);
      oracle::Clustering const expected =
          oracle::lloyd(table_of(problem.rows, problem.d), weights, table_of(problem.starts, problem.d), 1e-4, 300);
      if (expected.had_empty_cluster) continue;
      ++compared;
      EXPECT_EQ(std::vector<int>(fits[p].labels.begin(), fits[p].labels.end()), expected.labels);
      EXPECT_EQ(fits[p].figures.iterations, expected.iterations);
      EXPECT_NEAR(fits[p].figures.inertia, expected.inertia, 1e-12 * expected.inertia + 1e-20);
      EXPECT_EQ(fits[p].figures.converged, 1);
    }
    EXPECT_GT(compared, 30);
  }
}

// Two ranges of points, more clusters than a word has flags, weights of zero, and every kind of start.
TEST(KmeansFit, EveryVariantAndBlockGivesTheSameBits) {
  std::vector<Problem> problems;
  for (std::int64_t n : {2, 40, 1100}) {
    for (int k : {1, 2, 5, 37}) {
      if (k > n) continue;
      for (int candidates : {0, 3}) {
        Problem problem = problem_of(n, 2, k, static_cast<std::uint64_t>(n));
        problem.candidates = k == 1 ? std::min(candidates, 1) : std::min(candidates, 2 + k / 3);
        problem.runs = n > 1000 ? 1 : 3;
        if (k == 5) {
          for (std::int64_t i = 0; i < n; ++i) problem.weights.push_back(static_cast<double>(i % 3));
        }
        problems.push_back(problem);
      }
    }
  }
  KmeansRules const rules{.seed = 3, .tolerance = 0, .max_iterations = 4};
  std::vector<Fit> const expected = Batch(problems).run(KmeansVariant::block_shared, rules, 1, 32);
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch(problems).run(variant, rules, 3, 96);
    for (std::size_t p = 0; p < problems.size(); ++p) {
      EXPECT_EQ(fits[p], expected[p]) << kernel_name(variant) << ", problem " << p;
    }
  }
}

TEST(KmeansFit, EmptyClustersGetThePointsThatTheTextSays) {
  // Points 0, 0, 0, 10, 30 and centres of which the last two are far from all of them: docs/methods/kmeans.md.
  Problem problem{.n = 5, .d = 1, .k = 5, .rows = {0, 0, 0, 10, 30}, .starts = {0, 11, 29.5, 900, 901}};
  // Duplicates on a lattice, so that clusters stay empty and ties abound.
  Numbers numbers(5);
  Problem lattice{.n = 40, .d = 2, .k = 30, .rows = {}};
  for (int e = 0; e < 80; ++e) lattice.rows.push_back(std::floor(4 * numbers.next()));
  for (int e = 0; e < 60; ++e) lattice.starts.push_back(std::floor(9 * numbers.next()) - 2);
  KmeansRules const rules{.seed = 0, .tolerance = 0, .max_iterations = 50};
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch({problem, lattice}).run(variant, rules);
    SCOPED_TRACE(kernel_name(variant));
    EXPECT_EQ(fits[0].figures.inertia, 0);
    EXPECT_EQ(fits[0].figures.relocations, 2);
    EXPECT_EQ(fits[1].figures.inertia, 0) << "16 different points and 30 clusters";
    EXPECT_EQ(fits[1].figures.converged, 1);
  }
}

TEST(KmeansFit, ChainIsOneTaskWhoseProblemsStartWhereTheFormerEnded) {
  std::vector<Problem> chain;
  for (int year = 0; year < 4; ++year) {
    Problem problem = problem_of(30 + year, 3, 4, static_cast<std::uint64_t>(year));
    problem.candidates = 3;
    problem.after = year - 1;
    chain.push_back(problem);
  }
  KmeansRules const rules{.seed = 1, .tolerance = 1e-4, .max_iterations = 300};
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch(chain).run(variant, rules);
    for (std::size_t year = 1; year < chain.size(); ++year) {
      Problem alone = chain[year];
      alone.after = -1;
      alone.starts = fits[year - 1].centres;
      EXPECT_EQ(Batch({alone}).run(variant, rules)[0], fits[year]) << kernel_name(variant) << ", year " << year;
    }
  }
}

TEST(KmeansFit, TheFirstPartOfLeastInertiaIsChosen) {
  std::vector<Problem> parts(5, given(problem_of(33, 2, 3, 1)));
  Batch batch(parts), destination({parts[0]});
  KmeansRules const rules{.seed = 0, .tolerance = 0, .max_iterations = 10};
  std::vector<Fit> const fits = batch.run(KmeansVariant::warp_shared, rules);
  destination.run(KmeansVariant::warp_shared, rules);
  std::vector<KmeansPlace> places;
  double const inertias[] = {5, 4, 2, 2, 3};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    places.push_back(batch.place(part));
    simt::DeviceMemoryOpen const open;
    places.back().figures->inertia = inertias[part];
    places.back().figures->run = static_cast<std::int64_t>(part);
    places.back().labels[0] = static_cast<std::int32_t>(100 + part);
    places.back().centres[5] = static_cast<double>(part);
  }
  Stream const stream;
  simt::DeviceArray<KmeansPlace> const device_places(places);
  simt::DeviceArray<KmeansChoice> const choices(std::vector<KmeansChoice>{{.parts = device_places.data(),
                                                                           .part_count = 5,
                                                                           .best = destination.place(0),
                                                                           .count = 33,
                                                                           .centre_numbers = 6}});
  EXPECT_EQ(launch_kmeans_choose(stream.handle(), choices.data(), 1), cudaSuccess);
  stream.wait();
  simt::DeviceMemoryOpen const open;
  EXPECT_EQ(destination.place(0).figures->run, 2);
  EXPECT_EQ(destination.place(0).figures->inertia, 2);
  EXPECT_EQ(destination.place(0).labels[0], 102);
  EXPECT_EQ(destination.place(0).labels[32], fits[2].labels[32]);
  EXPECT_EQ(destination.place(0).centres[5], 2);
}

}  // namespace
}  // namespace regio::cuda
