#include <regio/national_control.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "balancing/balance_checks.hpp"
#include "balancing/national_conflicts.hpp"
#include "balancing/national_control_checks.hpp"
#include "balancing/national_control_operation.hpp"
#include "balancing/national_gauge.hpp"
#include "core/backend.hpp"
#include "core/batch_by_size.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Small problems that are checked in one task.
constexpr Index problems_of_task = 4;

/// Sweeps that a problem makes before it is asked whether it has a solution at all: most have one and meet their totals
/// before, which answers the question for nothing. Then its multipliers are watched over twice as many each time.
constexpr Index sweeps_before_search = 128;

/// A residual at which rounding can stop an iteration; above it something else does.
constexpr double rounding_residual = 0x1p-36;

/// What is known of a problem beside its iterate.
struct Preparation {
  Preparation(NationalControlProblem const& problem, CellKinds cell_kinds, double tolerance)
      : margins(problem),
        conflicts(margins, tolerance),
        kinds(cell_kinds),
        agreement(compare_totals(problem, tolerance)) {
    conflict = std::move(agreement.conflict);
    // Totals of 0 empty margins; negative ones need negative cells.
    if (!conflict && !agreement.all_positive) look_at_margins();
  }

  void look_at_margins() {
    if (std::exchange(has_looked, true)) return;
    conflict = conflicts.wipe();
  }

  NationalMargins margins;
  NationalConflicts conflicts;
  CellKinds kinds;
  TotalsAgreement agreement;
  std::optional<NationalConflict> conflict;
  bool has_looked = false, has_searched = false;
  std::vector<double> logarithms;  ///< of the multipliers, when they were last looked at
};

class Batch {
 public:
  Batch(Engine& engine, BalanceOptions const& options, std::vector<NationalControlProblem> const& problems)
      : engine_(engine),
        workers_(engine.backend().workers()),
        options_(options),
        problems_(problems),
        report_(problems),
        preparations_(problems.size()) {}

  NationalControlReport run() {
    BatchBySize const batch(std::ssize(problems_), [&](Index b) {
      BatchView<double const> const& tables = problems_[static_cast<std::size_t>(b)].tables;
      return tables.count() * tables.rows() * tables.columns() >= cells_read_by_all_threads;
    });
    batch.run_all(workers_, problems_of_task, [&](BatchTurn const& turn) {
      auto const b = static_cast<std::size_t>(turn.item);
      CellKinds const kinds = check_national_control_problem("national_control: problems[" + std::to_string(b) + "]",
                                                             options_.method, problems_[b], turn.all_threads);
      preparations_[b] = std::make_unique<Preparation>(problems_[b], kinds, options_.tolerance);
    });
    iterate();
    accept_small_disagreements();
    for (std::size_t b = 0; b < problems_.size(); ++b) conclude(b);
    return std::move(report_);
  }

 private:
  NationalControlItem item(std::size_t b) {
    NationalControlProblem const& problem = problems_[b];
    Preparation const& preparation = *preparations_[b];
    Index const regions = problem.tables.count(), rows = problem.tables.rows(), columns = problem.tables.columns();
    NationalControlItem result{
        .tables = problem.tables,
        .row_totals = problem.row_totals,
        .column_totals = problem.column_totals,
        .national = problem.national,
        .is_signed = preparation.kinds.negative,
        .slack = preparation.agreement.largest_gap,
        .over_relaxation = options_.over_relaxation,
        .row_multipliers = {report_.all_row_multipliers.data() + report_.row_offset[b], regions, rows},
        .column_multipliers = {report_.all_column_multipliers.data() + report_.column_offset[b], regions, columns},
        .national_multipliers = {report_.all_national_multipliers.data() + report_.national_offset[b], rows, columns},
        .balanced = problem.balanced};
    if (options_.keep_history) result.history = &report_.history[b];
    take_start(problem.column_start, result.column_multipliers);
    take_start(problem.national_start, result.national_multipliers);
    return result;
  }

  static void take_start(MatrixView<double const> start, MatrixView<double> multipliers) {
    for (Index line = 0; line < multipliers.rows(); ++line) {
      for (Index j = 0; j < multipliers.columns(); ++j) {
        bool const given = !start.empty() && start(line, j) != 0;
        multipliers(line, j) = given ? start(line, j) : 1.0;
      }
    }
  }

  /// Sweeps in stretches, and after each looks for what makes those impossible that have not met their totals.
  void iterate() {
    std::vector<std::size_t> open;
    for (std::size_t b = 0; b < problems_.size(); ++b) {
      if (preparations_[b]->conflict) continue;
      open.push_back(items_.size());
      items_.push_back(item(b));
      item_problem_.push_back(b);
    }
    sweeps_.assign(items_.size(), 0);
    for (Index stretch = sweeps_before_search; !open.empty(); stretch = std::max(stretch, sweeps_[open.front()])) {
      for (std::size_t const t : open) {
        Index const left = options_.max_iterations - sweeps_[t];
        items_[t].max_iterations = std::min(left, stretch);
        items_[t].is_last = left <= stretch;
        take_wiped(items_[t], *preparations_[item_problem_[t]]);
      }
      run_items(open);
      std::erase_if(open, [&](std::size_t t) {
        return items_[t].outcome == Outcome::converged || items_[t].outcome == Outcome::cancelled;
      });
      workers_.for_each(static_cast<Index>(open.size()),
                        [&](Index place, int) { search(open[static_cast<std::size_t>(place)]); });
      std::erase_if(open, [&](std::size_t t) {
        return preparations_[item_problem_[t]]->conflict || items_[t].outcome == Outcome::stalled ||
               sweeps_[t] == options_.max_iterations;
      });
    }
  }

  void run_items(std::vector<std::size_t> const& which) {
    std::vector<NationalControlItem> items;
    items.reserve(which.size());
    for (std::size_t const t : which) items.push_back(items_[t]);
    NationalControlOperation operation{.items = items, .tolerance = options_.tolerance, .control = options_.control};
    regio::run(engine_, operation);
    for (std::size_t place = 0; place < which.size(); ++place) {
      std::size_t const t = which[place];
      items_[t] = items[place];
      sweeps_[t] += items_[t].iterations;
    }
  }

  static void take_wiped(NationalControlItem& item, Preparation const& preparation) {
    std::vector<std::uint8_t> const& wiped = preparation.conflicts.wiped().wiped;
    if (wiped.empty()) return;
    NationalMargins const& margins = preparation.margins;
    Index const columns = margins.first_column(), national = margins.first_national();
    item.wiped_rows = {wiped.data(), columns};
    item.wiped_columns = {wiped.data() + columns, national - columns};
    item.wiped_national = {wiped.data() + national, margins.size() - national};
  }

  /// Looks for a conflict in item t: in the margins alone, then along the growth of its multipliers.
  void search(std::size_t t) {
    Preparation& preparation = *preparations_[item_problem_[t]];
    if (!std::exchange(preparation.has_searched, true)) {
      preparation.look_at_margins();
      // Two families of positive totals that agree can be met by tables without zeros.
      bool const full = preparation.agreement.all_positive && !preparation.kinds.zero && !preparation.kinds.negative;
      if (!preparation.conflict && !full) preparation.conflict = preparation.conflicts.between_two_margins();
    }
    if (preparation.conflict) return;
    std::vector<double> now;
    NationalControlItem const& item = items_[t];
    for (MatrixView<double> const& family :
         {item.row_multipliers, item.column_multipliers, item.national_multipliers}) {
      for (Index line = 0; line < family.rows(); ++line) {
        for (double const multiplier : family.row(line)) now.push_back(std::log(multiplier));
      }
    }
    std::vector<double> const before = std::exchange(preparation.logarithms, now);
    if (before.empty()) return;
    std::transform(now.begin(), now.end(), before.begin(), now.begin(), std::minus<>());
    preparation.conflict = preparation.conflicts.along(now);
  }

  /// Totals that disagree by less than the tolerance allows cannot be met exactly, and need not be.
  void accept_small_disagreements() {
    std::vector<std::size_t> again;
    std::vector<NationalControlItem> before;
    for (std::size_t t = 0; t < items_.size(); ++t) {
      Preparation const& preparation = *preparations_[item_problem_[t]];
      if (items_[t].outcome != Outcome::stalled || preparation.conflict || preparation.agreement.all_gaps == 0)
        continue;
      before.push_back(items_[t]);
      again.push_back(t);
      items_[t].slack = preparation.agreement.all_gaps;
      items_[t].max_iterations = 2;
      items_[t].is_last = true;
    }
    if (again.empty()) return;
    run_items(again);
    for (std::size_t place = 0; place < again.size(); ++place) {
      NationalControlItem& item = items_[again[place]];
      if (item.outcome != Outcome::converged) item.outcome = before[place].outcome;
    }
  }

  void conclude(std::size_t b) {
    report_.gap[b] = preparations_[b]->agreement.largest_gap;
    auto const found = std::lower_bound(item_problem_.begin(), item_problem_.end(), b);
    if (std::optional<NationalConflict>& conflict = preparations_[b]->conflict) {
      report_.outcome[b] = Outcome::infeasible;
      report_.reason[b] = conflict->reason;
      conflict->evidence.problem = static_cast<Index>(b);
      report_.all_evidence.push_back(std::move(conflict->evidence));
      if (found != item_problem_.end() && *found == b) {
        report_.iterations[b] = sweeps_[static_cast<std::size_t>(found - item_problem_.begin())];
      }
      leave_without_result(b);
      return;
    }
    auto const t = static_cast<std::size_t>(found - item_problem_.begin());
    take(b, items_[t], sweeps_[t]);
  }

  void take(std::size_t b, NationalControlItem const& item, Index sweeps) {
    report_.outcome[b] = item.outcome;
    report_.iterations[b] = sweeps;
    if (item.outcome == Outcome::cancelled) {
      leave_without_result(b);
      return;
    }
    report_.row_residual[b] = item.row_residual;
    report_.column_residual[b] = item.column_residual;
    report_.national_residual[b] = item.national_residual;
    report_.rate[b] = item.rate;
    double const residual = std::max({item.row_residual, item.column_residual, item.national_residual});
    if (item.outcome == Outcome::iteration_limit) report_.reason[b] = BalanceReason::slow;
    if (item.outcome == Outcome::stalled) {
      report_.reason[b] = residual <= rounding_residual ? BalanceReason::rounding : BalanceReason::slow;
    }
    fix_national_gauge(item.national, item.row_multipliers, item.column_multipliers, item.national_multipliers);
  }

  void leave_without_result(std::size_t b) {
    auto const fill = [b](std::vector<double>& values, std::vector<Index> const& offset) {
      std::fill(values.begin() + offset[b], values.begin() + offset[b + 1], no_number);
    };
    fill(report_.all_row_multipliers, report_.row_offset);
    fill(report_.all_column_multipliers, report_.column_offset);
    fill(report_.all_national_multipliers, report_.national_offset);
    BatchView<double> const& balanced = problems_[b].balanced;
    std::fill_n(balanced.data_handle(), balanced.count() * balanced.rows() * balanced.columns(), no_number);
  }

  Engine& engine_;
  Workers& workers_;
  BalanceOptions const& options_;
  std::vector<NationalControlProblem> const& problems_;
  NationalControlReport report_;
  std::vector<std::unique_ptr<Preparation>> preparations_;
  std::vector<NationalControlItem> items_;
  std::vector<std::size_t> item_problem_;  ///< [item] its problem, ascending
  std::vector<Index> sweeps_;              ///< [item] of all stretches
};

}  // namespace

NationalControlReport national_control(Engine& engine, BalanceOptions const& options,
                                       std::vector<NationalControlProblem> const& problems) {
  check_balance_options(options, "national_control");
  return Batch(engine, options, problems).run();
}

}  // namespace regio
