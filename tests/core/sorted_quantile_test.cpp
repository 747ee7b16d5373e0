#include "core/sorted_quantile.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace regio {
namespace {

TEST(SortedQuantile, LinearBetweenNeighbours) {
  std::vector<double> const sorted{1, 2, 4, 8};
  EXPECT_EQ(sorted_quantile(sorted, 0), 1);
  EXPECT_EQ(sorted_quantile(sorted, 0.25), 1.75);
  EXPECT_EQ(sorted_quantile(sorted, 0.5), 3);
  EXPECT_EQ(sorted_quantile(sorted, 0.75), 5);
  EXPECT_EQ(sorted_quantile(sorted, 1), 8);
}

TEST(SortedQuantile, OfOneNumberIsTheNumber) {
  for (double const share : {0.0, 0.3, 1.0}) EXPECT_EQ(sorted_quantile(std::vector{7.0}, share), 7);
}

TEST(SortedQuantile, ShareThatIsNoNumberHasNone) {
  EXPECT_TRUE(std::isnan(sorted_quantile(std::vector{1.0, 2.0}, std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace regio
