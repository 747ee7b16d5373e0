#include "balancing/margin_flow.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "balancing/margin_routing.hpp"

namespace regio {
namespace {

using Node = MarginNetwork::Node;
using Direction = MarginNetwork::Direction;
using Amounts = std::vector<FlowAmount>;

/// Totals in whole units, small enough that totals far apart in size are exact and their sums cannot overflow.
class Units {
 public:
  explicit Units(MarginNetwork const& network) {
    double largest = 0;
    for (Node node = 0; node < network.size(); ++node) largest = std::max(largest, std::abs(network.supply(node)));
    int largest_exponent = 0;
    (void)std::frexp(largest, &largest_exponent);
    exponent_ = largest_exponent + static_cast<int>(std::bit_width(network.size())) - sum_bits;
  }

  /// |total| rounded; a total that is not 0 does not become 0.
  [[nodiscard]] FlowAmount amount(double total) const noexcept {
    double const units = std::round(std::ldexp(std::abs(total), -exponent_));
    return static_cast<FlowAmount>(total == 0 ? 0 : std::max(units, 1.0));
  }

 private:
  static constexpr int sum_bits = 124;
  int exponent_;
};

/// Marks the margins that have a cell.
std::vector<std::uint8_t> margins_with_cells(MarginNetwork const& network, TableSupport const& support) {
  std::vector<std::uint8_t> marked(network.size());
  for (Node row = 0; row < network.rows(); ++row) marked[row] = support.row_start[row] < support.row_start[row + 1];
  for (Index const column : support.column) marked[network.column_node(column)] = 1;
  return marked;
}

/// The strongly connected components of what could still be sent (Tarjan 1972), without recursion.
class StrongComponents {
 public:
  /// A carrier counts if it carries more than `rounding` times what passes through either of its ends.
  StrongComponents(MarginNetwork const& network, MarginRouting const& routing, double rounding)
      : component(network.size(), unknown),
        network_(network),
        routing_(routing),
        rounding_(rounding),
        passing_(network.size()),
        number_(network.size(), unknown),
        lowest_(network.size()) {
    for (MarginRouting::Carrier const& carrier : routing.carriers()) {
      passing_[carrier.tail] += static_cast<double>(carrier.amount);
      passing_[carrier.head] += static_cast<double>(carrier.amount);
    }
    for (Node node = 0; node < network.size(); ++node) {
      if (number_[node] == unknown) visit_all_from(node);
    }
  }

  std::vector<std::size_t> component;  ///< [nodes]

 private:
  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);

  /// A node whose neighbours are being visited, and the next of them.
  struct Visit {
    Node node;
    std::size_t place, carrier;
  };

  void visit_all_from(Node start) {
    enter(start);
    while (!visits_.empty()) {
      Node const node = visits_.back().node;
      Node const other = next_neighbour(visits_.back());
      if (other == MarginNetwork::no_node) {
        leave(node);
      } else if (number_[other] == unknown) {
        enter(other);
      } else if (component[other] == unknown) {
        lowest_[node] = std::min(lowest_[node], number_[other]);
      }
    }
  }

  void enter(Node node) {
    number_[node] = lowest_[node] = entered_++;
    unassigned_.push_back(node);
    visits_.push_back({node, network_.places(node, Direction::out).first, routing_.first_carrier_into(node)});
  }

  void leave(Node node) {
    visits_.pop_back();
    if (!visits_.empty()) {
      std::size_t& lowest = lowest_[visits_.back().node];
      lowest = std::min(lowest, lowest_[node]);
    }
    if (lowest_[node] != number_[node]) return;
    Node member = MarginNetwork::no_node;
    while (member != node) {
      member = unassigned_.back();
      unassigned_.pop_back();
      component[member] = node;
    }
  }

  Node next_neighbour(Visit& visit) const {
    for (std::size_t const last = network_.places(visit.node, Direction::out).last; visit.place < last;) {
      Node const head = network_.neighbour(visit.node, visit.place++, Direction::out);
      if (head != MarginNetwork::no_node) return head;
    }
    while (visit.carrier != MarginRouting::no_carrier) {
      MarginRouting::Carrier const& carrier = routing_.carriers()[visit.carrier];
      visit.carrier = carrier.next_into_head;
      double const through = std::min(passing_[carrier.tail], passing_[carrier.head]);
      if (static_cast<double>(carrier.amount) > rounding_ * through) return carrier.tail;
    }
    return MarginNetwork::no_node;
  }

  MarginNetwork const& network_;
  MarginRouting const& routing_;
  double rounding_;
  std::vector<double> passing_;
  std::vector<std::size_t> number_, lowest_;
  std::size_t entered_ = 0;
  std::vector<Node> unassigned_;
  std::vector<Visit> visits_;
};

/// The search for a flow that meets every total, or misses it by no more than the tolerance.
class FlowSearch {
 public:
  FlowSearch(TableSupport const& support, MarginNetwork& network, double tolerance)
      : network_(network),
        tolerance_(tolerance),
        routing_(network),
        surplus_(network.size()),
        lack_(network.size()),
        slack_(network.size()) {
    Units const units(network);
    std::vector<std::uint8_t> const has_cells = margins_with_cells(network, support);
    for (Node node = 0; node < network.size(); ++node) {
      if (has_cells[node] == 0) continue;
      double const supply = network.supply(node);
      (supply > 0 ? surplus_ : lack_)[node] = units.amount(supply);
      slack_[node] = units.amount(supply * tolerance);
    }
  }

  std::optional<MarginConflict> run() {
    routing_.route(surplus_, lack_);
    // What is left may stay at margins of whose totals it is a small part; what not even these can take is a conflict.
    Amounts room = slack_;
    routing_.route(surplus_, room);
    if (auto found = conflict(surplus_, Direction::out)) return found;
    Amounts more = slack_;
    routing_.route(more, lack_);
    return conflict(lack_, Direction::in);
  }

  [[nodiscard]] MarginRouting const& routing() const noexcept { return routing_; }

 private:
  /// The set around the margin where most is left over.
  std::optional<MarginConflict> conflict(Amounts const& left_over, Direction direction) {
    auto const most = std::max_element(left_over.begin(), left_over.end());
    if (most == left_over.end() || *most == 0) return std::nullopt;
    if (direction == Direction::in) network_.list_arcs_into_columns();
    std::vector<Node> const nodes = routing_.reached(static_cast<Node>(most - left_over.begin()), direction);
    MarginConflict found = network_.conflict(BalanceReason::conflicting_margins, nodes, direction);
    // Beyond doubt in units; rounding to units may have made it so.
    if (!network_.exceeds(nodes, found.deficit, tolerance_)) return std::nullopt;
    return found;
  }

  MarginNetwork& network_;
  double tolerance_;
  MarginRouting routing_;
  Amounts surplus_, lack_;  ///< [nodes] of a total's amount, what is not yet sent and what has not yet arrived
  Amounts slack_;           ///< [nodes] by how much a total may be missed
};

}  // namespace

FlowResult check_flow(TableSupport const& support, VectorView<double const> row_totals,
                      VectorView<double const> column_totals, double allowance, Index largest_forced_zeros) {
  MarginNetwork network(support, row_totals, column_totals);
  double const tolerance = network.tolerance(allowance);
  FlowSearch search(support, network, tolerance);
  FlowResult result;
  result.conflict = search.run();
  if (result.conflict) return result;

  StrongComponents const strong(network, search.routing(), std::min(tolerance, rounding_share));
  for (Node row = 0; row < network.rows(); ++row) {
    auto const [first, last] = network.places(row, Direction::out);
    for (std::size_t cell = first; cell < last; ++cell) {
      if (std::ssize(result.forced_zeros) >= largest_forced_zeros) return result;
      Index const column = support.column[cell];
      if (strong.component[row] == strong.component[network.column_node(column)]) continue;
      result.forced_zeros.push_back({static_cast<Index>(row), column});
    }
  }
  return result;
}

}  // namespace regio
