/// Quantiles of sorted numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace regio {

/// The quantile of sorted numbers at a share in [0, 1], linear between neighbours (Hyndman and Fan 1996, type 7).
/// `sorted` is not empty; a share that is NaN gives NaN.
inline double sorted_quantile(std::span<double const> sorted, double share) {
  if (std::isnan(share)) return share;
  double const position = share * static_cast<double>(sorted.size() - 1);
  auto const below = static_cast<std::size_t>(position);
  std::size_t const above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace regio
