/// Silhouette widths on a CUDA device.
#pragma once

#include <functional>
#include <span>

#include "cluster/silhouette_groups.hpp"
#include "cuda/cuda_backend.hpp"

namespace regio::cuda {

/// Fills the widths of all clusterings of the groups, tile by tile of points, in parts that bound the device's memory.
/// made(points) is told of finished ones, counted once a clustering. Returns false when stopped. Throws DeviceError,
/// out_of_memory where the points of one group do not fit.
bool take_silhouettes(CudaBackend& backend, std::span<SilhouetteGroup const> groups, std::stop_token const& stop,
                      std::function<void(Index)> const& made);

}  // namespace regio::cuda
