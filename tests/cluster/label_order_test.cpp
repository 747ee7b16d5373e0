#include "cluster/label_order.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace regio {
namespace {

using Places = std::vector<std::int32_t>;

class LabelPlaces : public testing::Test {
 protected:
  // Cluster 0: three members, far; 1: one member at its centre; 2: two members, near; 3: nobody.
  std::vector<std::int32_t> labels_{0, 2, 0, 1, 2, 0};
  std::vector<double> distance_{5, 1, 3, 0, 2, 4};
  std::vector<double> target_{10, 70, 20, 40, 90, 30};
  OrderedPoints points_{labels_, distance_, target_};
};

TEST_F(LabelPlaces, MeanDistancePutsTheTightestFirst) {
  EXPECT_EQ(label_places(LabelOrder::mean_distance, points_, 4), (Places{2, 0, 1, 3}));
}

TEST_F(LabelPlaces, TargetPutsTheHighestMeanFirst) {
  EXPECT_EQ(label_places(LabelOrder::target, points_, 4), (Places{2, 1, 0, 3}));
}

TEST_F(LabelPlaces, SizePutsTheLargestFirst) {
  EXPECT_EQ(label_places(LabelOrder::size, points_, 4), (Places{0, 2, 1, 3}));
}

TEST_F(LabelPlaces, NoneKeepsEvenEmptyClustersInPlace) {
  labels_ = {3, 3, 3, 1, 1, 1};
  EXPECT_EQ(label_places(LabelOrder::none, points_, 4), (Places{0, 1, 2, 3}));
}

TEST_F(LabelPlaces, EqualClustersFollowTheirFirstMembers) {
  labels_ = {2, 0, 1, 2, 1, 0};
  EXPECT_EQ(label_places(LabelOrder::size, points_, 3), (Places{1, 2, 0}));
}

}  // namespace
}  // namespace regio
