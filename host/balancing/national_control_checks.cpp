#include "balancing/national_control_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "balancing/balance_checks.hpp"
#include "core/contract.hpp"

namespace regio {
namespace {

template <class View>
void check_shape(std::string const& where, View const& view, Index rows, Index columns, char const* meaning) {
  if (view.rows() != rows || view.columns() != columns) {
    refuse(where, fmt::format("is [{}, {}]; expected [{}, {}], {} of the tables", view.rows(), view.columns(), rows,
                              columns, meaning));
  }
}

/// Calls refused(value) for what may not stand there.
template <class Allowed>
void check_numbers(std::string const& where, MatrixView<double const> numbers, char const* line, char const* place,
                   Allowed const& allowed, char const* expectation) {
  for (Index i = 0; i < numbers.rows(); ++i) {
    for (Index j = 0; j < numbers.columns(); ++j) {
      if (allowed(numbers(i, j))) continue;
      refuse(where, fmt::format("{} {}, {} {} is {}; {}", line, i, place, j, number_text(numbers(i, j)), expectation));
    }
  }
}

bool is_multiplier(double value) { return std::isfinite(value) && value >= 0; }
constexpr char const* multiplier_expectation = "multipliers must be finite and at least 0";

}  // namespace

CellKinds check_national_control_problem(std::string const& where, BalanceMethod method,
                                         NationalControlProblem const& problem, Workers* workers) {
  BatchView<double const> const& tables = problem.tables;
  Index const regions = tables.count(), rows = tables.rows(), columns = tables.columns();
  if (tables.empty()) {
    refuse(where + ".tables",
           fmt::format("is [{}, {}, {}]; expected at least one region, row and column", regions, rows, columns));
  }
  auto const is_finite = [](double value) { return std::isfinite(value); };
  check_shape(where + ".row_totals", problem.row_totals, regions, rows, "regions and rows");
  check_shape(where + ".column_totals", problem.column_totals, regions, columns, "regions and columns");
  check_numbers(where + ".row_totals", problem.row_totals, "region", "row", is_finite, "totals must be finite");
  check_numbers(where + ".column_totals", problem.column_totals, "region", "column", is_finite,
                "totals must be finite");
  if (!problem.national.empty()) {
    check_shape(where + ".national", problem.national, rows, columns, "rows and columns");
    check_numbers(
        where + ".national", problem.national, "row", "column", [](double value) { return !std::isinf(value); },
        "a national cell must be finite, or NaN where it is not controlled");
  }
  if (!problem.column_start.empty()) {
    check_shape(where + ".column_start", problem.column_start, regions, columns, "regions and columns");
    check_numbers(where + ".column_start", problem.column_start, "region", "column", is_multiplier,
                  multiplier_expectation);
  }
  if (!problem.national_start.empty()) {
    check_shape(where + ".national_start", problem.national_start, rows, columns, "rows and columns");
    check_numbers(where + ".national_start", problem.national_start, "row", "column", is_multiplier,
                  multiplier_expectation);
  }
  BatchView<double> const& balanced = problem.balanced;
  if (!balanced.empty() && (balanced.count() != regions || balanced.rows() != rows || balanced.columns() != columns)) {
    refuse(where + ".balanced", fmt::format("is [{}, {}, {}]; expected [{}, {}, {}]", balanced.count(), balanced.rows(),
                                            balanced.columns(), regions, rows, columns));
  }
  // All regions' rows, one below the other.
  MatrixView<double const> const all(tables.data_handle(), regions * rows, columns);
  CellKinds const kinds = cell_kinds(all, workers);
  bool const refused = !kinds.finite || (method == BalanceMethod::ras && kinds.negative);
  for (Index line = 0; refused && line < all.rows(); ++line) {
    for (Index j = 0; j < columns; ++j) {
      check_cell(fmt::format("{}.tables region {},", where, line / rows), method, line % rows, j, all(line, j));
    }
  }
  return kinds;
}

}  // namespace regio
