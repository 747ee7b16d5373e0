/// Permutations of 0 .. n-1: random ones, and all of them by number. One text for host and device.
///
/// Positions are anything with operator[] that gives a reference to an integer.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/host_device.hpp"
#include "core/philox.hpp"

namespace regio {

/// Fills positions[0 .. n) with a permutation, each with equal probability (Fisher and Yates, inside out: nothing has
/// to be laid out before).
template <class Positions>
REGIO_HOST_DEVICE inline void draw_permutation(PhiloxStream random, std::uint32_t n, Positions&& positions) {
  using Position = std::remove_reference_t<decltype(positions[0])>;
  positions[0] = 0;
  for (std::uint32_t i = 1; i < n; ++i) {
    std::uint32_t const j = random.next_below(i + 1);
    positions[i] = static_cast<Position>(i);  // j may be i
    positions[i] = positions[j];
    positions[j] = static_cast<Position>(i);
  }
}

/// n!, n <= 12.
REGIO_HOST_DEVICE inline std::uint32_t factorial(std::uint32_t n) {
  std::uint32_t product = 1;
  for (std::uint32_t i = 2; i <= n; ++i) product *= i;
  return product;
}

/// Fills positions[0 .. n) with permutation `number` < n! in the order of the dictionary; number 0 moves nothing.
template <class Positions>
REGIO_HOST_DEVICE inline void permutation_of_number(std::uint32_t number, std::uint32_t n, Positions&& positions) {
  using Position = std::remove_reference_t<decltype(positions[0])>;
  std::uint32_t places = 1;  // (n - 1 - i)!
  for (std::uint32_t i = n; i-- > 0;) {
    std::uint32_t const choices = n - i;
    positions[i] = static_cast<Position>(number / places % choices);
    // What stands behind counts only those that are left.
    for (std::uint32_t j = i + 1; j < n; ++j) {
      if (positions[j] >= positions[i]) positions[j] = static_cast<Position>(positions[j] + 1);
    }
    places *= choices;
  }
}

}  // namespace regio
