/// Problems of a batch over the same points in single precision.
#pragma once

#include <span>

#include "cluster/kmeans_operation.hpp"
#include "core/workers.hpp"

namespace regio {

/// Fits the problems `group` of the batch, which have the same single_points, and writes their results. Up to
/// KmeansOptions::runs_at_once runs share each read of the points. Throws ContractError for a point that is not finite.
void fit_streamed(Workers& workers, KmeansOperation const& operation, std::span<Index const> group);

}  // namespace regio
