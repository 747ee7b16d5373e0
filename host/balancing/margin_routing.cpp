#include "balancing/margin_routing.hpp"

#include <algorithm>

namespace regio {

MarginRouting::MarginRouting(MarginNetwork const& network)
    : network_(network),
      out_of_(network.size(), no_carrier),
      into_(network.size(), no_carrier),
      cursor_(network.size()) {}

void MarginRouting::route(std::vector<FlowAmount>& excess, std::vector<FlowAmount>& room) {
  for (Node node = 0; node < network_.size(); ++node) {
    FlowAmount const kept = std::min(excess[node], room[node]);
    excess[node] -= kept;
    room[node] -= kept;
  }
  while (find_levels(excess, room)) {
    for (Node node = 0; node < network_.size(); ++node) {
      cursor_[node] = {network_.places(node, Direction::out).first, into_[node]};
    }
    for (Node node = 0; node < network_.size(); ++node) {
      if (excess[node] > 0) send_from(node, excess[node], room);
    }
  }
}

bool MarginRouting::find_levels(std::vector<FlowAmount> const& excess, std::vector<FlowAmount> const& room) {
  level_.assign(network_.size(), unreached);
  std::vector<Node> order;
  order.reserve(network_.size());
  std::size_t last_level = unreached;  // that of the nearest room, where the search ends
  auto const reach = [&](Node node, std::size_t level) {
    if (level_[node] != unreached) return;
    level_[node] = level;
    order.push_back(node);
    if (room[node] > 0) last_level = std::min(last_level, level);
  };
  for (Node node = 0; node < network_.size(); ++node) {
    if (excess[node] > 0) reach(node, 0);
  }
  for (std::size_t next = 0; next < order.size() && order.size() < network_.size(); ++next) {
    Node const node = order[next];
    std::size_t const level = level_[node] + 1;
    if (level > last_level) break;
    network_.for_each_neighbour(node, Direction::out, [&](Node head) { reach(head, level); });
    for_each_carrier(node, Direction::in, [&](Carrier const& carrier) {
      if (carrier.amount > 0) reach(carrier.tail, level);
    });
  }
  return last_level != unreached;
}

void MarginRouting::send_from(Node source, FlowAmount& excess, std::vector<FlowAmount>& room) {
  path_.clear();
  Node node = source;
  while (excess > 0) {
    if (room[node] > 0) {
      FlowAmount amount = std::min(excess, room[node]);
      for (Step const& step : path_) {
        if (step.back != no_carrier) amount = std::min(amount, carriers_[step.back].amount);
      }
      excess -= amount;
      room[node] -= amount;
      std::size_t kept = path_.size();  // the path up to the first move that is used up
      for (std::size_t s = path_.size(); s-- > 0;) {
        Step const& step = path_[s];
        if (step.back == no_carrier) {
          carry(step.from, step.to, amount);
        } else {
          carriers_[step.back].amount -= amount;
          if (carriers_[step.back].amount == 0) kept = s;
        }
      }
      node = kept < path_.size() ? path_[kept].from : node;
      path_.resize(kept);
      continue;
    }
    Step step{};
    if (next_step(node, step)) {
      path_.push_back(step);
      node = step.to;
      continue;
    }
    level_[node] = unreached;
    if (path_.empty()) return;
    node = path_.back().from;
    path_.pop_back();
  }
}

bool MarginRouting::next_step(Node node, Step& step) {
  std::size_t const level = level_[node] + 1;
  auto& [place, carrier] = cursor_[node];
  for (std::size_t const last = network_.places(node, Direction::out).last; place < last; ++place) {
    Node const head = network_.neighbour(node, place, Direction::out);
    if (head == MarginNetwork::no_node || level_[head] != level) continue;
    step = {node, head, no_carrier};
    return true;
  }
  for (; carrier != no_carrier; carrier = carriers_[carrier].next_into_head) {
    if (carriers_[carrier].amount == 0 || level_[carriers_[carrier].tail] != level) continue;
    step = {node, carriers_[carrier].tail, carrier};
    return true;
  }
  return false;
}

void MarginRouting::carry(Node tail, Node head, FlowAmount amount) {
  auto const [found, is_new] = position_.try_emplace(tail * network_.size() + head, carriers_.size());
  if (is_new) {
    carriers_.push_back({tail, head, 0, out_of_[tail], into_[head]});
    out_of_[tail] = into_[head] = found->second;
  }
  carriers_[found->second].amount += amount;
}

std::vector<MarginRouting::Node> MarginRouting::reached(Node start, Direction direction) const {
  bool const forward = direction == Direction::out;
  std::vector<std::uint8_t> marked(network_.size());
  std::vector<Node> nodes{start};
  marked[start] = 1;
  auto const reach = [&](Node node) {
    if (marked[node] == 0) nodes.push_back(node);
    marked[node] = 1;
  };
  std::size_t next = 0;
  while (next < nodes.size()) {
    Node const node = nodes[next++];
    network_.for_each_neighbour(node, direction, reach);
    for_each_carrier(node, forward ? Direction::in : Direction::out, [&](Carrier const& carrier) {
      if (carrier.amount > 0) reach(forward ? carrier.tail : carrier.head);
    });
  }
  return nodes;
}

}  // namespace regio
