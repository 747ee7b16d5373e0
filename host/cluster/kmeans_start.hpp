/// First centres of a run that is given none.
#pragma once

#include <regio/kmeans.hpp>

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_streamed_run.hpp"
#include "cluster/kmeans_workspace.hpp"
#include "core/philox.hpp"

namespace regio {

/// Writes k centred rows of the prepared points to space.centres.
void start_centres(KmeansKernels const& kernels, KmeansInit init, Index k, PhiloxStream stream,
                   ChunkLoop const& for_chunks, KmeansWorkspace& space);

/// What names the random numbers of a run.
struct StartSeed {
  std::uint64_t seed = 0, stream = 0;
  std::uint32_t run = 0;

  [[nodiscard]] PhiloxStream numbers() const { return {seed, stream, run}; }
};

/// The same for points in single precision where they lie: from points with the same means the same centres. Writes
/// centres [k, row length]; `order` [n] is memory for positions. k-means++ and k-means|| hold a number of 8 bytes a
/// point meanwhile; k-means++ reads the points twice a centre, k-means|| seven times.
void streamed_start_centres(StreamContext const& context, KmeansInit init, Index k, VectorView<double const> weights,
                            StartSeed const& seed, std::int32_t* order, double* centres);

}  // namespace regio
