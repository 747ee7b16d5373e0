#include "cluster/kmeans_memory.hpp"

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_plan.hpp"

namespace regio {
namespace {

constexpr Index number = sizeof(double), label = sizeof(std::int32_t);

}  // namespace

std::uint64_t batch_bytes(KmeansProblem const& problem, KmeansOptions const& options) {
  constexpr Index figures = sizeof(KmeansProblem) + 12 * sizeof(Index);
  Index const n = problem.count(), d = problem.features(), k = problem.clusters;
  Index const runs = run_count(problem, options);
  Index const best_run = n * label + k * d * number;
  Index bytes = figures + best_run + k * static_cast<Index>(sizeof(Index));
  if (options.keep_runs) bytes += runs * (n * label + 2 * number);
  // Segments of one problem's runs each keep the best of theirs until the last one has ended.
  Index const segments = most_segments(problem, options);
  bytes += segments * static_cast<Index>(sizeof(RunSegment));
  if (segments > 1) bytes += segments * (best_run + 128);
  return static_cast<std::uint64_t>(bytes);
}

std::uint64_t workspace_bytes(KmeansProblem const& problem, int threads) {
  constexpr Index fixed = 4096, lanes = 8;
  Index const n = rounded_up(problem.count(), lanes), d = problem.features(), k = problem.clusters;
  Index const row = rounded_up(d, lanes);
  // The points, and their weights, labels and distances; centres, sums and candidates; sums of each range of points.
  Index const ranges = chunk_count(n, sum_chunk(k));
  Index const bytes = (n * (d + 3) + (5 + ranges) * (k + 1) * row) * number + fixed;
  bool const one_a_thread = kmeans_regime(problem) == KmeansRegime::tiny;
  return static_cast<std::uint64_t>(one_a_thread ? bytes * threads : bytes);
}

}  // namespace regio
