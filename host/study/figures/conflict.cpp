#include <algorithm>
#include <cmath>

#include "study/figures/balance_figures.hpp"
#include "study/figures/marked_cells.hpp"

namespace regio::study {
namespace {

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::vector<bool> members(Index count, std::vector<Index> const& positions) {
  std::vector<bool> result(position(count), false);
  for (Index const i : positions) result[position(i)] = true;
  return result;
}

}  // namespace

Figure conflict_figure(BalancedTable const& result, std::string const& source) {
  BalanceEvidence const& evidence = evidence_of(result);
  bool const columns_need = evidence.columns_need_more;
  CellKind const needing = {columns_need ? "cells of the columns that need more" : "cells of the rows that need more",
                            strong_colour};
  CellKind const unreached = {columns_need ? "no cell: these rows cannot give" : "no cell: these columns cannot take",
                              empty_colour};
  CellKind const sharing = {
      columns_need ? "other cells of the rows they reach" : "other cells of the columns they reach", second_colour};
  CellKind const elsewhere = {"cells elsewhere", quiet_colour};

  ShownMargins const shown = ShownMargins::with_first(result, evidence.rows, evidence.columns);
  std::vector<bool> const of_rows = members(result.table->rows.size(), evidence.rows);
  std::vector<bool> const of_columns = members(result.table->columns.size(), evidence.columns);
  std::vector<double> const cells = shown_cells(result, shown, [](double before, double) { return before; });
  Json values = Json::array();
  for (std::size_t at = 0; at < cells.size(); ++at) {
    bool const in_rows = of_rows[position(shown.rows[at / shown.columns.size()])];
    bool const in_columns = of_columns[position(shown.columns[at % shown.columns.size()])];
    bool const needs = columns_need ? in_columns : in_rows;
    bool const reached = columns_need ? in_rows : in_columns;
    bool const is_cell = !std::isnan(cells[at]);
    if (!is_cell && !(needs && !reached)) continue;
    CellKind const& kind = !is_cell ? unreached : needs && reached ? needing : reached ? sharing : elsewhere;
    values.push_back(marked_cell(result, shown, at, cells[at], kind));
  }
  Figure figure{.name = "conflict",
                .title = columns_need ? "The columns in conflict reach no other rows"
                                      : "The rows in conflict reach no other columns",
                .description =
                    "The table with the rows and columns of the conflict first; colours say which cells can "
                    "serve the totals in conflict.",
                .source = source,
                .specification = vega_lite(std::move(values)),
                .data = matrix_table(result, shown, cells, "conflict", "The table, rows and columns in conflict first"),
                .note =
                    "Balancing cannot put a number where there is none, so what is needed must find its place in "
                    "the cells of the strongest colour."};
  figure.note += shown.note(result, "those in conflict first");
  table_matrix(figure.specification, result, shown, colour_of_kinds({needing, unreached, sharing, elsewhere}),
               kind_tooltip());
  return figure;
}

Figure forced_zeros_figure(BalancedTable const& result, std::string const& source) {
  BalanceEvidence const& evidence = evidence_of(result);
  CellKind const becoming = {"becomes zero", strong_colour};
  CellKind const staying = {"stays", quiet_colour};
  std::vector<double> of_row(position(result.table->rows.size()), 0.0);
  std::vector<double> of_column(position(result.table->columns.size()), 0.0);
  for (TableCell const& cell : evidence.forced_zeros) {
    ++of_row[position(cell.row)];
    ++of_column[position(cell.column)];
  }
  ShownMargins const shown = ShownMargins::heaviest(of_row, of_column);
  auto const is_forced = [&](std::size_t at) {
    TableCell const cell{shown.rows[at / shown.columns.size()], shown.columns[at % shown.columns.size()]};
    return forced_zero_position(evidence, cell) >= 0;
  };
  VectorView<double const> const start = result.table->values();
  std::vector<double> const cells = shown_cells(result, shown, [](double before, double) { return before; });
  Json values = Json::array();
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (std::isnan(cells[at])) continue;
    values.push_back(marked_cell(result, shown, at, cells[at], is_forced(at) ? becoming : staying));
  }
  Figure figure{
      .name = "forced-zeros",
      .title =
          std::to_string(evidence.forced_zeros.size()) + " of " +
          counted(static_cast<Index>(std::count_if(start.begin(), start.end(), [](double cell) { return cell != 0; })),
                  "cell", "cells") +
          " can only be zero",
      .description = "The table; the marked cells are zero in every table that meets the totals.",
      .source = source,
      .specification = vega_lite(std::move(values)),
      .data = matrix_table(result, shown, cells, "forced-zeros-table", "The table before balancing"),
      .note = "Empty places had no cell from the start."};
  figure.note += shown.note(result, "those with most of these cells");
  table_matrix(figure.specification, result, shown, colour_of_kinds({becoming, staying}), kind_tooltip());
  return figure;
}

}  // namespace regio::study
