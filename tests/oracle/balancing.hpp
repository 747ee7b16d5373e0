/// Textbook RAS and GRAS: the table itself is scaled, row by row and column by column, in long double, without any of
/// the library's ideas. Includes nothing of regio.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace oracle {

using Table = std::vector<std::vector<double>>;

/// The factor r > 0 with r P - N / r = total for cells whose positive ones sum to P and negative ones to -N.
inline long double margin_factor(long double positive, long double negative, long double total) {
  if (negative == 0) return positive == 0 ? 1 : total / positive;
  if (positive == 0) return -negative / total;
  // Of the two roots r and -N / (P r) the first is positive; the one without cancellation is computed.
  long double const root = std::sqrt(total * total + 4 * positive * negative);
  return total >= 0 ? (total + root) / (2 * positive) : 2 * negative / (root - total);
}

/// The balanced table after `sweeps` fits of the rows and then the columns.
inline Table balanced(Table const& table, std::vector<double> const& row_totals,
                      std::vector<double> const& column_totals, int sweeps) {
  std::size_t const m = table.size(), n = column_totals.size();
  std::vector<std::vector<long double>> x(m, std::vector<long double>(n));
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) x[i][j] = table[i][j];
  }
  bool moved = true;
  auto const fit = [&](auto const& cell, std::size_t length, long double total) {
    long double positive = 0, negative = 0;
    for (std::size_t k = 0; k < length; ++k) (cell(k) > 0 ? positive : negative) += std::abs(cell(k));
    long double const factor = margin_factor(positive, negative, total);
    for (std::size_t k = 0; k < length; ++k) cell(k) = cell(k) > 0 ? cell(k) * factor : cell(k) / factor;
    moved = moved || std::abs(factor - 1) > 1e-16L;
  };
  for (int sweep = 0; sweep < sweeps && moved; ++sweep) {
    moved = false;
    for (std::size_t i = 0; i < m; ++i) {
      fit([&](std::size_t j) -> long double& { return x[i][j]; }, n, row_totals[i]);
    }
    for (std::size_t j = 0; j < n; ++j) {
      fit([&](std::size_t i) -> long double& { return x[i][j]; }, m, column_totals[j]);
    }
  }
  Table result(m, std::vector<double>(n));
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) result[i][j] = static_cast<double>(x[i][j]);
  }
  return result;
}

}  // namespace oracle
