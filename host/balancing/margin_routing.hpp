/// What the arcs of a margin network carry, and how more is sent through them (Dinic's algorithm).
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "balancing/margin_network.hpp"

namespace regio {

/// Whole units of a common size, such that the sum of all |totals| stays below 2^125.
__extension__ using FlowAmount = __int128;

/// A flow in a network whose arcs have no limit. Only arcs that carry something take memory: a solution needs
/// about as many as there are margins, however full the table is.
class MarginRouting {
 public:
  using Node = MarginNetwork::Node;
  using Direction = MarginNetwork::Direction;

  /// An arc that carries something, or once did.
  struct Carrier {
    Node tail, head;
    FlowAmount amount;
    std::size_t next_out_of_tail, next_into_head;  ///< chains through carriers()
  };
  static constexpr std::size_t no_carrier = static_cast<std::size_t>(-1);

  /// `network` must outlive this.
  explicit MarginRouting(MarginNetwork const& network);

  /// Sends as much as possible from nodes with `excess` to nodes with `room` ([nodes] >= 0), along arcs and back along
  /// those that carry something; lessens both by what arrived. Exact. Dinic's algorithm: each phase reads the
  /// cells once; phases are few in full tables, at most as many as there are nodes.
  void route(std::vector<FlowAmount>& excess, std::vector<FlowAmount>& room);

  [[nodiscard]] std::vector<Carrier> const& carriers() const noexcept { return carriers_; }
  /// The first carrier that enters a node, or no_carrier; the others by next_into_head.
  [[nodiscard]] std::size_t first_carrier_into(Node head) const noexcept { return into_[head]; }
  /// The carriers that leave a node (out) or enter it (in).
  template <class Visit>
  void for_each_carrier(Node node, Direction direction, Visit const& visit) const {
    bool const leaving = direction == Direction::out;
    for (std::size_t c = (leaving ? out_of_ : into_)[node]; c != no_carrier;) {
      visit(carriers_[c]);
      c = leaving ? carriers_[c].next_out_of_tail : carriers_[c].next_into_head;
    }
  }

  /// `start` and the nodes to which (out) or from which (in) more could be sent, from or to it. Columns need their arcs
  /// listed for the latter.
  [[nodiscard]] std::vector<Node> reached(Node start, Direction direction) const;

 private:
  static constexpr std::size_t unreached = static_cast<std::size_t>(-1);

  /// A move from a node: along an arc to `head`, or back along a carrier.
  struct Step {
    Node from, to;
    std::size_t back;  ///< the carrier that is gone back along, or no_carrier
  };
  /// How far a node's moves have been tried in this phase.
  struct Cursor {
    std::size_t place, carrier;
  };

  bool find_levels(std::vector<FlowAmount> const& excess, std::vector<FlowAmount> const& room);
  void send_from(Node source, FlowAmount& excess, std::vector<FlowAmount>& room);
  /// The next move from `node` to the next level, or false when all were tried.
  bool next_step(Node node, Step& step);
  void carry(Node tail, Node head, FlowAmount amount);

  MarginNetwork const& network_;
  std::vector<Carrier> carriers_;
  std::unordered_map<std::size_t, std::size_t> position_;  ///< of a carrier, by its ends
  std::vector<std::size_t> out_of_, into_;                 ///< [nodes] the first carrier of a chain
  std::vector<std::size_t> level_;
  std::vector<Cursor> cursor_;
  std::vector<Step> path_;
};

}  // namespace regio
