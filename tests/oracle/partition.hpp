/// Adjusted Rand index and assignment by their definitions, without regio.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

namespace oracle {

/// Hubert and Arabie (1985), by looking at every pair of points.
inline double adjusted_rand(std::vector<int> const& a, std::vector<int> const& b) {
  double both = 0, only_a = 0, only_b = 0, neither = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = i + 1; j < a.size(); ++j) {
      bool const in_a = a[i] == a[j];
      bool const in_b = b[i] == b[j];
      (in_a ? (in_b ? both : only_a) : (in_b ? only_b : neither)) += 1;
    }
  }
  double const all = both + only_a + only_b + neither;
  if (only_a == 0 && only_b == 0) return 1;
  double const expected = (both + only_a) * (both + only_b) / all;
  double const greatest = (2 * both + only_a + only_b) / 2;
  return (both - expected) / (greatest - expected);
}

/// The lexicographically first assignment of least cost, by trying all; -1 (no column) stands after every column.
inline std::vector<int> least_cost_assignment(std::vector<std::vector<double>> const& cost, std::size_t columns) {
  std::size_t const rows = cost.size();
  std::size_t const n = std::max(rows, columns);
  std::vector<int> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::vector<int> best;
  double least = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      if (static_cast<std::size_t>(order[r]) < columns) sum += cost[r][static_cast<std::size_t>(order[r])];
    }
    if (sum < least) {
      least = sum;
      best.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(rows));
    }
  } while (std::next_permutation(order.begin(), order.end()));
  for (int& c : best) {
    if (static_cast<std::size_t>(c) >= columns) c = -1;
  }
  return best;
}

}  // namespace oracle
