#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "study/figures/balance_figures.hpp"
#include "study/figures/table_matrix.hpp"

namespace regio::study {
namespace {

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Standard deviation of a cell over its mean; NaN where a cell is zero in every draw.
double relative_spread(DrawnNumber const& cell) {
  return cell.mean == 0 ? std::numeric_limits<double>::quiet_NaN() : cell.standard_deviation / std::abs(cell.mean);
}

struct LeastCertain {
  Index row = 0, column = 0;
  double spread = -1;
};

std::string finding(TableChange const& table, LeastCertain const& cell) {
  if (!(cell.spread > 0)) return "No cell varies";
  return fmt::format("{} to {} is the least certain: its standard deviation is {} % of its mean",
                     table.label(Margin::rows, cell.row), table.label(Margin::columns, cell.column),
                     short_number(100 * cell.spread));
}

}  // namespace

Figure cell_spread_figure(BalancedTable const& problem, TargetDraws const& draws, std::string const& source) {
  TableFile const& file = *problem.table;
  TableChange const table{file.rows, file.columns, [&](TableChange::Visit const& visit) {
                            file.for_each_cell([&](Index row, Index column, Index at) {
                              visit(row, column, draws.cells[position(at)].mean,
                                    relative_spread(draws.cells[position(at)]));
                            });
                          }};
  std::vector<double> of_row(position(file.rows.size()), 0.0), of_column(position(file.columns.size()), 0.0);
  LeastCertain least_certain;
  table.for_each_cell([&](Index row, Index column, double mean, double spread) {
    if (std::isnan(spread)) return;
    of_row[position(row)] += spread * std::abs(mean);
    of_column[position(column)] += spread * std::abs(mean);
    if (spread > least_certain.spread) least_certain = {row, column, spread};
  });
  ShownMargins const shown = ShownMargins::heaviest(of_row, of_column);
  std::vector<double> const spreads = shown_cells(table, shown, [](double, double spread) { return 100 * spread; });
  std::vector<double> const means = shown_cells(table, shown, [](double mean, double) { return mean; });
  Json values = Json::array();
  for (std::size_t at = 0; at < spreads.size(); ++at) {
    if (std::isnan(spreads[at])) continue;
    values.push_back({{"row", table.label(Margin::rows, shown.rows[at / shown.columns.size()])},
                      {"column", table.label(Margin::columns, shown.columns[at % shown.columns.size()])},
                      {"spread", thousandths(spreads[at])},
                      {"share", short_number(spreads[at]) + " %"},
                      {"mean", short_number(means[at])}});
  }
  Figure figure{
      .name = "cell-spread",
      .title = finding(table, least_certain),
      .description = "Heat map of the table: standard deviation of each cell over the draws, in % of its mean.",
      .source = source,
      .specification = vega_lite(std::move(values)),
      .data = matrix_table(table, shown, spreads, "cell-spread", "Standard deviation in % of the mean")};
  figure.note = shown.note(table, "those whose cells vary most");
  table_matrix(figure.specification, table, shown, magnitude_colour("spread", "Standard deviation, %"),
               tooltip({{"row_name", "Row"},
                        {"column_name", "Column"},
                        {"mean", "Mean"},
                        {"share", "Standard deviation of the mean"}}));
  return figure;
}

}  // namespace regio::study
