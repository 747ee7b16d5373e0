#include "balancing/margin_network.hpp"

#include <algorithm>
#include <cmath>

#include "balancing/exact_sum.hpp"

namespace regio {

MarginNetwork::MarginNetwork(TableSupport const& support, VectorView<double const> row_totals,
                             VectorView<double const> column_totals)
    : support_(support), row_totals_(row_totals), column_totals_(column_totals), negative_(cells_by_column(-1)) {}

MarginNetwork::ColumnCells MarginNetwork::cells_by_column(std::int8_t sign) const {
  ColumnCells cells;
  cells.start.assign(size() - rows() + 1, 0);
  // Most tables have no negative cell, which a plain search tells fastest.
  if (std::find(support_.sign.begin(), support_.sign.end(), sign) == support_.sign.end()) return cells;
  auto const for_each_of_sign = [&](auto const& visit) {
    for (Node row = 0; row < rows(); ++row) {
      for_each_cell(row, [&](Node column, bool leaves) {
        if (leaves == (sign > 0)) visit(row, column - rows());
      });
    }
  };
  for_each_of_sign([&](Node, std::size_t column) { ++cells.start[column + 1]; });
  for (std::size_t j = 1; j < cells.start.size(); ++j) cells.start[j] += cells.start[j - 1];
  cells.row.resize(cells.start.back());
  std::vector<std::size_t> next(cells.start.begin(), cells.start.end() - 1);
  for_each_of_sign([&](Node row, std::size_t column) { cells.row[next[column]++] = row; });
  return cells;
}

void MarginNetwork::list_arcs_into_columns() {
  if (positive_.start.empty()) positive_ = cells_by_column(1);
}

double MarginNetwork::tolerance(double allowance) const noexcept {
  double largest = 0;
  for (Node node = 0; node < size(); ++node) largest = std::max(largest, std::abs(supply(node)));
  if (largest == 0) return 0;
  double sum = 0;  // in units of the largest, so that it cannot overflow
  for (Node node = 0; node < size(); ++node) sum += std::abs(supply(node)) / largest;
  return std::clamp(allowance / largest / sum, 0.0, 1.0);
}

double MarginNetwork::surplus(std::span<Node const> nodes) const noexcept {
  ExactSum sum;
  for (Node const node : nodes) sum.add(supply(node));
  return sum.rounded();
}

bool MarginNetwork::exceeds(std::span<Node const> nodes, double deficit, double tolerance) const noexcept {
  if (!(deficit > 0)) return false;
  double magnitude = 0;  // in units of the deficit, so that it can overflow only where it is far too large
  for (Node const node : nodes) magnitude += std::abs(supply(node)) / deficit;
  return tolerance == 0 || tolerance * magnitude < 1;
}

MarginConflict MarginNetwork::conflict(BalanceReason reason, std::vector<Node> nodes, Direction direction) {
  if (direction == Direction::in) list_arcs_into_columns();
  std::vector<std::uint8_t> marked(size());
  for (Node const node : nodes) marked[node] = 1;
  std::size_t next = 0;
  while (next < nodes.size()) {
    for_each_neighbour(nodes[next++], direction, [&](Node other) {
      if (marked[other] == 0) nodes.push_back(other);
      marked[other] = 1;
    });
  }
  std::sort(nodes.begin(), nodes.end());

  MarginConflict found;
  found.reason = reason;
  found.columns_need_more = direction == Direction::in;
  found.deficit = found.columns_need_more ? -surplus(nodes) : surplus(nodes);
  for (Node const node : nodes) {
    if (node < rows()) {
      found.rows.push_back(static_cast<Index>(node));
    } else {
      found.columns.push_back(static_cast<Index>(node - rows()));
    }
  }
  return found;
}

}  // namespace regio
