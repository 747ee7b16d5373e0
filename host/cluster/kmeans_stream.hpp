/// Runs over points in single precision that share every read of the points.
#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include <regio/kmeans.hpp>

#include "cluster/kmeans_lloyd.hpp"
#include "cluster/kmeans_streamed_run.hpp"

namespace regio {

/// Labels all points for several runs in one read. Returns whether labels changed, by run; nothing of use when the stop
/// was requested meanwhile.
std::vector<bool> assign_in_one_read(StreamContext const& context, std::vector<StreamedRun*> const& runs,
                                     std::stop_token const& stop);

/// Iterates all runs from their centres by the rule of LloydIteration; a run that has ended leaves the reads of the
/// others. Results of a run do not depend on the company it is in.
std::vector<LloydResult> lloyd_in_shared_reads(StreamContext const& context, std::vector<StreamedRun*> const& runs,
                                               double shift_limit, Index max_iterations, std::stop_token const& stop);

}  // namespace regio
