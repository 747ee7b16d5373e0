/// Empty clusters get a point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cluster/kmeans_workspace.hpp"

namespace regio {

/// One point that leaves its cluster for an empty one.
struct Relocation {
  Index point = 0;
  std::int32_t from = 0, to = 0;
};

/// The points farthest from their centres among those offered: farthest first, the lowest index of equals. What is kept
/// does not depend on the order of the offers.
class FarthestPoints {
 public:
  explicit FarthestPoints(std::size_t most) : most_(most) {}

  void offer(double distance, Index point);
  void offer_all(FarthestPoints const& others);
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  [[nodiscard]] Index point(std::size_t rank) const { return kept_[rank].second; }

 private:
  std::size_t most_;
  std::vector<std::pair<double, Index>> kept_;
};

/// Pairs the empty clusters, in ascending order, with the points of `farthest`, as far as either reaches.
std::vector<Relocation> paired(std::vector<std::int32_t> const& empty, FarthestPoints const& farthest,
                               std::int32_t const* labels);

/// Pairs the clusters without weight, in ascending order, with the points farthest from their centres, farthest first,
/// the lowest index of equals. Points without weight and points on their centre stay, so there may be fewer pairs than
/// empty clusters.
std::vector<Relocation> relocations(CentredPoints const& points, double const* centres, Index k,
                                    double const* cluster_weights, std::int32_t const* labels);

}  // namespace regio
