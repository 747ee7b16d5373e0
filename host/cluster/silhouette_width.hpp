/// The silhouette width of a point, from the sums of its distances to each cluster.
#pragma once

#include <cmath>

#include <regio/views.hpp>

#include "core/host_device.hpp"

namespace regio {

/// (b - a) / max(a, b) of a point of cluster `own`: a the mean distance to its other members, b the least mean distance
/// to another cluster; 0 for a point alone and where both are 0. sum_of(c) is the sum of distances to the members of c,
/// sizes [clusters].
template <class SumOf>
REGIO_HOST_DEVICE double silhouette_width(Index const* sizes, Index clusters, Index own, SumOf const& sum_of) {
  if (sizes[own] == 1) return 0;
  double const inside = sum_of(own) / static_cast<double>(sizes[own] - 1);
  double outside = INFINITY;
  for (Index c = 0; c < clusters; ++c) {
    if (c == own || sizes[c] == 0) continue;
    double const mean = sum_of(c) / static_cast<double>(sizes[c]);
    if (mean < outside) outside = mean;
  }
  double const larger = inside > outside ? inside : outside;
  return larger > 0 ? (outside - inside) / larger : 0;
}

}  // namespace regio
