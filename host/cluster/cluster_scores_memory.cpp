#include "cluster/cluster_scores_memory.hpp"

#include "cluster/cluster_scores_operation.hpp"
#include "cluster/score_kernels.hpp"
#include "cluster/streamed_scores.hpp"

namespace regio {

std::uint64_t scoring_bytes(Index points, Index features, Index most_clusters, int threads) {
  constexpr Index number = sizeof(double), fixed = 4096;
  constexpr Index figures = sizeof(ClusterScoresProblem) + sizeof(ScoredClustering) + sizeof(StreamedScores) + 256;
  Index const row_length = rounded_up(features, block_points);
  Index bytes = fixed;
  for (Index k = 1; k <= most_clusters; ++k) {
    // Sizes, first members, means of widths and sums of distances; means with what they are made of.
    Index const sums = chunk_count(points, score_chunk(points, k)) + 4;
    bytes += figures + points * number + k * (8 + sums * (row_length + distance_sums)) * number;
  }
  Index const clusters_of_all = most_clusters * (most_clusters + 1) / 2;
  bytes += threads * (clusters_of_all + features + block_points) * silhouette_tile * number;
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace regio
