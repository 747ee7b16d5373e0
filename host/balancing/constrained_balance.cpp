#include <regio/constrained_balance.hpp>

#include <limits>
#include <string>
#include <utility>

#include "balancing/constrained_balance_checks.hpp"
#include "balancing/constrained_balance_operation.hpp"
#include "balancing/constrained_balance_plan.hpp"
#include "core/backend.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

ConstrainedBalanceReport empty_report(std::size_t count) {
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  ConstrainedBalanceReport report;
  report.outcome.assign(count, Outcome::cancelled);
  report.reason.assign(count, BalanceReason::none);
  report.iterations.assign(count, 0);
  report.residual.assign(count, unknown);
  report.objective.assign(count, unknown);
  for (auto* lists : {&report.row_multipliers, &report.column_multipliers, &report.group_multipliers, &report.row_sums,
                      &report.column_sums, &report.group_sums, &report.history}) {
    lists->resize(count);
  }
  return report;
}

}  // namespace

ConstrainedBalanceReport balance_constrained(Engine& engine, ConstrainedBalanceOptions const& options,
                                             std::vector<ConstrainedBalanceProblem> const& problems) {
  check_constrained_options(options);
  for (std::size_t b = 0; b < problems.size(); ++b) {
    check_constrained_problem("balance_constrained: problems[" + std::to_string(b) + "]", options.method, problems[b]);
  }
  Workers& workers = engine.backend().workers();
  auto const count = static_cast<Index>(problems.size());
  std::vector<ConstrainedPlan> plans(problems.size());
  std::vector<ConstrainedItem> items(problems.size());
  workers.for_each(count, [&](Index b, int) {
    auto const at = static_cast<std::size_t>(b);
    plans[at] = plan_constrained_balance(problems[at], options);
    items[at] = std::move(plans[at].item);
  });
  ConstrainedBalanceOperation operation{.items = items, .tolerance = options.tolerance, .control = options.control};
  run(engine, operation);
  ConstrainedBalanceReport report = empty_report(problems.size());
  workers.for_each(count, [&](Index b, int) {
    auto const at = static_cast<std::size_t>(b);
    plans[at].item = std::move(items[at]);
    conclude_constrained_balance(plans[at], problems[at], report, b);
  });
  for (std::size_t b = 0; b < plans.size(); ++b) {
    if (plans[b].item.ray) report.all_evidence.push_back(constrained_evidence(plans[b], static_cast<Index>(b)));
  }
  return report;
}

}  // namespace regio
