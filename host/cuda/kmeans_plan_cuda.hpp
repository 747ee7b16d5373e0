/// How a batch of k-means problems is divided for a device: into parts that fit its memory, into tasks for groups of
/// threads, and among the kernels. Results do not depend on any of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <regio/kmeans.hpp>

#include "cuda/device_properties.hpp"
#include "kernels/kmeans_launch.cuh"

namespace regio::cuda {

/// Which kernel makes the runs of a problem, and what each group of threads needs for it.
struct KmeansRoute {
  KmeansVariant variant = KmeansVariant::warp_shared;
  int threads = 0;  ///< of a group
  std::int64_t shared_bytes = 0;
  std::int64_t scratch_bytes = 0;
  /// 0: a run has one group. Otherwise several blocks, of at most so many, and the bytes are those of the whole run.
  std::int64_t blocks_of_run = 0;
};

/// Whether several blocks may pay for a run on this route: it has points enough to divide, and its iterations take
/// longer than two launches.
bool is_worth_blocks(KmeansLayout<std::int64_t> const& layout, KmeansRoute const& route);

/// The same kernel's work, done by several blocks.
KmeansRoute spread_route(KmeansLayout<std::int64_t> const& layout, KmeansRoute const& route);

/// The working memory of a run of the problem.
KmeansLayout<std::int64_t> kmeans_layout(KmeansProblem const& problem, KmeansOptions const& options);

/// A warp where the device's shared memory holds enough of them to keep it busy; else a block; points, then also
/// centres, in global memory where shared memory does not hold them.
KmeansRoute kmeans_route(KmeansLayout<std::int64_t> const& layout, DeviceProperties const& device);

/// Multiplications of a run, about.
double run_work(KmeansProblem const& problem);

/// Runs [first_run, end_run) of a problem of the part, which is counted from the part's first.
struct PlannedSegment {
  Index problem = 0;
  Index first_run = 0, end_run = 0;
  Index part = -1;  ///< where its best run waits for the problem's other segments; -1: it has all the runs
};

/// Segments that one group makes one after another.
struct PlannedTask {
  Index first_segment = 0, end_segment = 0;
  double work = 0;
};

/// Tasks of one launch, in the order of the problems.
struct PlannedLaunch {
  KmeansRoute route;
  int blocks = 0, threads = 0;  ///< of a task where runs are spread over blocks
  bool longest_first = false;   ///< the device orders the tasks by their work before groups take them
  std::vector<PlannedTask> tasks;
};

/// Consecutive runs of problem `problem` that were divided: its segments' best are parts [first_part, end_part).
struct PlannedChoice {
  Index problem = 0;
  Index first_part = 0, end_part = 0;
};

struct KmeansDevicePlan {
  std::vector<PlannedSegment> segments;
  std::vector<PlannedLaunch> starts;  ///< problems that need no other problem of the part
  std::vector<PlannedChoice> choices;
  std::vector<PlannedLaunch> chains;  ///< problems that start where others ended, after the choices
  Index parts = 0;
  std::int64_t scratch_bytes = 0;  ///< the most that a launch needs
};

/// Plans the problems of one part. `first` is the position of the part in the batch: chains that reach before it start
/// from known centres. At most `most_groups` groups of threads are planned for; 0: as many as the device holds.
KmeansDevicePlan plan_kmeans_part(std::span<KmeansProblem const> part, Index first, KmeansOptions const& options,
                                  DeviceProperties const& device, Index most_groups);

}  // namespace regio::cuda
