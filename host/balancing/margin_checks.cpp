#include "balancing/margin_checks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>

namespace regio {
namespace {

using Node = MarginNetwork::Node;
using Direction = MarginNetwork::Direction;

/// Wipes the margins that can only be zero and finds one whose total its cells' signs contradict.
class Propagation {
 public:
  Propagation(MarginNetwork& network, double zero)
      : wiped(network.size()), network_(network), zero_(zero), out_(network.size()), in_(network.size()) {
    for (Node row = 0; row < network.rows(); ++row) {
      Index leaving = 0, all = 0;
      network.for_each_cell(row, [&](Node column, bool leaves) {
        leaving += leaves ? 1 : 0;
        ++all;
        ++(leaves ? in_ : out_)[column];
      });
      out_[row] = leaving;
      in_[row] = all - leaving;
    }
  }

  std::optional<MarginConflict> run() {
    open_.resize(network_.size());
    std::iota(open_.begin(), open_.end(), Node{0});
    std::size_t next = 0;
    while (next < open_.size()) {
      if (auto conflict = examine(open_[next++])) return conflict;
    }
    return std::nullopt;
  }

  std::vector<std::uint8_t> wiped;  ///< [nodes]

 private:
  std::optional<MarginConflict> examine(Node node) {
    double const supply = network_.supply(node);
    bool const can_give = out_[node] > 0, can_take = in_[node] > 0;
    if (wiped[node] != 0 || (can_give && can_take)) return std::nullopt;
    if ((supply > 0 && can_give) || (supply < 0 && can_take)) return std::nullopt;
    if (std::abs(supply) > zero_) {
      MarginConflict conflict =
          contradiction(node, can_give || can_take ? BalanceReason::sign : BalanceReason::empty_margin);
      if (conflict.deficit > zero_) return conflict;
    }
    wipe(node);
    return std::nullopt;
  }

  MarginConflict contradiction(Node node, BalanceReason reason) {
    // Every arc of the wanted direction went to a margin that was wiped earlier, and then had none of that direction
    // itself. So wiped margins are all that is reached, and their totals are 0.
    Direction const direction = network_.supply(node) > 0 ? Direction::out : Direction::in;
    return network_.conflict(reason, {node}, direction);
  }

  void wipe(Node node) {
    wiped[node] = 1;
    if (node >= network_.rows()) network_.list_arcs_into_columns();
    network_.for_each_neighbour(node, Direction::out, [&](Node other) { lose_arc(other, in_); });
    network_.for_each_neighbour(node, Direction::in, [&](Node other) { lose_arc(other, out_); });
  }

  void lose_arc(Node node, std::vector<Index>& arcs) {
    if (wiped[node] == 0 && --arcs[node] == 0) open_.push_back(node);
  }

  MarginNetwork& network_;
  double zero_;
  std::vector<Index> out_, in_;  ///< [nodes] arcs to and from margins that are not wiped
  std::vector<Node> open_;
};

/// The margins that are not wiped, one connected part after the other.
struct ConnectedParts {
  std::vector<Node> nodes;
  std::vector<Node> part;  ///< [network.size()] one node of its part for every node
};

ConnectedParts connected_parts(MarginNetwork const& network, std::vector<std::uint8_t> const& wiped) {
  ConnectedParts parts;
  std::vector<Node>& parent = parts.part;  // a forest: union-find with path halving
  parent.resize(network.size());
  std::iota(parent.begin(), parent.end(), Node{0});
  auto const root = [&](Node node) {
    while (parent[node] != node) node = parent[node] = parent[parent[node]];
    return node;
  };
  for (Node node = 0; node < network.size(); ++node) {
    if (wiped[node] == 0) parts.nodes.push_back(node);
  }
  std::size_t count = parts.nodes.size();
  for (Node row = 0; row < network.rows() && count > 1; ++row) {
    if (wiped[row] != 0) continue;
    Node own = root(row);
    network.for_each_cell(row, [&](Node column, bool) {
      if (parent[column] == own || wiped[column] != 0) return;
      Node const other = root(column);
      if (other == own) return;
      parent[std::max(own, other)] = std::min(own, other);
      own = std::min(own, other);
      --count;
    });
  }
  for (Node& node : parent) node = root(node);
  if (count > 1) {
    std::stable_sort(parts.nodes.begin(), parts.nodes.end(), [&](Node a, Node b) { return parent[a] < parent[b]; });
  }
  return parts;
}

/// The part with the largest difference beyond its share of the allowance.
std::optional<MarginConflict> disagreeing_part(MarginNetwork& network, std::vector<std::uint8_t> const& wiped,
                                               double tolerance) {
  auto const [nodes, part] = connected_parts(network, wiped);
  double largest = 0;
  std::span<Node const> worst;
  for (std::size_t first = 0, last = 0; first < nodes.size(); first = last) {
    while (last < nodes.size() && part[nodes[last]] == part[nodes[first]]) ++last;
    std::span<Node const> const members(nodes.data() + first, last - first);
    double const gap = network.surplus(members);
    if (std::abs(gap) <= std::abs(largest) || !network.exceeds(members, std::abs(gap), tolerance)) continue;
    largest = gap;
    worst = members;
  }
  if (worst.empty()) return std::nullopt;

  // A table that is one part is named whole, with margins that are wiped.
  std::vector<Node> named(worst.begin(), worst.end());
  if (worst.size() == nodes.size()) {
    named.resize(network.size());
    std::iota(named.begin(), named.end(), Node{0});
  }
  return network.conflict(BalanceReason::totals_differ, std::move(named), largest > 0 ? Direction::out : Direction::in);
}

}  // namespace

MarginChecks check_margins(TableSupport const& support, VectorView<double const> row_totals,
                           VectorView<double const> column_totals, double allowance) {
  MarginNetwork network(support, row_totals, column_totals);
  double const tolerance = network.tolerance(allowance);
  double const zero = tolerance > rounding_share ? allowance * (rounding_share / tolerance) : allowance;

  MarginChecks checks;
  Propagation propagation(network, zero);
  checks.conflict = propagation.run();
  auto const rows_end = propagation.wiped.begin() + support.rows;
  checks.wiped_rows.assign(propagation.wiped.begin(), rows_end);
  checks.wiped_columns.assign(rows_end, propagation.wiped.end());
  checks.any_wiped = std::find(propagation.wiped.begin(), propagation.wiped.end(), 1) != propagation.wiped.end();
  if (!checks.conflict) checks.conflict = disagreeing_part(network, propagation.wiped, tolerance);
  return checks;
}

TableSupport without_wiped(TableSupport const& support, MarginChecks const& checks) {
  TableSupport remaining;
  remaining.rows = support.rows;
  remaining.columns = support.columns;
  remaining.row_start.push_back(0);
  for (std::size_t row = 0; row < checks.wiped_rows.size(); ++row) {
    auto const first = static_cast<std::size_t>(support.row_start[row]);
    auto const last = static_cast<std::size_t>(support.row_start[row + 1]);
    for (std::size_t cell = first; cell < last && checks.wiped_rows[row] == 0; ++cell) {
      if (checks.wiped_columns[static_cast<std::size_t>(support.column[cell])] != 0) continue;
      remaining.column.push_back(support.column[cell]);
      remaining.sign.push_back(support.sign[cell]);
    }
    remaining.row_start.push_back(static_cast<Index>(remaining.column.size()));
  }
  return remaining;
}

MarginConflict with_wiped_margins(MarginConflict const& conflict, TableSupport const& support,
                                  VectorView<double const> row_totals, VectorView<double const> column_totals) {
  MarginNetwork network(support, row_totals, column_totals);
  std::vector<Node> nodes;
  for (Index const row : conflict.rows) nodes.push_back(static_cast<Node>(row));
  for (Index const column : conflict.columns) nodes.push_back(network.column_node(column));
  return network.conflict(conflict.reason, std::move(nodes),
                          conflict.columns_need_more ? Direction::in : Direction::out);
}

}  // namespace regio
