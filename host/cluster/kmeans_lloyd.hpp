/// Lloyd's iteration from given centres.
#pragma once

#include <limits>
#include <stop_token>

#include <regio/outcome.hpp>

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_workspace.hpp"

namespace regio {

struct LloydResult {
  double inertia = std::numeric_limits<double>::infinity();
  Index iterations = 0;
  Index relocations = 0;
  Outcome outcome = Outcome::iteration_limit;
};

/// Iterates from space.centres on the prepared points by the rule of LloydIteration; leaves the labels and centres
/// there.
LloydResult lloyd(KmeansKernels const& kernels, Index k, double shift_limit, Index max_iterations,
                  std::stop_token const& stop, ChunkLoop const& for_chunks, KmeansWorkspace& space);

}  // namespace regio
