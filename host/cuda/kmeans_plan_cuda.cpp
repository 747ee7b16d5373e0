#include "cuda/kmeans_plan_cuda.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <map>
#include <tuple>

#include "cluster/kmeans_operation.hpp"
#include "cuda/cuda_error.hpp"

namespace regio::cuda {
namespace {

/// Warps that a multiprocessor needs to hide the latency of its double-precision units and of shared memory.
constexpr std::int64_t busy_warps = 16;
/// Warps that work apart in one block.
constexpr int warps_of_block = 4;
/// Shared memory that the system keeps of each block, and room for the kernels' own variables.
constexpr std::int64_t kept_of_block = 1024 + 256;
/// Tasks for each group of threads that the device holds, so that uneven tasks end at about the same time.
constexpr Index tasks_of_group = 4;

std::size_t at(Index position) { return static_cast<std::size_t>(position); }

/// Threads of a group: few points for each, but not so many threads that they only wait, nor more than the kernel
/// takes.
int group_threads(KmeansVariant variant, std::int64_t points) {
  if (variant == KmeansVariant::warp_shared) return 32;
  if (points <= 128) return 128;
  if (points <= 512) return 256;
  return placement_of(variant) == KmeansPlacement::shared ? 512 : 384;
}

KmeansRoute route_by(KmeansVariant variant, KmeansLayout<std::int64_t> layout) {
  KmeansPlacement const placement = placement_of(variant);
  layout.points_copied = placement == KmeansPlacement::shared;
  KmeansRoute route{.variant = variant};
  route.threads = group_threads(variant, layout.points);
  route.shared_bytes = shared_bytes(layout, placement);
  route.scratch_bytes = scratch_bytes(layout, placement);
  return route;
}

/// Tasks that share a launch: the same kernel, the same block, and shared memory of about the same size where that
/// bounds how many groups a multiprocessor holds. For warps it does not: registers do (kmeans_route).
using LaunchKey = std::tuple<bool, KmeansVariant, int, int>;

LaunchKey key_of(KmeansRoute const& route) {
  bool const bound_by_registers = route.variant == KmeansVariant::warp_shared;
  int const size =
      bound_by_registers ? 0 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(route.shared_bytes)));
  return {route.blocks_of_run > 0, route.variant, route.threads, size};
}

using Launches = std::map<LaunchKey, PlannedLaunch>;

void add_task(Launches& launches, KmeansRoute const& route, PlannedTask const& task) {
  PlannedLaunch& launch = launches[key_of(route)];
  launch.route.variant = route.variant;
  launch.route.threads = route.threads;
  launch.route.shared_bytes = std::max(launch.route.shared_bytes, route.shared_bytes);
  launch.route.scratch_bytes = std::max(launch.route.scratch_bytes, route.scratch_bytes);
  launch.route.blocks_of_run = std::max(launch.route.blocks_of_run, route.blocks_of_run);
  launch.tasks.push_back(task);
}

int groups_of_block(KmeansRoute const& route) {
  return route.variant == KmeansVariant::warp_shared ? warps_of_block : 1;
}

/// Groups of threads that the device holds at a time; blocks, where they share runs.
Index resident_groups(KmeansRoute const& route, DeviceProperties const& device) {
  int blocks = 0;
  if (route.blocks_of_run > 0) {
    check(kmeans_pass_residency(route.threads, route.shared_bytes, &blocks),
          "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
    return std::max<Index>(1, Index{blocks} * device.multiprocessors);
  }
  int const groups = groups_of_block(route);
  check(kmeans_fit_residency(route.variant, groups * route.threads, route.shared_bytes, &blocks),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  return std::max<Index>(1, Index{blocks} * groups * device.multiprocessors);
}

/// Whether groups may take a long task when the others have nothing left: some tasks must wait, and longer ones stand
/// behind shorter ones.
bool needs_order(PlannedLaunch const& launch) {
  Index const groups = Index{launch.blocks} * groups_of_block(launch.route);
  return static_cast<Index>(launch.tasks.size()) > groups &&
         !std::ranges::is_sorted(launch.tasks, std::ranges::greater(), &PlannedTask::work);
}

/// Chooses the grids.
std::vector<PlannedLaunch> finished(Launches& launches, DeviceProperties const& device, Index most_groups) {
  std::vector<PlannedLaunch> result;
  for (auto& [key, launch] : launches) {
    auto const tasks = static_cast<Index>(launch.tasks.size());
    if (launch.route.blocks_of_run > 0) {
      Index const blocks = std::max<Index>(1, resident_groups(launch.route, device) / tasks);
      launch.blocks = static_cast<int>(std::min<Index>(launch.route.blocks_of_run, blocks));
      launch.threads = launch.route.threads;
      result.push_back(std::move(launch));
      continue;
    }
    int const groups = groups_of_block(launch.route);
    Index wanted = std::min(resident_groups(launch.route, device), tasks);
    if (most_groups > 0) wanted = std::min(wanted, most_groups);
    launch.blocks = static_cast<int>((wanted + groups - 1) / groups);
    launch.threads = groups * launch.route.threads;
    launch.longest_first = needs_order(launch);
    result.push_back(std::move(launch));
  }
  return result;
}

class Planner {
 public:
  Planner(std::span<KmeansProblem const> part, Index first, KmeansOptions const& options,
          DeviceProperties const& device, Index most_groups)
      : part_(part), first_(first), options_(options), device_(device), most_groups_(most_groups) {}

  KmeansDevicePlan run() {
    count_large_runs();
    plan_starts();
    plan_chains();
    for (std::vector<PlannedLaunch> const* launches : {&plan_.starts, &plan_.chains}) {
      for (PlannedLaunch const& launch : *launches) {
        Index const runs = launch.route.blocks_of_run > 0 ? static_cast<Index>(launch.tasks.size())
                                                          : Index{launch.blocks} * groups_of_block(launch.route);
        plan_.scratch_bytes = std::max(plan_.scratch_bytes, launch.route.scratch_bytes * runs);
      }
    }
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool is_warm(Index b) const { return part_[at(b)].warm_from >= first_; }

  /// Runs that several blocks would make faster get them when the device otherwise holds twice as many groups as there
  /// are such runs.
  void count_large_runs() {
    if (most_groups_ > 0) return;
    Index runs = 0, groups = std::numeric_limits<Index>::max();
    for (Index b = 0; b < static_cast<Index>(part_.size()); ++b) {
      KmeansLayout<std::int64_t> const layout = kmeans_layout(part_[at(b)], options_);
      KmeansRoute const route = kmeans_route(layout, device_);
      if (!is_worth_blocks(layout, route)) continue;
      runs += run_count(part_[at(b)], options_);
      groups = std::min(groups, resident_groups(route, device_));
    }
    spreads_large_runs_ = 2 * runs <= groups;
  }

  [[nodiscard]] KmeansRoute route_of(Index b) const {
    KmeansLayout<std::int64_t> const layout = kmeans_layout(part_[at(b)], options_);
    KmeansRoute const route = kmeans_route(layout, device_);
    return spreads_large_runs_ && is_worth_blocks(layout, route) ? spread_route(layout, route) : route;
  }

  /// A route that serves every problem of a chain.
  [[nodiscard]] KmeansRoute route_of(std::vector<Index> const& chain) const {
    KmeansVariant variant = KmeansVariant::warp_shared;
    bool spread = false;
    for (Index b : chain) {
      KmeansRoute const one = route_of(b);
      variant = std::max(variant, one.variant);
      spread = spread || one.blocks_of_run > 0;
    }
    KmeansRoute route{.variant = variant};
    for (Index b : chain) {
      KmeansLayout<std::int64_t> const layout = kmeans_layout(part_[at(b)], options_);
      KmeansRoute one = route_by(variant, layout);
      if (spread) one = spread_route(layout, one);
      route.blocks_of_run = std::max(route.blocks_of_run, one.blocks_of_run);
      route.threads = std::max(route.threads, one.threads);
      route.shared_bytes = std::max(route.shared_bytes, one.shared_bytes);
      route.scratch_bytes = std::max(route.scratch_bytes, one.scratch_bytes);
    }
    return route;
  }

  void plan_starts() {
    // Runs of each launch, to divide them evenly.
    std::map<LaunchKey, Index> runs_of;
    for (Index b = 0; b < static_cast<Index>(part_.size()); ++b) {
      if (!is_warm(b)) runs_of[key_of(route_of(b))] += run_count(part_[at(b)], options_);
    }
    Launches launches;
    std::map<LaunchKey, Index> runs_of_segment;
    for (Index b = 0; b < static_cast<Index>(part_.size()); ++b) {
      if (is_warm(b)) continue;
      KmeansRoute const route = route_of(b);
      Index& length = runs_of_segment[key_of(route)];
      if (length == 0) {
        Index groups = resident_groups(route, device_);
        if (most_groups_ > 0) groups = std::min(groups, most_groups_);
        length = std::max<Index>(1, runs_of[key_of(route)] / (tasks_of_group * groups));
        if (groups == 1) length = std::max<Index>(length, runs_of[key_of(route)]);
        if (route.blocks_of_run > 0) length = 1;
      }
      add_segments(launches, b, route, length);
    }
    plan_.starts = finished(launches, device_, most_groups_);
  }

  void add_segments(Launches& launches, Index b, KmeansRoute const& route, Index length) {
    KmeansProblem const& problem = part_[at(b)];
    Index const runs = run_count(problem, options_);
    Index const first_part = plan_.parts;
    for (Index run = 0; run < runs; run += length) {
      Index const end = std::min(runs, run + length);
      bool const whole = run == 0 && end == runs;
      auto const segment = static_cast<Index>(plan_.segments.size());
      plan_.segments.push_back({b, run, end, whole ? -1 : plan_.parts++});
      add_task(launches, route, {segment, segment + 1, run_work(problem) * static_cast<double>(end - run)});
    }
    if (plan_.parts > first_part) plan_.choices.push_back({b, first_part, plan_.parts});
  }

  /// Problems that lead back to one starting problem are one task, in their order.
  void plan_chains() {
    std::map<Index, std::vector<Index>> chains;  // by their starting problem
    std::vector<Index> root(part_.size());
    for (Index b = 0; b < static_cast<Index>(part_.size()); ++b) {
      root[at(b)] = is_warm(b) ? root[at(part_[at(b)].warm_from - first_)] : b;
      if (is_warm(b)) chains[root[at(b)]].push_back(b);
    }
    Launches launches;
    for (auto const& [start, chain] : chains) {
      PlannedTask task{.first_segment = static_cast<Index>(plan_.segments.size())};
      for (Index b : chain) {
        plan_.segments.push_back({b, 0, 1, -1});
        task.work += run_work(part_[at(b)]);
      }
      task.end_segment = static_cast<Index>(plan_.segments.size());
      add_task(launches, route_of(chain), task);
    }
    plan_.chains = finished(launches, device_, most_groups_);
  }

  std::span<KmeansProblem const> part_;
  Index first_;
  KmeansOptions const& options_;
  DeviceProperties const& device_;
  Index most_groups_;
  bool spreads_large_runs_ = false;
  KmeansDevicePlan plan_;
};

}  // namespace

KmeansLayout<std::int64_t> kmeans_layout(KmeansProblem const& problem, KmeansOptions const& options) {
  bool const starts_by_drawing = problem.warm_from < 0 && problem.initial_centres.empty();
  bool const plus_plus = starts_by_drawing && options.init == KmeansInit::kmeans_plus_plus;
  return {.points = problem.points.rows(),
          .features = static_cast<int>(problem.points.columns()),
          .clusters = static_cast<int>(problem.clusters),
          .candidates = plus_plus ? plus_plus_candidates(problem.clusters) : 0};
}

KmeansRoute kmeans_route(KmeansLayout<std::int64_t> const& layout, DeviceProperties const& device) {
  auto const of_block = static_cast<std::int64_t>(device.shared_bytes_per_block) - kept_of_block;
  auto const of_multiprocessor = static_cast<std::int64_t>(device.shared_bytes_per_multiprocessor);
  KmeansRoute route = route_by(KmeansVariant::warp_shared, layout);
  std::int64_t const block_of_warps = warps_of_block * route.shared_bytes + kept_of_block;
  if (block_of_warps <= of_block && block_of_warps * (busy_warps / warps_of_block) <= of_multiprocessor) return route;
  for (KmeansVariant const variant : {KmeansVariant::block_shared, KmeansVariant::block_global_points}) {
    route = route_by(variant, layout);
    if (route.shared_bytes <= of_block) return route;
  }
  return route_by(KmeansVariant::block_global, layout);
}

bool is_worth_blocks(KmeansLayout<std::int64_t> const& layout, KmeansRoute const& route) {
  constexpr std::int64_t least_ranges = 4;
  constexpr double least_work = 1e6;
  double const work =
      static_cast<double>(layout.points) * static_cast<double>(layout.features) * static_cast<double>(layout.clusters);
  return placement_of(route.variant) != KmeansPlacement::shared && layout.member_ranges() >= least_ranges &&
         work >= least_work;
}

KmeansRoute spread_route(KmeansLayout<std::int64_t> const& layout, KmeansRoute const& route) {
  KmeansLayout<std::int64_t> whole = layout;
  whole.points_copied = false;
  std::int64_t const row = std::max(whole.centre_stride(), whole.candidate_stride());
  KmeansRoute spread = route;
  spread.shared_bytes = route.variant == KmeansVariant::block_global_points
                            ? static_cast<std::int64_t>(sizeof(double)) * layout.features * row
                            : 0;
  spread.scratch_bytes = scratch_bytes(whole, KmeansPlacement::global);
  spread.blocks_of_run = std::max<std::int64_t>(1, layout.member_ranges());
  return spread;
}

double run_work(KmeansProblem const& problem) {
  constexpr double passes = 20;
  return passes * static_cast<double>(problem.points.rows()) * static_cast<double>(problem.points.columns()) *
         static_cast<double>(problem.clusters);
}

KmeansDevicePlan plan_kmeans_part(std::span<KmeansProblem const> part, Index first, KmeansOptions const& options,
                                  DeviceProperties const& device, Index most_groups) {
  return Planner(part, first, options, device, most_groups).run();
}

}  // namespace regio::cuda
