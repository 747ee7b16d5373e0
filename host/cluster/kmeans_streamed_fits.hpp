/// Problems of a batch over the same points in single precision.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_streamed_run.hpp"
#include "core/workers.hpp"

namespace regio {

/// Fits the problems `group` of the batch, which have the same single_points, and writes their results. Up to
/// KmeansOptions::runs_at_once runs share each read of the points. The passes are those that make_passes gives for the
/// points; the workers read them before, for their description and to start. Throws ContractError for a point that is
/// not finite.
void fit_streamed(Workers& workers, KmeansOperation const& operation, std::span<Index const> group,
                  std::function<std::unique_ptr<PointPasses>(StreamContext const&)> const& make_passes);

}  // namespace regio
