// TEMPLATE: the front door. It validates, plans, runs and reports; nothing below it validates again.
#include <cmath>
#include <string>

#include <regio/error.hpp>
#include <regio/theil_index.hpp>

#include "cluster/theil_index_operation.hpp"
#include "core/backend.hpp"

namespace regio {
namespace {

std::string argument(std::size_t problem, char const* name) {
  return "theil_index: problems[" + std::to_string(problem) + "]." + name;
}

void validate(std::size_t b, TheilProblem const& problem) {
  Index const regions = problem.values.size();
  if (regions == 0) throw ContractError(argument(b, "values"), "has no region");
  if (!problem.weights.empty() && problem.weights.size() != regions) {
    throw ContractError(argument(b, "weights"), "has " + std::to_string(problem.weights.size()) + " entries for " +
                                                    std::to_string(regions) + " regions");
  }
  double total_weight = 0;
  for (Index i = 0; i < regions; ++i) {
    double const value = problem.values[i];
    double const weight = problem.weights.empty() ? 1.0 : problem.weights[i];
    if (!(value > 0) || !std::isfinite(value)) {
      throw ContractError(argument(b, "values"), "[" + std::to_string(i) + "] is " + std::to_string(value) +
                                                     "; values must be positive and finite");
    }
    if (!(weight >= 0) || !std::isfinite(weight)) {
      throw ContractError(argument(b, "weights"), "[" + std::to_string(i) + "] is " + std::to_string(weight) +
                                                      "; weights must be finite and not negative");
    }
    total_weight += weight;
  }
  if (total_weight == 0) throw ContractError(argument(b, "weights"), "are all zero");
}

}  // namespace

TheilReport theil_index(Engine& engine, std::vector<TheilProblem> const& problems) {
  for (std::size_t b = 0; b < problems.size(); ++b) validate(b, problems[b]);
  TheilReport report;
  report.index.resize(problems.size());
  report.outcome.assign(problems.size(), Outcome::converged);
  TheilIndexOperation operation{problems, report};
  run(engine, operation);
  return report;
}

}  // namespace regio
