/// First centres of a run that is given none.
#pragma once

#include <regio/kmeans.hpp>

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_workspace.hpp"
#include "core/philox.hpp"

namespace regio {

/// Writes k centred rows of the prepared points to space.centres.
void start_centres(KmeansKernels const& kernels, KmeansInit init, Index k, PhiloxStream stream,
                   ChunkLoop const& for_chunks, KmeansWorkspace& space);

}  // namespace regio
