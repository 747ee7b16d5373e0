/// Textbook forms of correlation and of permutation tests, in long double and by their definitions. Includes nothing of
/// the library.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace oracle {

using Numbers = std::vector<double>;

/// Rank = values below, plus half of the others that are equal, plus one.
inline Numbers ranks(Numbers const& values) {
  Numbers result;
  for (double const value : values) {
    double rank = 0.5;
    for (double const other : values) rank += other < value ? 1.0 : other == value ? 0.5 : 0.0;
    result.push_back(rank);
  }
  return result;
}

inline long double pearson(Numbers const& x, Numbers const& y) {
  auto const n = static_cast<long double>(x.size());
  long double const mean_x = std::accumulate(x.begin(), x.end(), 0.0L) / n;
  long double const mean_y = std::accumulate(y.begin(), y.end(), 0.0L) / n;
  long double products = 0, squares_x = 0, squares_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - mean_x) * (y[i] - mean_y);
    squares_x += (x[i] - mean_x) * (x[i] - mean_x);
    squares_y += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return products / std::sqrt(squares_x * squares_y);
}

inline long double spearman(Numbers const& x, Numbers const& y) { return pearson(ranks(x), ranks(y)); }

/// tau-b from concordant, discordant and tied pairs.
inline long double kendall(Numbers const& x, Numbers const& y) {
  long double concordant = 0, discordant = 0, tied_x = 0, tied_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      bool const same_x = x[i] == x[j], same_y = y[i] == y[j];
      if (same_x) ++tied_x;
      if (same_y) ++tied_y;
      if (same_x || same_y) continue;
      if ((x[i] < x[j]) == (y[i] < y[j])) {
        ++concordant;
      } else {
        ++discordant;
      }
    }
  }
  auto const n = static_cast<long double>(x.size());
  long double const pairs = n * (n - 1) / 2;
  return (concordant - discordant) / std::sqrt((pairs - tied_x) * (pairs - tied_y));
}

/// A square matrix, row by row.
struct Square {
  std::size_t n;
  Numbers cells;
  [[nodiscard]] double at(std::size_t i, std::size_t j) const { return cells[i * n + j]; }
};

/// -1: cells below the diagonal, 1: above, 0: both.
inline Numbers compared(Square const& matrix, int triangle, std::vector<std::size_t> const& order) {
  Numbers values;
  for (std::size_t i = 0; i < matrix.n; ++i) {
    for (std::size_t j = 0; j < matrix.n; ++j) {
      if ((triangle == 0 && i != j) || (triangle < 0 && j < i) || (triangle > 0 && j > i)) {
        std::size_t a = order[i], b = order[j];
        // Of one triangle the matrix is its mirror image.
        if ((triangle < 0 && a < b) || (triangle > 0 && a > b)) std::swap(a, b);
        values.push_back(matrix.at(a, b));
      }
    }
  }
  return values;
}

struct Enumerated {
  long at_least = 0, at_most = 0, as_extreme = 0, permutations = 0;
  long double estimate = 0, mean = 0, deviation = 0;
};

/// All permutations of n objects; `statistic(order)` is that of the second side in this order.
template <class Statistic>
Enumerated enumerate(std::size_t n, Statistic&& statistic) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Enumerated result;
  result.estimate = statistic(order);
  std::vector<long double> all;
  constexpr long double tie = 1e-12L;
  do {
    long double const value = statistic(order);
    all.push_back(value);
    if (value >= result.estimate - tie) ++result.at_least;
    if (value <= result.estimate + tie) ++result.at_most;
    if (std::abs(value) >= std::abs(result.estimate) - tie) ++result.as_extreme;
  } while (std::next_permutation(order.begin(), order.end()));
  result.permutations = static_cast<long>(all.size());
  auto const count = static_cast<long double>(all.size());
  result.mean = std::accumulate(all.begin(), all.end(), 0.0L) / count;
  for (long double const value : all) result.deviation += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(result.deviation / count);
  return result;
}

inline Numbers reordered(Numbers const& values, std::vector<std::size_t> const& order) {
  Numbers result;
  for (std::size_t const i : order) result.push_back(values[i]);
  return result;
}

}  // namespace oracle
