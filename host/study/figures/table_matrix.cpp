#include "study/figures/table_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace regio::study {
namespace {

constexpr std::size_t lowest_row = 15, highest_row = 40, usual_height = 320;
/// Characters that labels of columns may have together to stand side by side without a turn, on a phone too.
constexpr std::size_t most_upright_characters = 36;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::vector<Index> heaviest_of(std::vector<double> const& weights) {
  std::vector<Index> order(weights.size());
  std::iota(order.begin(), order.end(), Index{0});
  if (order.size() <= ShownMargins::most) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return weights[position(a)] > weights[position(b)]; });
  order.resize(ShownMargins::most);
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<Index> with_first_of(Index count, std::vector<Index> const& first) {
  std::vector<bool> taken(position(count), false);
  std::vector<Index> order;
  for (Index const i : first) {
    if (order.size() == ShownMargins::most) break;
    order.push_back(i);
    taken[position(i)] = true;
  }
  for (Index i = 0; i < count && order.size() < ShownMargins::most; ++i) {
    if (!taken[position(i)]) order.push_back(i);
  }
  return order;
}

Json labels_of(TableChange const& table, Margin margin, std::vector<Index> const& positions) {
  Json labels = Json::array();
  for (Index const i : positions) labels.push_back(table.label(margin, i));
  return labels;
}

}  // namespace

ShownMargins ShownMargins::heaviest(std::vector<double> const& of_row, std::vector<double> const& of_column) {
  return {heaviest_of(of_row), heaviest_of(of_column)};
}

ShownMargins ShownMargins::with_first(TableChange const& table, std::vector<Index> const& rows,
                                      std::vector<Index> const& columns) {
  return {with_first_of(table.rows.size(), rows), with_first_of(table.columns.size(), columns)};
}

std::string ShownMargins::note(TableChange const& table, std::string const& which) const {
  Index const all_rows = table.rows.size(), all_columns = table.columns.size();
  if (std::ssize(rows) == all_rows && std::ssize(columns) == all_columns) return "";
  return " The figure shows " + std::to_string(rows.size()) + " of " + counted(all_rows, "row", "rows") + " and " +
         std::to_string(columns.size()) + " of " + counted(all_columns, "column", "columns") + ": " + which + ".";
}

std::vector<double> shown_cells(TableChange const& table, ShownMargins const& shown,
                                std::function<double(double start, double balanced)> const& value) {
  std::vector<Index> row_place(position(table.rows.size()), -1);
  std::vector<Index> column_place(position(table.columns.size()), -1);
  for (std::size_t i = 0; i < shown.rows.size(); ++i) row_place[position(shown.rows[i])] = static_cast<Index>(i);
  for (std::size_t j = 0; j < shown.columns.size(); ++j) {
    column_place[position(shown.columns[j])] = static_cast<Index>(j);
  }
  std::vector<double> cells(shown.rows.size() * shown.columns.size(), std::numeric_limits<double>::quiet_NaN());
  table.for_each_cell([&](Index row, Index column, double start, double balanced) {
    Index const i = row_place[position(row)], j = column_place[position(column)];
    if (i >= 0 && j >= 0) cells[position(i) * shown.columns.size() + position(j)] = value(start, balanced);
  });
  return cells;
}

void table_matrix(Json& specification, TableChange const& table, ShownMargins const& shown, Json colour, Json tooltip) {
  Json const columns = labels_of(table, Margin::columns, shown.columns);
  std::string const row = number_names(specification, "row", labels_of(table, Margin::rows, shown.rows));
  std::string const column = number_names(specification, "column", columns);
  std::size_t longest = 0;
  for (Json const& label : columns) longest = std::max(longest, label.get_ref<std::string const&>().size());
  bool const upright = (longest + 1) * columns.size() <= most_upright_characters;
  Json const band = {{"paddingInner", 0.03}};
  std::size_t const height = std::clamp(usual_height / shown.rows.size(), lowest_row, highest_row);
  specification.update(
      {{"width", figure_width},
       {"height", height * shown.rows.size()},
       {"mark", "rect"},
       {"encoding",
        {{"x",
          {{"field", "column"},
           {"type", "ordinal"},
           {"scale", band},
           {"axis",
            {{"orient", "top"},
             {"labelExpr", column},
             {"labelAngle", upright ? 0 : -90},
             {"labelOverlap", "greedy"},
             {"labelLimit", 110},
             {"title", nullptr},
             {"ticks", false},
             {"domain", false}}}}},
         {"y",
          {{"field", "row"},
           {"type", "ordinal"},
           {"scale", band},
           {"axis",
            {{"labelExpr", row}, {"labelLimit", 180}, {"title", nullptr}, {"ticks", false}, {"domain", false}}}}},
         {"color", std::move(colour)},
         {"tooltip", std::move(tooltip)}}}});
}

ReportTable matrix_table(TableChange const& change, ShownMargins const& shown, std::vector<double> const& cells,
                         std::string name, std::string caption) {
  ReportTable table{.name = std::move(name), .caption = std::move(caption), .columns = {"Row"}};
  for (Index const column : shown.columns) table.columns.push_back(change.label(Margin::columns, column));
  for (std::size_t i = 0; i < shown.rows.size(); ++i) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(change.label(Margin::rows, shown.rows[i]));
    for (std::size_t j = 0; j < shown.columns.size(); ++j) row.emplace_back(cells[i * shown.columns.size() + j]);
  }
  return table;
}

}  // namespace regio::study
