/// What scoring takes of memory, by shape: an upper estimate, by which callers divide their batches.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

namespace regio {

/// Bytes that cluster_scores takes for partitions of the same points into 1 .. most_clusters clusters, until its report
/// is gone, with silhouettes and the working sets of all threads.
std::uint64_t scoring_bytes(Index points, Index features, Index most_clusters, int threads);

}  // namespace regio
