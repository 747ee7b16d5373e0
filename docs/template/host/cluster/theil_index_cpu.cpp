// TEMPLATE: the CPU's implementation. Parallel over problems in chunks whose size never depends on the thread count, so
// the result has the same bits for any number of threads.
#include <cmath>

#include "cluster/theil_index_operation.hpp"
#include "core/cpu_backend.hpp"

namespace regio {
namespace {

double theil(TheilProblem const& problem) {
  double total_weight = 0;
  double weighted_sum = 0;
  auto const weight = [&](Index i) { return problem.weights.empty() ? 1.0 : problem.weights[i]; };
  for (Index i = 0; i < problem.values.size(); ++i) {
    total_weight += weight(i);
    weighted_sum += weight(i) * problem.values[i];
  }
  double const mean = weighted_sum / total_weight;
  double index = 0;
  for (Index i = 0; i < problem.values.size(); ++i) {
    double const ratio = problem.values[i] / mean;
    index += weight(i) / total_weight * ratio * std::log(ratio);
  }
  return index;
}

}  // namespace

void execute(CpuBackend& backend, TheilIndexOperation& operation) {
  constexpr Index problems_per_chunk = 64;
  backend.workers().for_chunks(static_cast<Index>(operation.problems.size()), problems_per_chunk,
                               [&](Index begin, Index end, int) {
                                 for (Index b = begin; b < end; ++b) {
                                   auto const problem = static_cast<std::size_t>(b);
                                   operation.report.index[problem] = theil(operation.problems[problem]);
                                 }
                               });
}

}  // namespace regio
