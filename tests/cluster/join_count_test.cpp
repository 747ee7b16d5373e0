#include <regio/partition.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "tests/oracle/partition.hpp"
#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using testing::HasSubstr;
using Labels = std::vector<std::int32_t>;
using test::contract_message;

TEST(JoinCount, ByHand) {
  // Six regions in a row, the halves in one cluster each: four of five pairs; by chance 5 * 2 * 6 / 30.
  Labels const labels{0, 0, 0, 1, 1, 1};
  JoinCount const joins = join_count(labels, {{0, 1}, {2, 1}, {2, 3}, {3, 4}, {4, 5}}, {});
  EXPECT_EQ(joins.clusters, 2);
  EXPECT_EQ(joins.pairs, 5);
  EXPECT_EQ(joins.same_cluster, 4);
  EXPECT_DOUBLE_EQ(joins.expected, 2);
  EXPECT_DOUBLE_EQ(joins.ratio, 2);
}

TEST(JoinCount, AgreesWithEveryOrderOfTheLabels) {
  std::mt19937 random(29);
  for (int trial = 0; trial < 20; ++trial) {
    std::uniform_int_distribution<int> label(trial % 4 == 0 ? -1 : 0, 2), coin(0, 1);
    std::vector<int> labels(7);
    for (int& l : labels) l = label(random);
    std::vector<NeighbourPair> pairs;
    std::vector<std::pair<int, int>> same_pairs;
    for (int a = 0; a < 7; ++a) {
      for (int b = 0; b < a; ++b) {
        if (coin(random) == 0) continue;
        pairs.push_back({a, b});
        same_pairs.emplace_back(a, b);
      }
    }
    constexpr Index permutations = 20000;
    JoinCount const found = join_count(labels, pairs, {.permutations = permutations});
    oracle::JoinMoments const expected = oracle::join_moments(labels, same_pairs);
    EXPECT_EQ(found.same_cluster, oracle::joins(labels, same_pairs));
    EXPECT_NEAR(found.expected, expected.mean, 1e-12) << "trial " << trial;
    double const p = expected.at_least;
    double const error = std::sqrt(p * (1 - p) / permutations) + 1.0 / permutations;
    EXPECT_NEAR(found.p_value, p, 5 * error) << "trial " << trial;
  }
}

TEST(JoinCount, PointsWithoutALabelDoNotCount) {
  Labels const all{0, 1, 0, 1}, with_gap{0, 1, -1, 0, 1};
  JoinCount const four = join_count(all, {{0, 1}, {1, 2}, {2, 3}, {0, 2}}, {});
  JoinCount const five = join_count(with_gap, {{0, 1}, {1, 3}, {3, 4}, {0, 3}, {1, 2}, {2, 3}}, {});
  EXPECT_EQ(four.pairs, five.pairs);
  EXPECT_EQ(four.same_cluster, five.same_cluster);
  EXPECT_EQ(four.expected, five.expected);
  EXPECT_EQ(four.p_value, five.p_value);
}

TEST(JoinCount, WhatCannotBeSaidIsNan) {
  JoinCount const alone = join_count(Labels{0, 1, 2}, {{0, 1}, {1, 2}}, {});
  EXPECT_EQ(alone.expected, 0);
  EXPECT_TRUE(std::isnan(alone.ratio));
  EXPECT_EQ(alone.p_value, 1) << "no order has fewer";
  EXPECT_TRUE(std::isnan(join_count(Labels{0, 0}, {}, {}).p_value));
  EXPECT_TRUE(std::isnan(join_count(Labels{0, 0}, {{0, 1}}, {.permutations = 0}).p_value));
  JoinCount const together = join_count(Labels{4, 4, 4}, {{0, 1}, {1, 2}}, {});
  EXPECT_EQ(together.ratio, 1);
  EXPECT_EQ(together.p_value, 1);
  EXPECT_EQ(join_count(Labels{}, {}, {}).clusters, 0);
}

TEST(JoinCount, RefusesWhatItCannotUse) {
  auto const message = [](Labels const& labels, std::vector<NeighbourPair> const& pairs, Index permutations = 9) {
    return contract_message([&] { (void)join_count(labels, pairs, {.permutations = permutations}); });
  };
  EXPECT_THAT(message({0, 0}, {{0, 2}}), HasSubstr("pairs[0] joins points 0 and 2; there are 2"));
  EXPECT_THAT(message({0, 0}, {{1, 1}}), HasSubstr("pairs[0] joins point 1 with itself"));
  EXPECT_THAT(message({0, 0}, {{0, 1}, {1, 0}}), HasSubstr("join points 0 and 1 more than once"));
  EXPECT_THAT(message({0, -2}, {}), HasSubstr("point 1 has the label -2"));
  EXPECT_THAT(message({0, 0}, {}, -1), HasSubstr("options.permutations is -1"));
}

}  // namespace
}  // namespace regio
