#include <algorithm>
#include <cmath>

#include "format/palette.hpp"
#include "study/figures/balance_figures.hpp"
#include "study/figures/table_matrix.hpp"

namespace regio::study {
namespace {

/// Ratios beyond this power of two get the colour of this one, so that one cell does not pale all others.
constexpr double most_powers = 3;
constexpr double least_powers = 0.01;

std::string finding(TableChange const& table, CellMovement const& movement) {
  auto const& furthest = movement.largest.front();
  std::string const cell =
      table.label(Margin::rows, furthest.row) + " to " + table.label(Margin::columns, furthest.column);
  if (movement.became_zero > 0) return counted(movement.became_zero, "cell becomes", "cells become") + " zero";
  return cell + (furthest.ratio() < 1 ? " shrinks" : " grows") + " most, to " + short_number(furthest.ratio()) +
         " times its start";
}

}  // namespace

Figure cell_changes_figure(TableChange const& table, CellMovement const& movement, std::string const& source) {
  ShownMargins const shown = ShownMargins::heaviest(movement.of_row, movement.of_column);
  std::vector<double> const ratios =
      shown_cells(table, shown, [](double start, double balanced) { return balanced / start; });
  std::vector<double> const starts = shown_cells(table, shown, [](double start, double) { return start; });
  double widest = least_powers;
  for (double const ratio : ratios) {
    if (ratio > 0) widest = std::max(widest, std::abs(std::log2(ratio)));
  }
  bool const cut = widest > most_powers;
  widest = std::min(widest, most_powers);
  Json values = Json::array();
  for (std::size_t at = 0; at < ratios.size(); ++at) {
    if (std::isnan(ratios[at])) continue;
    double const powers = ratios[at] > 0 ? std::log2(ratios[at]) : -most_powers;
    values.push_back({{"row", table.label(Margin::rows, shown.rows[at / shown.columns.size()])},
                      {"column", table.label(Margin::columns, shown.columns[at % shown.columns.size()])},
                      {"powers", thousandths(powers)},
                      {"ratio", short_number(ratios[at])},
                      {"start", short_number(starts[at])},
                      {"balanced", short_number(starts[at] * ratios[at])}});
  }
  Figure figure{.name = "cell-changes",
                .title = finding(table, movement),
                .description = "Heat map of the table: by what balancing multiplied each cell.",
                .source = source,
                .specification = vega_lite(std::move(values)),
                .data = matrix_table(table, shown, ratios, "cell-changes", "Balanced cell over its start"),
                .note = "The scale is symmetric: doubled and halved cells are equally far from the middle, 1."};
  if (cut) figure.note += " Beyond 8 times, up or down, the colour stays the same.";
  figure.note += shown.note(table, "those whose cells moved furthest");
  Json const colour = {{"field", "powers"},
                       {"type", "quantitative"},
                       {"title", "Balanced cell over its start"},
                       {"scale",
                        {{"domain", {-widest, widest}},
                         {"range", format::difference_colours()},
                         {"interpolate", "lab"},
                         {"clamp", true}}},
                       {"legend",
                        {{"gradientLength", 200},
                         {"gradientThickness", 10},
                         {"tickCount", 5},
                         {"labelExpr", "format(pow(2, datum.value), '.3~r')"}}}};
  table_matrix(figure.specification, table, shown, colour,
               tooltip({{"row_name", "Row"},
                        {"column_name", "Column"},
                        {"start", "Start"},
                        {"balanced", "Balanced"},
                        {"ratio", "Ratio"}}));
  return figure;
}

}  // namespace regio::study
