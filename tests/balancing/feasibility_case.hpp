/// Tables of signs with totals, and the whole decision about them.
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "balancing/margin_checks.hpp"
#include "balancing/margin_flow.hpp"
#include "tests/oracle/feasibility.hpp"

namespace regio {

inline TableSupport support_of(oracle::SignedTable const& table, std::size_t columns) {
  TableSupport support;
  support.rows = static_cast<Index>(table.size());
  support.columns = static_cast<Index>(columns);
  support.row_start.push_back(0);
  for (auto const& row : table) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (row[j] == 0) continue;
      support.column.push_back(static_cast<Index>(j));
      support.sign.push_back(row[j] > 0 ? 1 : -1);
    }
    support.row_start.push_back(static_cast<Index>(support.column.size()));
  }
  return support;
}

inline std::vector<double> scaled(oracle::Totals const& totals, double unit) {
  std::vector<double> values;
  for (std::int64_t const total : totals) values.push_back(static_cast<double>(total) * unit);
  return values;
}

inline double magnitude(std::vector<double> const& u, std::vector<double> const& v) {
  double sum = 0;
  for (double const total : u) sum += std::abs(total);
  for (double const total : v) sum += std::abs(total);
  return sum;
}

struct FeasibilityCase {
  oracle::SignedTable table;
  oracle::Totals u, v;

  /// For a failing test's message.
  [[nodiscard]] std::string text() const {
    std::string text;
    for (std::size_t i = 0; i < u.size(); ++i) {
      for (int const cell : table[i]) text += (cell > 0 ? " +" : cell < 0 ? " -" : " .");
      text += " | " + std::to_string(u[i]) + "\n";
    }
    for (std::int64_t const total : v) text += " " + std::to_string(total);
    return text;
  }
};

/// A table with zeros, of one sign or both. Its totals are those of a solution, which may have more zeros; those of a
/// solution but for a few units that other margins have; or any.
inline FeasibilityCase random_case(std::mt19937_64& random) {
  auto const below = [&](std::uint64_t limit) { return random() % limit; };
  auto const amount = [&](int limit) { return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(limit))); };
  FeasibilityCase c;
  c.table.assign(1 + below(4), std::vector<int>(1 + below(4)));
  c.u.assign(c.table.size(), 0);
  c.v.assign(c.table[0].size(), 0);
  std::uint64_t const kind = below(5);
  bool const non_negative = below(2) == 0;
  for (std::size_t i = 0; i < c.u.size(); ++i) {
    for (std::size_t j = 0; j < c.v.size(); ++j) {
      c.table[i][j] = (below(5) < 3 ? 1 : 0) * (!non_negative && below(3) == 0 ? -1 : 1);
      std::int64_t const cell = kind == 0 ? 0 : c.table[i][j] * amount(3);
      c.u[i] += cell;
      c.v[j] += cell;
    }
  }
  if (kind == 0) {
    std::int64_t gap = 0;
    for (std::int64_t& total : c.u) gap += total = amount(8) - (non_negative ? 0 : 3);
    for (std::int64_t& total : c.v) gap -= total = amount(8) - (non_negative ? 0 : 3);
    if (below(8) != 0) c.v.back() += gap;
  } else if (kind < 4) {
    std::int64_t const units = 1 + amount(2);
    auto& totals = below(2) == 0 ? c.u : c.v;
    totals[below(totals.size())] += units;
    totals[below(totals.size())] -= units;
  }
  return c;
}

/// What check_margins and check_flow say together, for the table as it is.
struct Feasibility {
  MarginChecks checks;
  std::optional<MarginConflict> conflict;
  std::vector<TableCell> forced_zeros;
};

inline Feasibility feasibility(TableSupport const& support, std::vector<double> const& u, std::vector<double> const& v,
                               double allowance) {
  Feasibility found;
  found.checks = check_margins(support, u, v, allowance);
  found.conflict = found.checks.conflict;
  if (found.conflict) return found;
  FlowResult const flow = check_flow(without_wiped(support, found.checks), u, v, allowance);
  if (flow.conflict) found.conflict = with_wiped_margins(*flow.conflict, support, u, v);
  found.forced_zeros = flow.forced_zeros;
  return found;
}

}  // namespace regio
