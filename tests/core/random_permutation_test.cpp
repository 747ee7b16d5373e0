#include "core/random_permutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <vector>

namespace regio {
namespace {

TEST(RandomPermutation, EveryOneIsEquallyLikely) {
  constexpr int draws = 24'000, kinds = 24;
  std::map<std::vector<int>, int> counts;
  std::vector<int> positions(4);
  for (std::uint32_t b = 0; b < draws; ++b) {
    draw_permutation(PhiloxStream(5, 7, b), 4, positions.data());
    ++counts[positions];
  }
  ASSERT_EQ(counts.size(), std::size_t{kinds});
  double chi_square = 0;
  for (auto const& [permutation, count] : counts) {
    double const off = count - draws / double{kinds};
    chi_square += off * off / (draws / double{kinds});
  }
  EXPECT_LT(chi_square, 49.7);  // chance of more: 0.001
}

TEST(RandomPermutation, IsAPermutationOfAnySize) {
  for (std::uint32_t n : {1U, 2U, 3U, 85U, 1000U}) {
    std::vector<std::uint16_t> positions(n);
    draw_permutation(PhiloxStream(0, 0, 0), n, positions.data());
    std::sort(positions.begin(), positions.end());
    for (std::uint32_t i = 0; i < n; ++i) EXPECT_EQ(positions[i], i);
  }
}

TEST(RandomPermutation, NumbersFollowTheDictionary) {
  for (std::uint32_t n : {1U, 2U, 5U, 7U}) {
    std::vector<std::int64_t> expected(n), positions(n);
    std::iota(expected.begin(), expected.end(), std::int64_t{0});
    for (std::uint32_t number = 0; number < factorial(n); ++number) {
      permutation_of_number(number, n, positions.data());
      EXPECT_EQ(positions, expected) << "permutation " << number << " of " << n;
      std::next_permutation(expected.begin(), expected.end());
    }
    EXPECT_TRUE(std::is_sorted(expected.begin(), expected.end())) << "every permutation was met";
  }
}

}  // namespace
}  // namespace regio
