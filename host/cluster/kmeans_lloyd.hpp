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

/// Iterates from space.centres on the prepared points; leaves the labels and centres there.
///
/// Stops when an assignment equals the one before (no further step is made), when the squared shift of all centres is
/// at most `shift_limit`, or after `max_iterations`; in the last two cases a last assignment follows, so that the
/// labels always belong to the centres. An empty cluster is relocated only while the inertia is below that of the
/// relocation before, so relocations cannot go on for ever. With max_iterations 0 the points are only assigned.
LloydResult lloyd(KmeansKernels const& kernels, Index k, double shift_limit, Index max_iterations,
                  std::stop_token const& stop, ChunkLoop const& for_chunks, KmeansWorkspace& space);

}  // namespace regio
