/// Which regime a problem runs in, and how a batch is divided into tasks.
#pragma once

#include <span>
#include <vector>

#include <regio/kmeans.hpp>

namespace regio {

/// How the points of a problem meet the machine. Results do not depend on it.
enum class KmeansRegime {
  tiny,    ///< the points stay in a core's cache: whole runs on one thread, many at once
  medium,  ///< the points are read from memory: one run at a time, its points divided among the threads
};

/// Tiny up to `tiny_bytes` of points (n d numbers of 8 bytes), medium beyond. The one place where a regime is chosen;
/// streaming and out-of-core regimes for points that exceed memory would be further answers of this function.
KmeansRegime kmeans_regime(KmeansProblem const& problem);
inline constexpr Index tiny_bytes = Index{1} << 20;

/// Consecutive runs of one problem that one task makes.
struct RunSegment {
  Index problem = 0;
  Index first_run = 0, end_run = 0;
  Index partial = -1;  ///< where its best run waits for the other segments of the problem; -1: it has all the runs
};

struct KmeansPlan {
  std::vector<RunSegment> segments;  ///< of tiny problems without a predecessor, in batch order
  std::vector<Index> task_offset;    ///< tasks are ranges of segments of about equal work
  Index partials = 0;
  std::vector<Index> medium;               ///< problems run one after another on all threads
  std::vector<std::vector<Index>> chains;  ///< warm problems, in order, by the problem from which their chain starts
};

/// The most segments that plan_kmeans divides the runs of a problem into, whatever stands beside it in the batch.
Index most_segments(KmeansProblem const& problem, KmeansOptions const& options);

KmeansPlan plan_kmeans(std::span<KmeansProblem const> problems, KmeansOptions const& options);

}  // namespace regio
