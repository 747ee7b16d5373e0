/// The planned operation of permutation tests: prepared statistics, and what is counted of their permutations.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include <regio/permutation_test.hpp>

#include "interaction/permutation_form.hpp"

namespace regio {

/// Permutations whose statistics are summed by themselves before the sums are added in their order.
inline constexpr Index permutation_chunk = 256;

/// What a range of permutations comes to.
struct PermutationTally {
  Index at_least = 0, at_most = 0, as_extreme = 0;
  double sum = 0, squares = 0;

  void add(PermutationTally const& other) noexcept {
    at_least += other.at_least;
    at_most += other.at_most;
    as_extreme += other.as_extreme;
    sum += other.sum;
    squares += other.squares;
  }
};

/// Of the statistics of one chunk.
inline PermutationTally tally_of(std::span<double const> statistics, double estimate) noexcept {
  PermutationTally tally;
  double const above = estimate - permutation_tie_tolerance, below = estimate + permutation_tie_tolerance;
  double const far = std::abs(estimate) - permutation_tie_tolerance;
  for (double const statistic : statistics) {
    tally.at_least += statistic >= above ? 1 : 0;
    tally.at_most += statistic <= below ? 1 : 0;
    tally.as_extreme += std::abs(statistic) >= far ? 1 : 0;
    tally.sum += statistic;
    tally.squares += statistic * statistic;
  }
  return tally;
}

/// One problem whose permutations are to be made.
struct PermutationItem {
  PermutationForm const* form = nullptr;
  double estimate = 0;
  Index permutations = 0;
  bool exact = false;  ///< permutation b is the b-th of all; otherwise random stream (seed, stream, b) draws it
  std::uint64_t stream = 0;
  double* statistics = nullptr;  ///< [permutations], out; null: not wanted

  PermutationTally tally;
  bool complete = false;  ///< false when stopped
};

/// Makes all permutations of all items.
struct PermutationTestOperation {
  static constexpr std::string_view name = "permutation_test";

  std::span<PermutationItem> items;
  std::uint64_t seed = 0;
  Control const& control;
};

}  // namespace regio
