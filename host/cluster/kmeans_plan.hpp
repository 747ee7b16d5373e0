/// Which regime a problem runs in, and how a batch is divided into tasks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <regio/kmeans.hpp>

namespace regio {

/// How the points of a problem meet the machine. Tiny and medium have the same results to the bit; large rounds the
/// sums of members otherwise.
enum class KmeansRegime : std::uint8_t {
  tiny,    ///< the points stay in a core's cache: whole runs on one thread, many at once
  medium,  ///< the points are copied, centred, to memory: one run at a time, its points divided among the threads
  large,   ///< points in single precision are read where they lie, once a pass for all runs that share them
};

/// Tiny up to `tiny_bytes` of points (n d numbers of 8 bytes); beyond, medium for points in double precision and large
/// for points in single precision. The one place where a regime is chosen.
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
  std::vector<std::vector<Index>> large;   ///< groups of problems in a row that share their points
  std::vector<std::vector<Index>> chains;  ///< warm problems, in order, by the problem from which their chain starts
};

/// The most segments that plan_kmeans divides the runs of a problem into, whatever stands beside it in the batch.
Index most_segments(KmeansProblem const& problem, KmeansOptions const& options);

KmeansPlan plan_kmeans(std::span<KmeansProblem const> problems, KmeansOptions const& options);

}  // namespace regio
