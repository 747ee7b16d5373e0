#include <cmath>

#include <fmt/format.h>

#include "study/figures/balance_figures.hpp"
#include "study/figures/marked_cells.hpp"

namespace regio::study {
namespace {

constexpr CellKind in_need = {"cells of the totals that need more", strong_colour};
constexpr CellKind missing = {"no cell: a number here would help", empty_colour};
constexpr CellKind in_short_room = {"other cells of the totals that leave too little room", second_colour};
constexpr CellKind elsewhere = {"cells elsewhere", quiet_colour};

/// How the cells of the totals that need more are tied by the others.
std::string finding(TableChange const& table, CertificateCells const& cells) {
  Index needing = 0, tied = 0;
  table.for_each_cell([&](Index row, Index column, double, double) {
    auto const at = static_cast<std::size_t>(row * cells.columns + column);
    needing += cells.needing[at] > 0 ? 1 : 0;
    tied += cells.needing[at] > 0 && cells.giving[at] < 0 ? 1 : 0;
  });
  if (needing == 0) return "No cell belongs to a total that needs more";
  std::string const ending = "of the totals that need more lies in totals that leave too little room, too";
  if (tied == needing) return "Every cell " + ending;
  return fmt::format("{} of {} of the totals that need more {} in totals that leave too little room, too", tied,
                     counted(needing, "cell", "cells"), tied == 1 ? "lies" : "lie");
}

}  // namespace

Figure certificate_figure(TableChange const& table, CertificateCells const& certificate, std::string const& source) {
  ShownMargins const shown = ShownMargins::with_first(table, certificate.named_rows, certificate.named_columns);
  std::vector<double> const cells = shown_cells(table, shown, [](double before, double) { return before; });
  Json values = Json::array();
  for (std::size_t at = 0; at < cells.size(); ++at) {
    Index const row = shown.rows[at / shown.columns.size()], column = shown.columns[at % shown.columns.size()];
    auto const place = static_cast<std::size_t>(row * certificate.columns + column);
    double const needing = certificate.needing[place], giving = certificate.giving[place];
    bool const is_cell = !std::isnan(cells[at]);
    if (!is_cell && !(needing + giving > 0)) continue;
    CellKind const& kind = !is_cell ? missing : needing > 0 ? in_need : giving < 0 ? in_short_room : elsewhere;
    values.push_back(marked_cell(table, shown, at, cells[at], kind));
  }
  Figure figure{.name = "certificate-cells",
                .title = finding(table, certificate),
                .description =
                    "The table with the rows and columns of the totals in conflict first; colours say to which of "
                    "these totals a cell belongs.",
                .source = source,
                .specification = vega_lite(std::move(values)),
                .data = matrix_table(table, shown, cells, "certificate-cells-table",
                                     "The table before balancing, totals in conflict first"),
                .note =
                    "Balancing cannot put a number where there is none. What a cell gives to totals that need more it "
                    "takes from the room of the others in which it lies."};
  figure.note += shown.note(table, "those in conflict first");
  table_matrix(figure.specification, table, shown, colour_of_kinds({in_need, missing, in_short_room, elsewhere}),
               kind_tooltip());
  return figure;
}

}  // namespace regio::study
