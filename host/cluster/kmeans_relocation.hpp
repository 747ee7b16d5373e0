/// Empty clusters get a point.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/kmeans_workspace.hpp"

namespace regio {

/// One point that leaves its cluster for an empty one.
struct Relocation {
  Index point = 0;
  std::int32_t from = 0, to = 0;
};

/// Pairs the clusters without weight, in ascending order, with the points farthest from their centres, farthest first,
/// the lowest index of equals. Points without weight and points on their centre stay, so there may be fewer pairs than
/// empty clusters.
std::vector<Relocation> relocations(CentredPoints const& points, double const* centres, Index k,
                                    double const* cluster_weights, std::int32_t const* labels);

}  // namespace regio
