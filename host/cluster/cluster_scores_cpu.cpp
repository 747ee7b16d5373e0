// Clusterings of few points are scored side by side, large ones chunk by chunk on all threads; silhouettes tile by
// tile.
#include <algorithm>
#include <atomic>
#include <vector>

#include "cluster/cluster_scores_operation.hpp"
#include "cluster/kmeans_workspace.hpp"
#include "cluster/score_kernels.hpp"
#include "cluster/silhouette_groups.hpp"
#include "cluster/silhouette_width.hpp"
#include "cluster/streamed_scores.hpp"
#include "core/batch_by_size.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {
namespace {

/// What a thread works with on a tile of points.
struct TileWorkspace {
  AlignedArray<double> tile;  ///< [blocks, d, 8]
  AlignedArray<double> sums;  ///< [clusters of all labellings, silhouette_tile]
  std::vector<SummedLabels> labellings;
};

class Scoring {
 public:
  Scoring(CpuBackend& backend, ClusterScoresOperation& operation)
      : workers_(backend.workers()),
        operation_(operation),
        kernels_(score_kernels(operation.target)),
        meter_(operation.options.control.progress, "scores of clusterings", points_to_score(operation), "points") {}

  void run() {
    constexpr Index few_numbers = Index{1} << 18;
    auto const clustering = [&](Index b) -> ScoredClustering& {
      return operation_.clusterings[static_cast<std::size_t>(b)];
    };
    BatchBySize const batch(static_cast<Index>(operation_.clusterings.size()), [&](Index b) {
      return clustering(b).points.rows() * clustering(b).points.columns() >= few_numbers;
    });
    batch.run(
        workers_, 1,
        [&](BatchTurn const& turn) {
          stream(clustering(turn.item), turn.all_threads == nullptr ? ChunkLoop() : ChunkLoop(*turn.all_threads));
        },
        [](Index) {});
    take_silhouettes();
  }

 private:
  [[nodiscard]] bool stopped() const { return operation_.options.control.stop.stop_requested(); }

  void stream(ScoredClustering& clustering, ChunkLoop const& for_chunks) {
    StreamedScores scores(clustering, operation_.options);
    PointRows const& points = clustering.points;
    std::int32_t const* const labels = clustering.problem->labels.data_handle();
    Index const k = clustering.problem->clusters;
    std::atomic<bool> left_out = false;
    auto const for_all = [&](auto const& body) {
      for_chunks(points.rows(), scores.chunk(), [&](Index chunk, Index begin, Index end) {
        if (left_out || stopped()) {
          left_out = true;
          return;
        }
        body(chunk, begin, end);
      });
      clustering.complete = !left_out;
      return clustering.complete;
    };
    if (scores.needs_means()) {
      if (!for_all([&](Index chunk, Index begin, Index end) {
            kernels_.sum_members(points, labels, scores.references(), k, begin, end, scores.member_sums(chunk));
          })) {
        return;
      }
      scores.take_means();
    }
    for (Index read = 0; read < scores.distance_reads(); ++read) {
      DistanceRead const distances = scores.distance_read(read);
      if (!for_all([&](Index chunk, Index begin, Index end) {
            std::vector<double> block(static_cast<std::size_t>(points.columns() * block_points));
            kernels_.sum_distances(points, labels, distances, k, clustering.census.sizes.data(), begin, end,
                                   block.data(), scores.distance_sums_of(chunk));
          })) {
        return;
      }
      scores.take_distances(read);
    }
    scores.conclude();
    meter_.advance(points.rows());
  }

  void take_silhouettes() {
    struct Task {
      SilhouetteGroup const* group;
      Index begin;
    };
    std::vector<SilhouetteGroup> const groups = silhouette_groups(operation_.clusterings);
    std::vector<Task> tasks;
    for (SilhouetteGroup const& group : groups) {
      for (Index begin = 0; begin < group.rows.rows(); begin += silhouette_tile) tasks.push_back({&group, begin});
    }
    std::vector<TileWorkspace> spaces(static_cast<std::size_t>(workers_.count()));
    std::vector<std::uint8_t> made(tasks.size(), 0);
    workers_.for_each(static_cast<Index>(tasks.size()), [&](Index t, int worker) {
      if (stopped()) return;
      auto const [group, begin] = tasks[static_cast<std::size_t>(t)];
      Index const end = std::min(group->rows.rows(), begin + silhouette_tile);
      take_widths(*group, begin, end, spaces[static_cast<std::size_t>(worker)]);
      made[static_cast<std::size_t>(t)] = 1;
      meter_.advance((end - begin) * static_cast<Index>(group->clusterings.size()));
    });
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (made[t] != 0) continue;
      for (ScoredClustering* clustering : tasks[t].group->clusterings) clustering->complete = false;
    }
  }

  /// Widths of the points begin .. end-1 in all clusterings of a group.
  void take_widths(SilhouetteGroup const& group, Index begin, Index end, TileWorkspace& space) const {
    constexpr Index numbers_near = 2048;  // of the rows that all blocks of a tile meet: half of a core's first cache
    Index const n = group.rows.rows(), d = group.rows.columns(), blocks = chunk_count(end - begin, block_points);
    double* const tile = space.tile.reserve(silhouette_tile * d);
    for (Index i = 0; i < blocks * block_points; ++i) {
      double const* const row = &group.rows(std::min(begin + i, end - 1), 0);
      double* const lane = tile + i / block_points * block_points * d + i % block_points;
      for (Index j = 0; j < d; ++j) lane[j * block_points] = row[j];
    }
    double* const sums = space.sums.reserve(group.clusters() * silhouette_tile);
    std::fill(sums, sums + group.clusters() * silhouette_tile, 0.0);
    space.labellings.clear();
    for (std::size_t l = 0; l < group.clusterings.size(); ++l) {
      space.labellings.push_back({group.clusterings[l]->problem->labels.data_handle(), group.first_cluster[l]});
    }
    Index const step = std::max<Index>(numbers_near / d, block_points);
    for (Index j = 0; j < n; j += step) {
      kernels_.sum_pairs(tile, blocks, group.rows, j, std::min(n, j + step), space.labellings, sums);
    }
    for (std::size_t l = 0; l < group.clusterings.size(); ++l) {
      ScoredClustering& clustering = *group.clusterings[l];
      double const* const own_sums = sums + group.first_cluster[l] * silhouette_tile;
      for (Index i = begin; i < end; ++i) {
        clustering.widths[static_cast<std::size_t>(i)] = silhouette_width(
            clustering.census.sizes.data(), clustering.problem->clusters, clustering.problem->labels[i],
            [&](Index c) { return own_sums[c * silhouette_tile + i - begin]; });
      }
    }
  }

  Workers& workers_;
  ClusterScoresOperation& operation_;
  ScoreKernels const& kernels_;
  ProgressMeter meter_;
};

}  // namespace

void execute(CpuBackend& backend, ClusterScoresOperation& operation) { Scoring(backend, operation).run(); }

}  // namespace regio
