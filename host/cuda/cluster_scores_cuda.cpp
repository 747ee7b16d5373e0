// The device sums chunks and takes distances of all clusterings side by side; the host adds the chunks as the CPU does.
#include <vector>

#include "cluster/cluster_scores_operation.hpp"
#include "cluster/silhouette_groups.hpp"
#include "cluster/streamed_scores.hpp"
#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/score_reads.hpp"
#include "cuda/silhouette_tiles.hpp"

namespace regio::cuda {

void execute(CudaBackend& backend, ClusterScoresOperation& operation) {
  std::stop_token const& stop = operation.options.control.stop;
  std::vector<StreamedScores> streamed;
  streamed.reserve(operation.clusterings.size());
  Index points = 0;
  for (ScoredClustering& clustering : operation.clusterings) {
    streamed.emplace_back(clustering, operation.options);
    points += clustering.points.rows();
  }
  ProgressMeter meter(operation.options.control.progress, "scores of clusterings", points_to_score(operation),
                      "points");
  auto const cancel = [&] {
    for (ScoredClustering& clustering : operation.clusterings) clustering.complete = false;
  };
  if (!read_points(backend, streamed, stop)) return cancel();
  for (StreamedScores& scores : streamed) scores.conclude();
  meter.advance(points);
  std::vector<SilhouetteGroup> const groups = silhouette_groups(operation.clusterings);
  if (!take_silhouettes(backend, groups, stop, [&](Index made) { meter.advance(made); })) cancel();
}

}  // namespace regio::cuda
