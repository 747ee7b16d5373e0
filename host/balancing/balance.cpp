#include <regio/balance.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "balancing/attainable_totals.hpp"
#include "balancing/balance_checks.hpp"
#include "balancing/balance_operation.hpp"
#include "balancing/margin_flow.hpp"
#include "balancing/reduced_table.hpp"
#include "core/backend.hpp"
#include "core/batch_by_size.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Small tables that are checked in one task.
constexpr Index tables_of_task = 8;

/// Sweeps that a table with zeros or negative cells makes before it is asked whether it has a solution at all: most
/// have one and meet their totals before, which answers the question for nothing.
constexpr Index sweeps_before_flow = 128;
/// Sweeps after which the totals that a problem without solution attains are taken for their limit.
constexpr Index sweeps_to_attainable = 1000;

class Batch {
 public:
  Batch(Engine& engine, BalanceOptions const& options, std::vector<BalanceProblem> const& problems)
      : engine_(engine),
        workers_(engine.backend().workers()),
        options_(options),
        problems_(problems),
        report_(problems),
        preparations_(problems.size()),
        evidence_(problems.size()),
        reduced_(problems.size()) {}

  BalanceReport run() {
    BatchBySize const batch(std::ssize(problems_), [&](Index b) {
      MatrixView<double const> const& table = problems_[static_cast<std::size_t>(b)].table;
      return table.rows() * table.columns() >= cells_read_by_all_threads;
    });
    batch.run_all(workers_, tables_of_task, [&](BatchTurn const& turn) {
      auto const b = static_cast<std::size_t>(turn.item);
      CellKinds const kinds = check_balance_problem("balance_tables: problems[" + std::to_string(b) + "]",
                                                    options_.method, problems_[b], turn.all_threads);
      preparations_[b] = prepare_balance(problems_[b], kinds, options_.tolerance);
    });
    iterate_first();
    decide();
    iterate_again();
    for (std::size_t b = 0; b < problems_.size(); ++b) conclude(b);
    for (std::unique_ptr<BalanceEvidence>& evidence : evidence_) {
      if (evidence) report_.all_evidence.push_back(std::move(*evidence));
    }
    return std::move(report_);
  }

 private:
  BalanceItem item(std::size_t b) {
    BalanceProblem const& problem = problems_[b];
    BalancePreparation const& preparation = preparations_[b];
    BalanceItem result{
        .table = problem.table,
        .sparse_table = problem.sparse_table,
        .row_totals = problem.row_totals,
        .column_totals = problem.column_totals,
        .is_signed = preparation.kinds.negative,
        .wiped_rows = preparation.wiped_rows(),
        .wiped_columns = preparation.wiped_columns(),
        .slack = std::abs(preparation.gap),
        .max_iterations = options_.max_iterations,
        .over_relaxation = options_.over_relaxation,
        .newton = options_.newton && !preparation.may_conflict(),
        .single_precision_start = options_.single_precision_start,
        .row_multipliers = {report_.all_row_multipliers.data() + report_.row_offset[b], problem.row_totals.size()},
        .column_multipliers = {report_.all_column_multipliers.data() + report_.column_offset[b],
                               problem.column_totals.size()},
        .balanced = problem.balanced,
        .balanced_cells = problem.balanced_cells};
    if (options_.keep_history) result.history = &report_.history[b];
    return result;
  }

  void iterate_first() {
    for (std::size_t b = 0; b < problems_.size(); ++b) {
      if (preparations_[b].conflict) continue;
      BalanceItem& next = items_.emplace_back(item(b));
      item_problem_.push_back(b);
      if (preparations_[b].may_conflict()) next.max_iterations = std::min(next.max_iterations, sweeps_before_flow);
      VectorView<double const> const start = problems_[b].column_start;
      for (Index j = 0; j < next.columns(); ++j) {
        next.column_multipliers[j] = start.empty() || start[j] == 0 ? 1.0 : start[j];
      }
    }
    run_items(items_);
  }

  void run_items(std::span<BalanceItem> items) {
    if (items.empty()) return;
    BalanceOperation operation{.items = items, .tolerance = options_.tolerance, .control = options_.control};
    regio::run(engine_, operation);
  }

  /// Whether an item that did not meet its totals may have no solution, or only one in the limit.
  [[nodiscard]] bool open(std::size_t t) const {
    Outcome const outcome = items_[t].outcome;
    return preparations_[item_problem_[t]].may_conflict() &&
           (outcome == Outcome::iteration_limit || outcome == Outcome::stalled);
  }

  void decide() {
    std::vector<std::size_t> undecided;
    for (std::size_t t = 0; t < items_.size(); ++t) {
      if (open(t)) undecided.push_back(item_problem_[t]);
    }
    workers_.for_each(static_cast<Index>(undecided.size()), [&](Index index, int) {
      std::size_t const b = undecided[static_cast<std::size_t>(index)];
      BalancePreparation& preparation = preparations_[b];
      TableSupport const support = table_support(problems_[b]);
      check_margins_of(problems_[b], support, preparation);
      if (preparation.conflict) return;
      VectorView<double const> const rows = problems_[b].row_totals, columns = problems_[b].column_totals;
      FlowResult flow = check_flow(without_wiped(support, preparation.checks), rows, columns, preparation.allowance);
      if (flow.conflict) preparation.conflict = with_wiped_margins(*flow.conflict, support, rows, columns);
      if (flow.forced_zeros.empty()) return;
      evidence_[b] = std::make_unique<BalanceEvidence>();
      evidence_[b]->forced_zeros = std::move(flow.forced_zeros);
    });
  }

  /// Goes on with what was not decided by the first sweeps: to the limit where there is no solution, without the cells
  /// that are zero in every solution where there are some, as before otherwise.
  void iterate_again() {
    std::vector<BalanceItem> again;
    std::vector<std::size_t> position;
    for (std::size_t t = 0; t < items_.size(); ++t) {
      if (!open(t)) continue;
      std::size_t const b = item_problem_[t];
      BalancePreparation const& preparation = preparations_[b];
      if (preparation.hopeless()) continue;
      BalanceItem next = items_[t];
      next.single_precision_start = false;
      next.wiped_rows = preparation.wiped_rows();
      next.wiped_columns = preparation.wiped_columns();
      bool const same_problem = !evidence_[b] && !preparation.checks.any_wiped;
      if (!same_problem || next.outcome == Outcome::stalled) {
        std::fill(next.column_multipliers.begin(), next.column_multipliers.end(), 1.0);
      }
      if (preparation.conflict) {
        next.over_relaxation = next.newton = false;
        next.max_iterations = std::min(options_.max_iterations, sweeps_to_attainable);
      } else {
        next.newton = options_.newton;
        next.max_iterations = options_.max_iterations - next.iterations;
        if (next.max_iterations == 0) continue;
        if (evidence_[b]) leave_out_forced_zeros(b, next);
      }
      position.push_back(t);
      again.push_back(next);
    }
    run_items(again);
    for (std::size_t a = 0; a < again.size(); ++a) {
      again[a].iterations += items_[position[a]].iterations;
      items_[position[a]] = again[a];
    }
    accept_small_disagreements();
  }

  void leave_out_forced_zeros(std::size_t b, BalanceItem& next) {
    reduced_[b] = std::make_unique<ReducedTable>(problems_[b], evidence_[b]->forced_zeros);
    next.table = reduced_[b]->dense();
    next.sparse_table = reduced_[b]->sparse();
  }

  /// Parts of a table whose totals differ by less than the tolerance allows cannot be met exactly, and need not be.
  void accept_small_disagreements() {
    std::vector<BalanceItem> again;
    std::vector<std::size_t> position;
    for (std::size_t t = 0; t < items_.size(); ++t) {
      BalancePreparation const& preparation = preparations_[item_problem_[t]];
      if (items_[t].outcome != Outcome::stalled || preparation.conflict || !preparation.may_conflict()) continue;
      BalanceItem next = items_[t];
      next.slack = preparation.allowance;
      next.max_iterations = 2;
      position.push_back(t);
      again.push_back(next);
    }
    run_items(again);
    for (std::size_t a = 0; a < again.size(); ++a) {
      BalanceItem& item = items_[position[a]];
      if (again[a].outcome != Outcome::converged) again[a].outcome = item.outcome;
      again[a].iterations += item.iterations;
      item = again[a];
    }
  }

  void conclude(std::size_t b) {
    BalancePreparation const& preparation = preparations_[b];
    report_.gap[b] = preparation.gap;
    auto const found = std::lower_bound(item_problem_.begin(), item_problem_.end(), b);
    bool const iterated = found != item_problem_.end() && *found == b;
    if (!iterated || preparation.hopeless()) {
      leave_without_result(b);
    } else {
      take(b, items_[static_cast<std::size_t>(found - item_problem_.begin())]);
    }
    if (preparation.conflict) take_conflict(b, *preparation.conflict);
    if (evidence_[b]) evidence_[b]->problem = static_cast<Index>(b);
  }

  void take(std::size_t b, BalanceItem const& item) {
    report_.outcome[b] = item.outcome;
    report_.iterations[b] = item.iterations;
    report_.row_residual[b] = item.row_residual;
    report_.column_residual[b] = item.column_residual;
    report_.rate[b] = item.rate;
    switch (item.outcome) {
      case Outcome::iteration_limit: report_.reason[b] = BalanceReason::slow; break;
      case Outcome::stalled: report_.reason[b] = BalanceReason::rounding; break;
      case Outcome::cancelled: leave_without_result(b); return;
      default: report_.reason[b] = BalanceReason::none;
    }
    if (evidence_[b] && !evidence_[b]->forced_zeros.empty()) {
      report_.reason[b] = BalanceReason::forced_zeros;
      if (item.outcome == Outcome::converged) report_.outcome[b] = Outcome::boundary;
    }
  }

  void take_conflict(std::size_t b, MarginConflict const& conflict) {
    report_.outcome[b] = Outcome::infeasible;
    report_.reason[b] = conflict.reason;
    evidence_[b] = std::make_unique<BalanceEvidence>();
    BalanceEvidence& evidence = *evidence_[b];
    evidence.rows = conflict.rows;
    evidence.columns = conflict.columns;
    evidence.columns_need_more = conflict.columns_need_more;
    evidence.deficit = conflict.deficit;
    AttainableTotals attainable;
    if (conflict.reason == BalanceReason::conflicting_margins) {
      attainable = attainable_totals(problems_[b], report_.row_multipliers(static_cast<Index>(b)),
                                     report_.column_multipliers(static_cast<Index>(b)));
    } else if (conflict.reason == BalanceReason::totals_differ) {
      attainable = scaled_totals(problems_[b], conflict);
    }
    evidence.attainable_row_totals = std::move(attainable.rows);
    evidence.attainable_column_totals = std::move(attainable.columns);
  }

  void leave_without_result(std::size_t b) {
    auto const fill = [](auto const& view) { std::fill(view.begin(), view.end(), no_number); };
    std::fill_n(report_.all_row_multipliers.begin() + report_.row_offset[b], problems_[b].row_totals.size(), no_number);
    std::fill_n(report_.all_column_multipliers.begin() + report_.column_offset[b], problems_[b].column_totals.size(),
                no_number);
    for (Index row = 0; row < problems_[b].balanced.rows(); ++row) fill(problems_[b].balanced.row(row));
    fill(problems_[b].balanced_cells);
  }

  Engine& engine_;
  Workers& workers_;
  BalanceOptions const& options_;
  std::vector<BalanceProblem> const& problems_;
  BalanceReport report_;
  std::vector<BalancePreparation> preparations_;
  std::vector<std::unique_ptr<BalanceEvidence>> evidence_;
  std::vector<std::unique_ptr<ReducedTable>> reduced_;
  std::vector<BalanceItem> items_;
  std::vector<std::size_t> item_problem_;  ///< [item] its problem, ascending
};

}  // namespace

BalanceReport balance_tables(Engine& engine, BalanceOptions const& options,
                             std::vector<BalanceProblem> const& problems) {
  check_balance_options(options);
  return Batch(engine, options, problems).run();
}

}  // namespace regio
