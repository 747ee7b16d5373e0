#include <regio/cluster_dynamics.hpp>
#include <regio/partition.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace regio {
namespace {

constexpr unsigned seeds = 50;
using Labels = std::vector<std::int32_t>;

Labels random_labels(std::mt19937& random, std::size_t n, std::int32_t clusters) {
  std::uniform_int_distribution<std::int32_t> label(0, clusters - 1);
  Labels labels(n);
  for (auto& l : labels) l = label(random);
  return labels;
}

std::vector<std::int32_t> random_permutation(std::mt19937& random, std::int32_t size) {
  std::vector<std::int32_t> permutation(static_cast<std::size_t>(size));
  std::iota(permutation.begin(), permutation.end(), 0);
  std::shuffle(permutation.begin(), permutation.end(), random);
  return permutation;
}

Labels renumbered(Labels labels, std::vector<std::int32_t> const& numbers) {
  for (auto& l : labels) l = numbers[static_cast<std::size_t>(l)];
  return labels;
}

TEST(PartitionProperties, AdjustedRandIgnoresNumbersAndTheOrderOfPoints) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::size_t const n = 2 + random() % 200;
    auto const clusters = static_cast<std::int32_t>(1 + random() % 40);
    Labels const a = random_labels(random, n, clusters);
    Labels const b = random_labels(random, n, 5);
    double const index = adjusted_rand(a, b);
    EXPECT_LE(index, 1);
    EXPECT_EQ(adjusted_rand(renumbered(a, random_permutation(random, clusters)), b), index);
    std::vector<std::int32_t> const order = random_permutation(random, static_cast<std::int32_t>(n));
    Labels a_shuffled(n), b_shuffled(n);
    for (std::size_t i = 0; i < n; ++i) {
      a_shuffled[i] = a[static_cast<std::size_t>(order[i])];
      b_shuffled[i] = b[static_cast<std::size_t>(order[i])];
    }
    EXPECT_EQ(adjusted_rand(a_shuffled, b_shuffled), index);
  }
}

TEST(PartitionProperties, AlignmentUndoesAnyRenumbering) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto const clusters = static_cast<std::int32_t>(1 + random() % 9);
    Labels labels = random_labels(random, 100, clusters);
    for (std::int32_t c = 0; c < clusters; ++c) labels[static_cast<std::size_t>(c)] = c;
    Labels const moving = renumbered(labels, random_permutation(random, clusters));
    EXPECT_EQ(renumbered(moving, align_by_overlap(labels, clusters, moving, clusters)), labels);
  }
}

TEST(PartitionProperties, NoExchangeOfTwoRowsImprovesAnAssignment) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto const n = static_cast<Index>(2 + random() % 60);
    std::normal_distribution<double> value;
    std::vector<double> cost(static_cast<std::size_t>(n * n));
    for (double& c : cost) c = value(random);
    MatrixView<double const> const table(cost.data(), n, n);
    std::vector<Index> const column = least_cost_assignment(table);
    std::vector<Index> sorted = column;
    std::sort(sorted.begin(), sorted.end());
    for (Index r = 0; r < n; ++r) ASSERT_EQ(sorted[static_cast<std::size_t>(r)], r);
    for (Index a = 0; a < n; ++a) {
      for (Index b = a + 1; b < n; ++b) {
        Index const column_a = column[static_cast<std::size_t>(a)];
        Index const column_b = column[static_cast<std::size_t>(b)];
        ASSERT_LE(table(a, column_a) + table(b, column_b), table(a, column_b) + table(b, column_a) + 1e-12);
      }
    }
  }
}

ClusterHistory random_history(std::mt19937& random, std::int32_t clusters) {
  ClusterHistory history;
  history.clusters = clusters;
  std::size_t const regions = 2 + random() % 40;
  for (std::size_t r = 0; r < regions; ++r) history.regions.push_back("R" + std::to_string(r));
  for (int y = 0; y < 8; ++y) history.years.push_back(2000 + y);
  history.labels = random_labels(random, regions * history.years.size(), clusters);
  return history;
}

TEST(DynamicsProperties, CountsMovesAndSharesAddUp) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto const clusters = static_cast<std::int32_t>(1 + random() % 7);
    ClusterHistory const history = random_history(random, clusters);
    DynamicsReport const report = cluster_dynamics(history, {});
    auto const k = static_cast<std::size_t>(clusters);
    auto const regions = static_cast<Index>(history.regions.size());
    Index moved = 0;
    for (std::size_t y = 0; y + 1 < history.years.size(); ++y) {
      auto const& counts = report.consecutive[y].counts;
      for (std::size_t c = 0; c < k; ++c) {
        Index from = 0, to = 0;
        for (std::size_t other = 0; other < k; ++other) {
          from += counts[c * k + other];
          to += counts[other * k + c];
        }
        EXPECT_EQ(from, report.counts[y * k + c]);
        EXPECT_EQ(to, report.counts[(y + 1) * k + c]);
      }
      moved += report.consecutive[y].moved;
    }
    Index changes = 0;
    for (RegionDynamics const& region : report.regions) changes += region.changes;
    EXPECT_EQ(changes, moved);
    EXPECT_EQ(std::accumulate(report.counts.begin(), report.counts.end(), Index{0}),
              regions * static_cast<Index>(history.years.size()));
  }
}

TEST(DynamicsProperties, OtherNumbersOfTheClustersChangeNoMovement) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto const clusters = static_cast<std::int32_t>(2 + random() % 6);
    ClusterHistory history = random_history(random, clusters);
    DynamicsReport const before = cluster_dynamics(history, {});
    history.labels = renumbered(history.labels, random_permutation(random, clusters));
    DynamicsReport const after = cluster_dynamics(history, {});
    for (std::size_t y = 0; y < before.consecutive.size(); ++y) {
      EXPECT_EQ(after.consecutive[y].moved, before.consecutive[y].moved);
      EXPECT_EQ(after.consecutive[y].adjusted_rand, before.consecutive[y].adjusted_rand);
      if (std::isnan(before.consecutive[y].shorrocks)) {
        EXPECT_TRUE(std::isnan(after.consecutive[y].shorrocks));
      } else {
        EXPECT_NEAR(after.consecutive[y].shorrocks, before.consecutive[y].shorrocks, 1e-14);
      }
    }
    for (std::size_t r = 0; r < before.regions.size(); ++r) {
      EXPECT_EQ(after.regions[r].changes, before.regions[r].changes);
      EXPECT_EQ(after.regions[r].modal_share, before.regions[r].modal_share);
      EXPECT_EQ(after.regions[r].stability, before.regions[r].stability);
    }
    EXPECT_EQ(after.events.size(), before.events.size());
  }
}

}  // namespace
}  // namespace regio
