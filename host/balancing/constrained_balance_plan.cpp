#include "balancing/constrained_balance_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "balancing/compensated_sum.hpp"
#include "balancing/exact_sum.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

class Planner {
 public:
  Planner(ConstrainedBalanceProblem const& problem, ConstrainedBalanceOptions const& options)
      : problem_(problem),
        options_(options),
        rows_(problem.table.rows()),
        columns_(problem.table.columns()),
        cell_of_(static_cast<std::size_t>(rows_ * columns_), no_cell) {}

  ConstrainedPlan run() {
    plan_.item.method = options_.method;
    plan_.item.max_iterations = options_.max_iterations;
    plan_.item.keep_history = options_.keep_history;
    system().keeps_signs = keeps_signs();
    freeze();
    number_cells();
    set_bounds();
    system().first.push_back(0);
    reserve_terms();
    add_margins(problem_.row_totals, problem_.row_reliability, rows_, plan_.row_constraint, [&](Index i) {
      for (Index j = 0; j < columns_; ++j) add_term(i * columns_ + j, 1);
    });
    add_margins(problem_.column_totals, problem_.column_reliability, columns_, plan_.column_constraint, [&](Index j) {
      for (Index i = 0; i < rows_; ++i) add_term(i * columns_ + j, 1);
    });
    CellGroups const& groups = problem_.groups;
    add_margins(groups.total, problem_.group_reliability, groups.size(), plan_.group_constraint, [&](Index g) {
      for (Index t = groups.start[g]; t < groups.start[g + 1]; ++t) {
        add_term(groups.cell[t].row * columns_ + groups.cell[t].column,
                 with_coefficients() ? groups.coefficient[t] : 1);
      }
    });
    bool const all_hard = std::all_of(system().reliability.begin(), system().reliability.end(),
                                      [](double reliability) { return reliability == infinity; });
    if (all_hard) system().reliability.clear();
    return std::move(plan_);
  }

 private:
  /// Instead of the number of a cell in the system.
  static constexpr std::int32_t no_cell = -1, frozen_cell = -2;

  CellSystem& system() { return plan_.item.system; }
  [[nodiscard]] std::int32_t& cell_of(TableCell cell) {
    return cell_of_[static_cast<std::size_t>(cell.row * columns_ + cell.column)];
  }
  [[nodiscard]] bool with_coefficients() const noexcept { return !problem_.groups.coefficient.empty(); }
  [[nodiscard]] bool keeps_signs() const noexcept { return options_.method != ConstrainedMethod::least_squares; }

  void freeze() {
    for (CellBounds const& bounds : problem_.bounds) {
      double const a = problem_.table(bounds.cell.row, bounds.cell.column);
      double value = bounds.lower;
      if (bounds.lower != bounds.upper) {
        // A cell that could only change its sign is 0.
        bool const only_zero = keeps_signs() && ((a > 0 && bounds.upper == 0) || (a < 0 && bounds.lower == 0));
        if (!only_zero) continue;
        value = 0;
      }
      cell_of(bounds.cell) = frozen_cell;
      frozen_value_.resize(cell_of_.size());
      frozen_value_[static_cast<std::size_t>(bounds.cell.row * columns_ + bounds.cell.column)] = value;
      plan_.frozen.push_back({bounds.cell.row * columns_ + bounds.cell.column, value});
    }
  }

  void number_cells() {
    std::vector<double>& start = system().start;
    for (Index i = 0; i < rows_; ++i) {
      for (Index j = 0; j < columns_; ++j) {
        double const a = problem_.table(i, j);
        std::int32_t& cell = cell_of({i, j});
        if (a == 0 || cell == frozen_cell) continue;
        cell = static_cast<std::int32_t>(start.size());
        start.push_back(a);
        plan_.position.push_back(i * columns_ + j);
        if (!keeps_signs()) plan_.item.variance.push_back(variance_of(i, j));
      }
    }
  }

  [[nodiscard]] double variance_of(Index i, Index j) const {
    if (!problem_.variance.empty()) return problem_.variance(i, j);
    double const size = std::abs(problem_.table(i, j));
    switch (options_.weight) {
      case CellWeight::equal: return 1;
      case CellWeight::square: return size * size;
      case CellWeight::magnitude: break;
    }
    return size;
  }

  void set_bounds() {
    for (CellBounds const& bounds : problem_.bounds) {
      std::int32_t const cell = cell_of(bounds.cell);
      if (cell < 0) continue;
      if (system().lower.empty()) {
        system().lower.assign(system().start.size(), -infinity);
        system().upper.assign(system().start.size(), infinity);
      }
      system().lower[static_cast<std::size_t>(cell)] = bounds.lower;
      system().upper[static_cast<std::size_t>(cell)] = bounds.upper;
    }
  }

  void reserve_terms() {
    std::size_t const margins = (problem_.row_totals.empty() ? 0U : 1U) + (problem_.column_totals.empty() ? 0U : 1U);
    std::size_t const terms = margins * system().start.size() + static_cast<std::size_t>(problem_.groups.cell.size());
    system().cell.reserve(terms);
    if (with_coefficients()) system().coefficient.reserve(terms);
  }

  template <class AddTerms>
  void add_margins(VectorView<double const> totals, VectorView<double const> reliability, Index count,
                   std::vector<Index>& constraint_of, AddTerms&& add_terms) {
    constraint_of.assign(static_cast<std::size_t>(count), -1);
    for (Index i = 0; i < totals.size(); ++i) {
      if (std::isnan(totals[i])) continue;
      constraint_of[static_cast<std::size_t>(i)] = system().constraints();
      remaining_ = {};
      remaining_.add(totals[i]);
      add_terms(i);
      system().first.push_back(static_cast<Index>(system().cell.size()));
      system().total.push_back(plan_.frozen.empty() ? totals[i] : remaining_.rounded());
      plan_.item.wanted.push_back(totals[i]);
      // Nothing but 0 is at a finite distance in information from 0.
      bool const hard = reliability.empty() || (keeps_signs() && totals[i] == 0);
      system().reliability.push_back(hard ? infinity : reliability[i]);
    }
  }

  void add_term(Index position, double coefficient) {
    std::int32_t const cell = cell_of_[static_cast<std::size_t>(position)];
    if (cell == frozen_cell) {
      subtract_product(coefficient, frozen_value_[static_cast<std::size_t>(position)]);
    } else if (cell >= 0) {
      system().cell.push_back(cell);
      if (with_coefficients()) system().coefficient.push_back(coefficient);
    }
  }

  void subtract_product(double coefficient, double value) {
    double const product = coefficient * value;
    remaining_.subtract(product);
    remaining_.subtract(std::fma(coefficient, value, -product));
  }

  ConstrainedBalanceProblem const& problem_;
  ConstrainedBalanceOptions const& options_;
  Index rows_, columns_;
  std::vector<std::int32_t> cell_of_;
  std::vector<double> frozen_value_;
  ExactSum remaining_;
  ConstrainedPlan plan_;
};

/// The sum of a margin of the result, and of the sizes of its terms.
struct MarginSum {
  CompensatedSum sum;
  double magnitude = 0;

  void add(double term) {
    sum.add(term);
    magnitude += std::abs(term);
  }
};

class Conclusion {
 public:
  Conclusion(ConstrainedPlan const& plan, ConstrainedBalanceProblem const& problem, ConstrainedBalanceReport& report,
             Index b)
      : plan_(plan), problem_(problem), report_(report), at_(static_cast<std::size_t>(b)) {}

  void run() {
    ConstrainedItem const& item = plan_.item;
    report_.outcome[at_] = item.outcome;
    report_.reason[at_] = reason();
    report_.iterations[at_] = item.iterations;
    report_.objective[at_] = item.objective;
    report_.history[at_] = item.history;
    std::vector<double> const table = result();
    write(table);
    take_sums(table);
    report_.row_multipliers[at_] = multipliers(plan_.row_constraint);
    report_.column_multipliers[at_] = multipliers(plan_.column_constraint);
    report_.group_multipliers[at_] = multipliers(plan_.group_constraint);
  }

 private:
  [[nodiscard]] BalanceReason reason() const {
    switch (plan_.item.outcome) {
      case Outcome::infeasible: return plan_.item.ray ? reason_of_ray() : BalanceReason::sign;
      case Outcome::iteration_limit: return BalanceReason::slow;
      case Outcome::stalled: return BalanceReason::rounding;
      default: return BalanceReason::none;
    }
  }

  [[nodiscard]] BalanceReason reason_of_ray() const {
    CellSystem const& system = plan_.item.system;
    std::vector<double> const& ray = plan_.item.ray->multiplier;
    std::vector<double> weight(system.start.size());
    Index constraints = 0, terms = 0;
    for (std::size_t c = 0; c < ray.size(); ++c) {
      if (ray[c] == 0) continue;
      ++constraints;
      for (Index t = system.first[c]; t < system.first[c + 1]; ++t, ++terms) {
        auto const term = static_cast<std::size_t>(t);
        weight[static_cast<std::size_t>(system.cell[term])] +=
            ray[c] * (system.coefficient.empty() ? 1 : system.coefficient[term]);
      }
    }
    if (terms == 0) return BalanceReason::empty_margin;
    if (constraints == 1) return system.lower.empty() ? BalanceReason::sign : BalanceReason::conflicting_margins;
    bool const cancels = std::all_of(weight.begin(), weight.end(), [](double w) { return w == 0; });
    return cancels ? BalanceReason::totals_differ : BalanceReason::conflicting_margins;
  }

  /// A table of frozen cells alone has no cells to iterate on, but a result.
  [[nodiscard]] bool is_without_result() const { return plan_.item.cells.size() != plan_.position.size(); }

  /// The table of the result; NaN where there is none.
  [[nodiscard]] std::vector<double> result() const {
    bool const none = is_without_result();
    std::vector<double> table(static_cast<std::size_t>(problem_.table.rows() * problem_.table.columns()),
                              none ? no_number : 0.0);
    if (none) return table;
    for (ConstrainedPlan::FrozenCell const& cell : plan_.frozen) {
      table[static_cast<std::size_t>(cell.position)] = cell.value;
    }
    for (std::size_t c = 0; c < plan_.position.size(); ++c) {
      table[static_cast<std::size_t>(plan_.position[c])] = plan_.item.cells[c];
    }
    return table;
  }

  void write(std::vector<double> const& table) const {
    Index const columns = problem_.table.columns();
    for (Index i = 0; i < problem_.balanced.rows(); ++i) {
      std::copy_n(table.begin() + i * columns, columns, problem_.balanced.row(i).begin());
    }
  }

  void take_sums(std::vector<double> const& table) {
    Index const rows = problem_.table.rows(), columns = problem_.table.columns();
    std::vector<MarginSum> row(static_cast<std::size_t>(rows)), column(static_cast<std::size_t>(columns));
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) {
        double const x = table[static_cast<std::size_t>(i * columns + j)];
        row[static_cast<std::size_t>(i)].add(x);
        column[static_cast<std::size_t>(j)].add(x);
      }
    }
    CellGroups const& groups = problem_.groups;
    std::vector<MarginSum> group(static_cast<std::size_t>(groups.size()));
    for (Index g = 0; g < groups.size(); ++g) {
      for (Index t = groups.start[g]; t < groups.start[g + 1]; ++t) {
        double const x = table[static_cast<std::size_t>(groups.cell[t].row * columns + groups.cell[t].column)];
        double const coefficient = groups.coefficient.empty() ? 1 : groups.coefficient[t], product = coefficient * x;
        group[static_cast<std::size_t>(g)].add(product);
        group[static_cast<std::size_t>(g)].sum.add(std::fma(coefficient, x, -product));
      }
    }
    report_.row_sums[at_] = sums(row, plan_.row_constraint);
    report_.column_sums[at_] = sums(column, plan_.column_constraint);
    report_.group_sums[at_] = sums(group, plan_.group_constraint);
    report_.residual[at_] = is_without_result() ? no_number : residual_;
  }

  std::vector<double> sums(std::vector<MarginSum> const& margins, std::vector<Index> const& constraint_of) {
    std::vector<double> result;
    result.reserve(margins.size());
    for (std::size_t i = 0; i < margins.size(); ++i) {
      result.push_back(margins[i].sum.value());
      if (constraint_of[i] >= 0) observe(margins[i], constraint_of[i]);
    }
    return result;
  }

  void observe(MarginSum const& margin, Index constraint) {
    ConstrainedItem const& item = plan_.item;
    if (is_without_result()) return;
    auto const c = static_cast<std::size_t>(constraint);
    double const wanted = item.wanted[c];
    // Of a total that must be met: itself, without the roundings of taking frozen cells off and putting them back.
    double const target =
        item.system.must_be_met(constraint) ? wanted : wanted + (item.target[c] - item.system.total[c]);
    double const distance = std::abs(margin.sum.minus(target));
    double const scale = std::max({std::abs(target), std::abs(wanted), margin.magnitude});
    if (distance > 0) residual_ = std::max(residual_, distance / scale);
  }

  /// Factors of the information methods, the Lagrange multipliers themselves of least squares.
  [[nodiscard]] std::vector<double> multipliers(std::vector<Index> const& constraint_of) const {
    std::vector<double> result;
    result.reserve(constraint_of.size());
    for (Index const c : constraint_of) {
      bool const none = c < 0 || plan_.item.multipliers.empty();
      double const y = none ? no_number : plan_.item.multipliers[static_cast<std::size_t>(c)];
      result.push_back(plan_.item.method == ConstrainedMethod::least_squares ? y : std::exp(y));
    }
    return result;
  }

  ConstrainedPlan const& plan_;
  ConstrainedBalanceProblem const& problem_;
  ConstrainedBalanceReport& report_;
  std::size_t at_;
  double residual_ = 0;
};

}  // namespace

ConstrainedPlan plan_constrained_balance(ConstrainedBalanceProblem const& problem,
                                         ConstrainedBalanceOptions const& options) {
  return Planner(problem, options).run();
}

void conclude_constrained_balance(ConstrainedPlan const& plan, ConstrainedBalanceProblem const& problem,
                                  ConstrainedBalanceReport& report, Index b) {
  Conclusion(plan, problem, report, b).run();
}

ConstrainedEvidence constrained_evidence(ConstrainedPlan const& plan, Index b) {
  FarkasRay const& ray = *plan.item.ray;
  auto const part = [&](std::vector<Index> const& constraint_of) {
    std::vector<double> result;
    result.reserve(constraint_of.size());
    for (Index const c : constraint_of) result.push_back(c < 0 ? 0.0 : ray.multiplier[static_cast<std::size_t>(c)]);
    return result;
  };
  return {.problem = b,
          .row_multipliers = part(plan.row_constraint),
          .column_multipliers = part(plan.column_constraint),
          .group_multipliers = part(plan.group_constraint),
          .deficit = ray.deficit};
}

}  // namespace regio
