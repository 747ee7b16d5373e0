#include <regio/partition.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <regio/error.hpp>

#include "tests/oracle/partition.hpp"
#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using test::contract_message;
using testing::ElementsAre;
using testing::HasSubstr;
using Labels = std::vector<std::int32_t>;

Labels random_labels(std::mt19937& random, std::size_t n, int clusters) {
  std::uniform_int_distribution<int> label(0, clusters - 1);
  Labels labels(n);
  for (auto& l : labels) l = label(random);
  return labels;
}

TEST(AdjustedRand, EqualPartitionsUnderOtherNumbersAreOne) {
  EXPECT_EQ(adjusted_rand(Labels{0, 0, 1, 1, 2}, Labels{7, 7, 0, 0, 3}), 1.0);
}

TEST(AdjustedRand, TrivialPartitions) {
  EXPECT_EQ(adjusted_rand(Labels{}, Labels{}), 1.0);
  EXPECT_EQ(adjusted_rand(Labels{4}, Labels{0}), 1.0);
  EXPECT_EQ(adjusted_rand(Labels{0, 0, 0}, Labels{5, 5, 5}), 1.0);
  EXPECT_EQ(adjusted_rand(Labels{0, 1, 2}, Labels{2, 0, 1}), 1.0);
  EXPECT_EQ(adjusted_rand(Labels{0, 0, 0}, Labels{0, 1, 2}), 0.0);
}

TEST(AdjustedRand, PublishedExample) {
  // Yeung and Ruzzo (2001), details of the adjusted Rand index: the table 1 1 0 / 1 2 1 / 0 0 4 of ten points has
  // 0.313.
  Labels const u{0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
  Labels const v{0, 1, 0, 1, 1, 2, 2, 2, 2, 2};
  EXPECT_NEAR(adjusted_rand(u, v), 0.313, 5e-4);
}

TEST(AdjustedRand, AgreesWithTheDefinitionOnRandomPartitions) {
  std::mt19937 random(17);
  for (std::size_t n : {2U, 3U, 7U, 31U, 48U, 127U}) {
    for (int clusters : {1, 2, 5, 12, 40}) {
      Labels const a = random_labels(random, n, clusters);
      Labels const b = random_labels(random, n, clusters + 1);
      EXPECT_NEAR(adjusted_rand(a, b), oracle::adjusted_rand(a, b), 1e-12)
          << n << " points, " << clusters << " clusters";
      EXPECT_EQ(adjusted_rand(a, b), adjusted_rand(b, a));
    }
  }
}

TEST(AdjustedRand, SmallDenseAndSparseTablesAgree) {
  std::mt19937 random(5);
  Labels const a = random_labels(random, 300, 6);
  Labels const b = random_labels(random, 300, 4);
  Labels dense = b;
  for (auto& l : dense) l = 40 + l;
  Labels sparse = b;
  for (auto& l : sparse) l = std::numeric_limits<std::int32_t>::max() - l;
  EXPECT_EQ(adjusted_rand(a, b), adjusted_rand(a, dense));
  EXPECT_EQ(adjusted_rand(a, b), adjusted_rand(a, sparse));
  EXPECT_EQ(adjusted_rand(sparse, dense), 1.0);
}

TEST(AdjustedRand, AMillionPointsDoNotOverflow) {
  // Two halves, and the same halves with every fourth point on the other side. Pairs are about 5 10^11, their products
  // 10^23. With n = 10^6: T = 2 [C(375000, 2) + C(125000, 2)], A = B = 2 C(500000, 2), N = C(10^6, 2).
  std::size_t const n = 1'000'000;
  Labels a(n), b(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = i < n / 2 ? 0 : 1;
    b[i] = i % 4 == 0 ? 1 - a[i] : a[i];
  }
  auto const pairs = [](long double m) { return m * (m - 1) / 2; };
  long double const together = 2 * (pairs(375000) + pairs(125000));
  long double const each = 2 * pairs(500000);
  long double const expected = each * each / pairs(1000000);
  double const index = adjusted_rand(a, b);
  EXPECT_NEAR(index, static_cast<double>((together - expected) / (each - expected)), 1e-14);
  EXPECT_EQ(adjusted_rand(a, a), 1.0);
}

TEST(AdjustedRand, CountsBesideThe16BitLimitAreExact) {
  // One point apart from all others, or none: the counts are as large as the number of points.
  for (std::size_t n : {32766U, 32767U, 32768U, 32769U, 65535U, 65536U}) {
    Labels const one(n, 0);
    Labels two(n, 0);
    two.back() = 1;
    EXPECT_EQ(adjusted_rand(one, one), 1.0) << n;
    EXPECT_EQ(adjusted_rand(two, two), 1.0) << n;
    EXPECT_EQ(adjusted_rand(one, two), 0.0) << n;
  }
}

TEST(AdjustedRand, RefusesBadLabels) {
  EXPECT_THAT(contract_message([] {
                (void)adjusted_rand(Labels{0, 1}, Labels{0});
              }),
              HasSubstr("b has 1 labels, a has 2"));
  EXPECT_THAT(contract_message([] {
                (void)adjusted_rand(Labels{0, 1}, Labels{0, -3});
              }),
              HasSubstr("b point 1 has the label -3"));
}

TEST(LeastCostAssignment, AgreesWithAllPermutations) {
  std::mt19937 random(23);
  for (int trial = 0; trial < 300; ++trial) {
    Index const rows = 1 + trial % 6;
    Index const columns = 1 + (trial / 6) % 6;
    // Few different costs, so that ties are the rule.
    std::uniform_int_distribution<int> value(-2, trial % 2 == 0 ? 1 : 9);
    std::vector<double> cost(static_cast<std::size_t>(rows * columns));
    std::vector<std::vector<double>> table(static_cast<std::size_t>(rows));
    for (Index r = 0; r < rows; ++r) {
      for (Index c = 0; c < columns; ++c) {
        cost[static_cast<std::size_t>(r * columns + c)] = value(random);
        table[static_cast<std::size_t>(r)].push_back(cost[static_cast<std::size_t>(r * columns + c)]);
      }
    }
    std::vector<Index> const found = least_cost_assignment({cost.data(), rows, columns});
    std::vector<int> const expected = oracle::least_cost_assignment(table, static_cast<std::size_t>(columns));
    EXPECT_EQ(std::vector<int>(found.begin(), found.end()), expected) << "trial " << trial;
  }
}

TEST(LeastCostAssignment, AllEqualCostsGiveTheIdentity) {
  std::vector<double> const cost(4 * 4, 0.1);
  EXPECT_THAT(least_cost_assignment({cost.data(), 4, 4}), ElementsAre(0, 1, 2, 3));
}

TEST(LeastCostAssignment, RectangularTables) {
  std::vector<double> const wide{9, 1, 9, 9, 9, 2};
  EXPECT_THAT(least_cost_assignment({wide.data(), 2, 3}), ElementsAre(1, 2));
  std::vector<double> const tall{5, 1, 3};
  EXPECT_THAT(least_cost_assignment({tall.data(), 3, 1}), ElementsAre(-1, 0, -1));
  EXPECT_TRUE(least_cost_assignment(MatrixView<double const>{}).empty());
}

TEST(LeastCostAssignment, SeesRowsOfAWiderTable) {
  std::vector<double> const cost{9, 1, 0, 1, 9, 0};
  EXPECT_THAT(least_cost_assignment({cost.data(), 2, 2, 3}), ElementsAre(1, 0));
}

TEST(LeastCostAssignment, RefusesCostsThatAreNotFinite) {
  std::vector<double> const cost{1, 2, std::nan(""), 4};
  EXPECT_THAT(contract_message([&] {
                (void)least_cost_assignment({cost.data(), 2, 2});
              }),
              HasSubstr("row 1, column 0 is nan"));
}

TEST(AlignByOverlap, UndoesARenumbering) {
  Labels const fixed{0, 0, 1, 1, 2, 2};
  Labels const moving{2, 2, 0, 0, 1, 0};
  EXPECT_THAT(align_by_overlap(fixed, 3, moving, 3), ElementsAre(1, 2, 0));
}

TEST(AlignByOverlap, NewClustersGetFreeNumbers) {
  Labels const fixed{0, 0, 0, 1, 1, 1};
  Labels const moving{0, 1, 1, 2, 2, 3};
  EXPECT_THAT(align_by_overlap(fixed, 2, moving, 4), ElementsAre(2, 0, 1, 3));
}

TEST(AlignByOverlap, FewerClustersKeepTheNumbersOfTheirPartners) {
  Labels const fixed{0, 1, 1, 2, 2, 2};
  Labels const moving{1, 1, 1, 0, 0, 0};
  EXPECT_THAT(align_by_overlap(fixed, 3, moving, 2), ElementsAre(2, 1));
}

TEST(AlignByOverlap, PointsWithoutALabelDoNotCount) {
  Labels const fixed{0, -1, -1, 1};
  Labels const moving{1, 0, 0, 0};
  EXPECT_THAT(align_by_overlap(fixed, 2, moving, 2), ElementsAre(1, 0));
  EXPECT_THAT(contract_message([&] { (void)align_by_overlap(fixed, 1, moving, 2); }),
              HasSubstr("point 3 has the label 1; labels must be -1 or in 0 .. 0"));
}

TEST(AlignByCentres, PairsTheNearest) {
  std::vector<double> const fixed{0, 0, 10, 0, 0, 10};
  std::vector<double> const moving{1, 9, 0, 1, 9, 1};
  EXPECT_THAT(align_by_centres({fixed.data(), 3, 2}, {moving.data(), 3, 2}), ElementsAre(2, 0, 1));
}

TEST(ConsensusClusters, OneLabellingComesBack) {
  Labels const labels{3, 1, 3, 0, 1};
  Consensus const consensus = consensus_clusters({labels}, 3);
  EXPECT_THAT(consensus.labels, ElementsAre(0, 1, 0, 2, 1));
  EXPECT_THAT(consensus.agreement, ElementsAre(1, 1, 1, 1, 1));
}

TEST(ConsensusClusters, MajorityWinsAndAgreementTellsHowClearly) {
  // Point 2 stands with 0 and 1 in two of three labellings.
  Labels const a{0, 0, 0, 1, 1};
  Labels const b{1, 1, 1, 0, 0};
  Labels const c{0, 0, 1, 1, 1};
  Consensus const consensus = consensus_clusters({a, b, c}, 2);
  EXPECT_THAT(consensus.labels, ElementsAre(0, 0, 0, 1, 1));
  EXPECT_DOUBLE_EQ(consensus.agreement[0], (1.0 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(consensus.agreement[2], 2.0 / 3);
  EXPECT_DOUBLE_EQ(consensus.agreement[3], 1);
  EXPECT_DOUBLE_EQ(consensus.coassociation[2 * 5 + 3], 1.0 / 3);
}

TEST(ConsensusClusters, TiesGoToTheFirstPoints) {
  Labels const apart{0, 1, 2, 3};
  EXPECT_THAT(consensus_clusters({apart}, 3).labels, ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(consensus_clusters({apart}, 1).labels, ElementsAre(0, 0, 0, 0));
}

/// Average linkage as the textbook says it: every mean from the single pairs, every step.
Labels average_linkage(std::vector<Labels> const& labellings, std::size_t clusters) {
  std::size_t const n = labellings.front().size();
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < n; ++i) groups.push_back({i});
  while (groups.size() > clusters) {
    std::size_t best_a = 0, best_b = 1;
    double best = -1;
    for (std::size_t a = 0; a < groups.size(); ++a) {
      for (std::size_t b = a + 1; b < groups.size(); ++b) {
        double sum = 0;
        for (std::size_t i : groups[a]) {
          for (std::size_t j : groups[b]) {
            for (auto const& labels : labellings) sum += labels[i] == labels[j] ? 1 : 0;
          }
        }
        double const mean = sum / static_cast<double>(groups[a].size() * groups[b].size());
        if (mean > best) {
          best = mean;
          best_a = a;
          best_b = b;
        }
      }
    }
    groups[best_a].insert(groups[best_a].end(), groups[best_b].begin(), groups[best_b].end());
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(best_b));
  }
  Labels result(n);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t i : groups[g]) result[i] = static_cast<std::int32_t>(g);
  }
  return result;
}

TEST(ConsensusClusters, AgreesWithTheTextbookOnRandomLabellings) {
  std::mt19937 random(41);
  for (int trial = 0; trial < 60; ++trial) {
    std::size_t const n = 2 + static_cast<std::size_t>(trial) % 17;
    std::vector<Labels> labellings;
    for (int l = 0; l < 1 + trial % 5; ++l) labellings.push_back(random_labels(random, n, 3));
    std::size_t const clusters = 1 + static_cast<std::size_t>(trial) % n;
    std::vector<VectorView<std::int32_t const>> const views(labellings.begin(), labellings.end());
    EXPECT_EQ(consensus_clusters(views, static_cast<Index>(clusters)).labels, average_linkage(labellings, clusters))
        << "trial " << trial;
  }
}

TEST(ConsensusClusters, RefusesWhatItCannotUse) {
  Labels const a{0, 1}, shorter{0}, negative{0, -1};
  EXPECT_THAT(contract_message([] { (void)consensus_clusters({}, 1); }), HasSubstr("are none"));
  EXPECT_THAT(contract_message([&] {
                (void)consensus_clusters({a, shorter}, 1);
              }),
              HasSubstr("labellings[1] has 1 points"));
  EXPECT_THAT(contract_message([&] { (void)consensus_clusters({negative}, 1); }),
              HasSubstr("point 1 has the label -1"));
  EXPECT_THAT(contract_message([&] { (void)consensus_clusters({a}, 3); }), HasSubstr("is 3; must be in 1 .. 2"));
}

}  // namespace
}  // namespace regio
