#include "cluster/cluster_events.hpp"

#include <algorithm>
#include <cstddef>

namespace regio {

std::string_view name(ClusterEventKind kind) noexcept {
  switch (kind) {
    case ClusterEventKind::appears: return "appears";
    case ClusterEventKind::vanishes: return "vanishes";
    case ClusterEventKind::splits: return "splits";
    case ClusterEventKind::merges: break;
  }
  return "merges";
}

namespace {

/// Two consecutive years side by side.
class YearPair {
 public:
  YearPair(ClusterHistory const& history, Index later)
      : k_(history.clusters), before_(history.year(later - 1)), after_(history.year(later)), later_(later) {
    moves_.assign(static_cast<std::size_t>(k_ * k_), 0);
    size_.assign(static_cast<std::size_t>(k_), 0);
    for (Index region = 0; region < before_.size(); ++region) {
      if (!in_both(region)) continue;
      ++moves_[static_cast<std::size_t>(before_[region] * k_ + after_[region])];
      ++size_[static_cast<std::size_t>(before_[region])];
    }
  }

  void add_events(std::vector<ClusterEvent>& events) const {
    for (std::int32_t c = 0; c < k_; ++c) {
      if (has(after_, c) && !has(before_, c)) events.push_back(event(ClusterEventKind::appears, c, members(after_, c)));
    }
    for (std::int32_t c = 0; c < k_; ++c) {
      if (has(before_, c) && !has(after_, c))
        events.push_back(event(ClusterEventKind::vanishes, c, members(before_, c)));
    }
    for (std::int32_t c = 0; c < k_; ++c) {
      if (splits(c)) events.push_back(event(ClusterEventKind::splits, c, members(before_, c)));
    }
    for (std::int32_t c = 0; c < k_; ++c) {
      if (merges(c)) events.push_back(event(ClusterEventKind::merges, c, merged_members(c)));
    }
  }

 private:
  [[nodiscard]] bool in_both(Index region) const noexcept { return before_[region] >= 0 && after_[region] >= 0; }
  [[nodiscard]] Index moves(std::int32_t from, std::int32_t to) const noexcept {
    return moves_[static_cast<std::size_t>(from * k_ + to)];
  }
  /// More than half of the cluster's members go there.
  [[nodiscard]] bool most_go(std::int32_t from, std::int32_t to) const noexcept {
    return 2 * moves(from, to) > size_[static_cast<std::size_t>(from)];
  }
  [[nodiscard]] bool a_quarter_goes(std::int32_t from, std::int32_t to) const noexcept {
    return moves(from, to) > 0 && 4 * moves(from, to) >= size_[static_cast<std::size_t>(from)];
  }

  [[nodiscard]] bool splits(std::int32_t cluster) const noexcept {
    Index parts = 0;
    for (std::int32_t to = 0; to < k_; ++to) {
      if (most_go(cluster, to)) return false;
      if (a_quarter_goes(cluster, to)) ++parts;
    }
    return parts >= 2;
  }

  [[nodiscard]] bool merges(std::int32_t cluster) const noexcept {
    Index sources = 0;
    for (std::int32_t from = 0; from < k_; ++from) sources += most_go(from, cluster) ? 1 : 0;
    return sources >= 2;
  }

  static bool has(VectorView<std::int32_t const> labels, std::int32_t cluster) {
    return std::find(labels.begin(), labels.end(), cluster) != labels.end();
  }
  static std::vector<Index> members(VectorView<std::int32_t const> labels, std::int32_t cluster) {
    std::vector<Index> regions;
    for (Index region = 0; region < labels.size(); ++region) {
      if (labels[region] == cluster) regions.push_back(region);
    }
    return regions;
  }
  [[nodiscard]] std::vector<Index> merged_members(std::int32_t cluster) const {
    std::vector<Index> regions;
    for (Index region = 0; region < after_.size(); ++region) {
      if (in_both(region) && after_[region] == cluster && most_go(before_[region], cluster)) regions.push_back(region);
    }
    return regions;
  }

  [[nodiscard]] ClusterEvent event(ClusterEventKind kind, std::int32_t cluster, std::vector<Index> regions) const {
    return {later_, kind, cluster, std::move(regions)};
  }

  Index k_;
  VectorView<std::int32_t const> before_, after_;
  Index later_;
  std::vector<Index> moves_;  ///< [from, to]
  std::vector<Index> size_;   ///< [from] members with a label in both years
};

}  // namespace

std::vector<ClusterEvent> cluster_events(ClusterHistory const& history) {
  std::vector<ClusterEvent> events;
  for (Index later = 1; later < static_cast<Index>(history.years.size()); ++later) {
    YearPair(history, later).add_events(events);
  }
  return events;
}

}  // namespace regio
