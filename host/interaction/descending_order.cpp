#include "interaction/descending_order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace regio {
namespace {

constexpr unsigned digit_bits = 11, digits = 6;
constexpr std::uint64_t digit_values = 1U << digit_bits;

/// Numbers >= 0 have the order of their bits; their complements have the descending one. Minus zero is made zero.
std::size_t digit_of(double number, unsigned digit) {
  return ~std::bit_cast<std::uint64_t>(number + 0.0) >> (digit * digit_bits) & (digit_values - 1);
}

}  // namespace

void sort_descending(std::vector<NumberAt>& numbers) {
  std::vector<std::array<std::size_t, digit_values>> counts(digits);
  for (auto const& [number, position] : numbers) {
    for (unsigned digit = 0; digit < digits; ++digit) ++counts[digit][digit_of(number, digit)];
  }
  std::vector<NumberAt> sorted(numbers.size());
  for (unsigned digit = 0; digit < digits; ++digit) {
    std::array<std::size_t, digit_values>& next = counts[digit];
    if (*std::max_element(next.begin(), next.end()) == numbers.size()) continue;
    std::size_t before = 0;
    for (std::size_t& place : next) {
      std::size_t const count = place;
      place = before;
      before += count;
    }
    for (NumberAt const& each : numbers) sorted[next[digit_of(each.number, digit)]++] = each;
    numbers.swap(sorted);
  }
}

}  // namespace regio
