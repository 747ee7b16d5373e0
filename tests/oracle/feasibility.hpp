/// Whether totals can be met, by looking at every set of rows and columns; independent of regio and of flows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

namespace oracle {

/// Only the signs of the cells matter here.
using SignedTable = std::vector<std::vector<int>>;
using Totals = std::vector<std::int64_t>;

/// Whether every positive cell of the rows lies in the columns and every negative cell of the columns in the rows.
template <class HasRow, class HasColumn>
bool is_closed(SignedTable const& table, HasRow const& has_row, HasColumn const& has_column) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = 0; j < table[i].size(); ++j) {
      if (table[i][j] > 0 && has_row(i) && !has_column(j)) return false;
      if (table[i][j] < 0 && has_column(j) && !has_row(i)) return false;
    }
  }
  return true;
}

/// Hoffman's theorem: totals can be met if their sums agree and no closed set of rows and columns needs more than it
/// can take. O(2^(rows + columns) cells).
inline bool feasible(SignedTable const& table, Totals const& u, Totals const& v) {
  std::int64_t gap = 0;
  for (std::int64_t const total : u) gap += total;
  for (std::int64_t const total : v) gap -= total;
  if (gap != 0) return false;
  for (std::size_t set = 0; set < std::size_t{1} << (u.size() + v.size()); ++set) {
    auto const has_row = [&](std::size_t i) { return (set >> i) % 2 == 1; };
    auto const has_column = [&](std::size_t j) { return (set >> (u.size() + j)) % 2 == 1; };
    std::int64_t need = 0;
    for (std::size_t i = 0; i < u.size(); ++i) need += has_row(i) ? u[i] : 0;
    for (std::size_t j = 0; j < v.size(); ++j) need -= has_column(j) ? v[j] : 0;
    if (need > 0 && is_closed(table, has_row, has_column)) return false;
  }
  return true;
}

/// Whether cell (i, j) is other than zero in a solution. Integer totals have integer extreme solutions, so a cell that
/// can be other than zero can be 1 or more: the rest must then meet what is left of its totals.
inline bool can_be_nonzero(SignedTable const& table, Totals u, Totals v, std::size_t i, std::size_t j) {
  int const unit = table[i][j] > 0 ? 1 : -1;
  u[i] -= unit;
  v[j] -= unit;
  return table[i][j] != 0 && feasible(table, u, v);
}

/// By how much the named rows need more than the named columns can take (or columns more than rows can give), with
/// throws where the sets show nothing: a margin out of range or named twice, or a cell that leaves them.
template <class Position>
std::int64_t verify_evidence(SignedTable const& table, Totals const& u, Totals const& v,
                             std::vector<Position> const& rows, std::vector<Position> const& columns,
                             bool columns_need_more) {
  std::set<std::size_t> row_set, column_set;
  std::int64_t need = 0;
  for (Position const i : rows) {
    need += u.at(static_cast<std::size_t>(i));
    if (!row_set.insert(static_cast<std::size_t>(i)).second) throw std::runtime_error("a row is named twice");
  }
  for (Position const j : columns) {
    need -= v.at(static_cast<std::size_t>(j));
    if (!column_set.insert(static_cast<std::size_t>(j)).second) throw std::runtime_error("a column is named twice");
  }
  auto const has_row = [&](std::size_t i) { return row_set.count(i) == 1; };
  auto const has_column = [&](std::size_t j) { return column_set.count(j) == 1; };
  // The other way round the sets that are not named must be closed: nothing leads into those that are.
  bool const closed = columns_need_more ? is_closed(
                                              table, [&](std::size_t i) { return !has_row(i); },
                                              [&](std::size_t j) { return !has_column(j); })
                                        : is_closed(table, has_row, has_column);
  if (!closed) throw std::runtime_error("a cell leaves the named rows and columns");
  return columns_need_more ? -need : need;
}

}  // namespace oracle
