/// Reads of the points of clusterings on a CUDA device, for what host/cluster/streamed_scores.hpp makes scores of.
#pragma once

#include <span>

#include "cluster/streamed_scores.hpp"
#include "cuda/cuda_backend.hpp"

namespace regio::cuda {

/// The read for the means, then those for distances, of all clusterings: their chunks go to the device in parts that
/// bound its memory. Returns false when stopped. Throws DeviceError, out_of_memory where a single chunk does not fit.
bool read_points(CudaBackend& backend, std::span<StreamedScores> clusterings, std::stop_token const& stop);

}  // namespace regio::cuda
