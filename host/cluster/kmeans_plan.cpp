#include "cluster/kmeans_plan.hpp"

#include <algorithm>
#include <map>

#include "cluster/kmeans_operation.hpp"

namespace regio {
namespace {

/// Work that a task should hold, in multiplications: some tenths of a millisecond, long beside the cost of a task.
constexpr double task_work = 8e6;

/// Multiplications of one run, about: the passes of a usual fit over n k d products.
double run_work(KmeansProblem const& problem) {
  constexpr double passes = 20;
  return passes * static_cast<double>(problem.count()) * static_cast<double>(problem.features()) *
         static_cast<double>(problem.clusters);
}

}  // namespace

KmeansRegime kmeans_regime(KmeansProblem const& problem) {
  Index const bytes = problem.count() * problem.features() * static_cast<Index>(sizeof(double));
  if (bytes <= tiny_bytes) return KmeansRegime::tiny;
  return problem.single_points.empty() ? KmeansRegime::medium : KmeansRegime::large;
}

Index most_segments(KmeansProblem const& problem, KmeansOptions const& options) {
  if (kmeans_regime(problem) != KmeansRegime::tiny) return 0;
  Index const runs = run_count(problem, options);
  auto const runs_of_a_task = std::max<Index>(1, static_cast<Index>(task_work / run_work(problem)));
  // The first task may have room for a part of a task's runs, and the last one has what is left.
  return std::min(runs, runs / runs_of_a_task + 2);
}

KmeansPlan plan_kmeans(std::span<KmeansProblem const> problems, KmeansOptions const& options) {
  KmeansPlan plan;
  plan.task_offset.push_back(0);
  double work = 0;
  auto const end_task = [&] {
    plan.task_offset.push_back(static_cast<Index>(plan.segments.size()));
    work = 0;
  };
  std::map<Index, Index> chain_of;  // warm problem -> its chain
  for (Index b = 0; b < static_cast<Index>(problems.size()); ++b) {
    KmeansProblem const& problem = problems[static_cast<std::size_t>(b)];
    if (problem.warm_from >= 0) {
      auto const chain = chain_of.find(problem.warm_from);
      Index const number = chain != chain_of.end() ? chain->second : static_cast<Index>(plan.chains.size());
      if (chain == chain_of.end()) {
        plan.chains.emplace_back();
        chain_of[problem.warm_from] = number;
      }
      chain_of[b] = number;
      plan.chains[static_cast<std::size_t>(number)].push_back(b);
      continue;
    }
    if (kmeans_regime(problem) == KmeansRegime::medium) {
      plan.medium.push_back(b);
      continue;
    }
    if (kmeans_regime(problem) == KmeansRegime::large) {
      bool const shares = !plan.large.empty() && plan.large.back().back() == b - 1 &&
                          same_view(problem.single_points, problems[static_cast<std::size_t>(b - 1)].single_points);
      if (!shares) plan.large.emplace_back();
      plan.large.back().push_back(b);
      continue;
    }
    Index const runs = run_count(problem, options);
    double const each = run_work(problem);
    for (Index run = 0; run < runs;) {
      auto const room = static_cast<Index>((task_work - work) / each);
      Index const end = std::min(runs, run + std::max<Index>(1, room));
      bool const whole = run == 0 && end == runs;
      plan.segments.push_back({b, run, end, whole ? -1 : plan.partials++});
      work += each * static_cast<double>(end - run);
      if (work >= task_work || end < runs) end_task();
      run = end;
    }
  }
  if (plan.task_offset.back() < static_cast<Index>(plan.segments.size())) end_task();
  return plan;
}

}  // namespace regio
