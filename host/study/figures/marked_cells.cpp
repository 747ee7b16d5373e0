#include "study/figures/marked_cells.hpp"

#include <cmath>

namespace regio::study {

Json colour_of_kinds(std::vector<CellKind> const& kinds) {
  Json domain = Json::array(), range = Json::array();
  for (CellKind const& kind : kinds) {
    domain.push_back(kind.name);
    range.push_back(kind.colour);
  }
  return {{"field", "kind"},
          {"type", "nominal"},
          {"title", nullptr},
          {"scale", {{"domain", std::move(domain)}, {"range", std::move(range)}}},
          {"legend", {{"columns", 2}, {"labelLimit", 300}}}};
}

Json kind_tooltip() {
  return tooltip({{"row_name", "Row"}, {"column_name", "Column"}, {"start", "Start"}, {"kind", "Kind"}});
}

Json marked_cell(TableChange const& table, ShownMargins const& shown, std::size_t at, double start,
                 CellKind const& kind) {
  return {{"row", table.label(Margin::rows, shown.rows[at / shown.columns.size()])},
          {"column", table.label(Margin::columns, shown.columns[at % shown.columns.size()])},
          {"start", std::isnan(start) ? "0" : short_number(start)},
          {"kind", kind.name}};
}

}  // namespace regio::study
