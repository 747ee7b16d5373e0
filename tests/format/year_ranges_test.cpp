#include "format/year_ranges.hpp"

#include <gtest/gtest.h>

namespace regio::format {
namespace {

TEST(YearRanges, ConsecutiveYearsAreOneRange) {
  EXPECT_EQ(year_ranges({1970, 1971, 1972, 1975, 1980, 1981}), "1970-1972, 1975, 1980-1981");
  EXPECT_EQ(year_ranges({2000}), "2000");
  EXPECT_EQ(year_ranges({1990, 1995, 2000}), "1990, 1995, 2000");
  EXPECT_EQ(year_ranges({}), "");
}

}  // namespace
}  // namespace regio::format
