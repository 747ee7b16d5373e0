#include "interaction/descending_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace regio {
namespace {

std::vector<Index> positions_of(std::vector<NumberAt> const& numbers) {
  std::vector<Index> positions;
  for (NumberAt const& each : numbers) positions.push_back(each.position);
  return positions;
}

TEST(SortDescending, IsTheStableOrder) {
  std::mt19937_64 random(5);
  for (std::size_t const count : {0U, 1U, 2U, 136U, 70'000U}) {
    for (int const kinds : {1, 7, 1'000'000}) {
      std::vector<NumberAt> numbers;
      for (std::size_t k = 0; k < count; ++k) {
        auto const kind = static_cast<double>(random() % static_cast<unsigned>(kinds));
        numbers.push_back({std::ldexp(kind, static_cast<int>(random() % 40) - 20), static_cast<Index>(k)});
      }
      std::vector<NumberAt> expected = numbers;
      std::stable_sort(expected.begin(), expected.end(),
                       [](NumberAt const& a, NumberAt const& b) { return a.number > b.number; });
      sort_descending(numbers);
      EXPECT_EQ(positions_of(numbers), positions_of(expected)) << count << " numbers of " << kinds;
    }
  }
}

TEST(SortDescending, KnowsTheEndsOfTheRange) {
  using Limits = std::numeric_limits<double>;
  std::vector<NumberAt> numbers{{-0.0, 0},          {Limits::denorm_min(), 1}, {0.0, 2}, {Limits::infinity(), 3},
                                {Limits::max(), 4}, {Limits::min(), 5},        {-0.0, 6}};
  sort_descending(numbers);
  EXPECT_EQ(positions_of(numbers), (std::vector<Index>{3, 4, 5, 1, 0, 2, 6}));
}

}  // namespace
}  // namespace regio
