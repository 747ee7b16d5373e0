/// Adjusted Rand index, assignment and join count by their definitions, without regio.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
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

/// Pairs of neighbours with one label; -1 is no label.
inline int joins(std::vector<int> const& labels, std::vector<std::pair<int, int>> const& pairs) {
  int count = 0;
  for (auto const& [a, b] : pairs) {
    int const first = labels[static_cast<std::size_t>(a)], second = labels[static_cast<std::size_t>(b)];
    if (first >= 0 && first == second) ++count;
  }
  return count;
}

struct JoinMoments {
  double mean = 0;
  double at_least = 0;  ///< share of the orders with as many joins as the labels themselves, or more
};
/// Cliff and Ord (1981), chapter 2: over every order of the labels among the points that have one.
inline JoinMoments join_moments(std::vector<int> labels, std::vector<std::pair<int, int>> const& pairs) {
  int const observed = joins(labels, pairs);
  std::vector<std::size_t> places;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0) places.push_back(i);
  }
  order = places;
  std::vector<int> const given = labels;
  JoinMoments moments;
  double orders = 0;
  do {
    for (std::size_t i = 0; i < places.size(); ++i) labels[places[i]] = given[order[i]];
    int const count = joins(labels, pairs);
    moments.mean += count;
    moments.at_least += count >= observed ? 1 : 0;
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  moments.mean /= orders;
  moments.at_least /= orders;
  return moments;
}

}  // namespace oracle
