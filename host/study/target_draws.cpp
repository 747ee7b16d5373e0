#include "study/target_draws.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/backend.hpp"
#include "core/philox.hpp"
#include "core/progress_meter.hpp"
#include "core/sorted_quantile.hpp"
#include "core/workers.hpp"
#include "interaction/distributions.hpp"

namespace regio::study {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Draws that are balanced as one batch: more of small tables, which are quick one by one.
constexpr Index numbers_of_part = Index{1} << 20;
constexpr Index most_draws_of_part = 1024;
constexpr Index rows_of_task = 4;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

bool is_uncertain(std::vector<double> const& errors, std::size_t i) { return !errors.empty() && errors[i] > 0; }

bool any_uncertain(std::vector<double> const& errors) {
  return std::any_of(errors.begin(), errors.end(), [](double error) { return error > 0; });
}

std::vector<double> drawn(std::vector<double> const& totals, std::vector<double> const& errors, PhiloxStream stream) {
  constexpr double half_step = 0x1.0p-54;  // keeps 0 out, where the normal distribution ends
  std::vector<double> result = totals;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    double const z = normal_quantile(stream.next_uniform() + half_step);
    if (!is_uncertain(errors, i) || totals[i] == 0) continue;
    double const relative = errors[i] / totals[i];
    double const variance = std::log1p(relative * relative);
    result[i] = totals[i] * std::exp(std::sqrt(variance) * z - variance / 2);
  }
  return result;
}

/// Lets the uncertain totals take what is missing to a sum, in proportion to their sizes.
void shift_to(double sum, std::vector<double>& totals, std::vector<double> const& errors) {
  long double sizes = 0;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (is_uncertain(errors, i)) sizes += std::abs(totals[i]);
  }
  if (sizes == 0) return;
  auto const share = static_cast<double>((sum - static_cast<long double>(sum_of(totals))) / sizes);
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (is_uncertain(errors, i)) totals[i] += share * std::abs(totals[i]);
  }
}

/// Multipliers of the solved draws, those of one row or column side by side, and the cells that are zero in some.
class SolvedDraws {
 public:
  SolvedDraws(Index draws, Index rows, Index columns)
      : draws_(draws), rows_(position(draws * rows)), columns_(position(draws * columns)) {}

  void add(BalanceReport const& report, Index b) {
    copy(report.row_multipliers(b), rows_);
    copy(report.column_multipliers(b), columns_);
    if (auto const* const evidence = report.evidence(b)) with_zeros_.push_back({solved_, *evidence});
    ++solved_;
  }

  [[nodiscard]] Index count() const noexcept { return solved_; }
  [[nodiscard]] VectorView<double const> row(Index i) const { return {rows_.data() + i * draws_, solved_}; }
  [[nodiscard]] VectorView<double const> column(Index j) const { return {columns_.data() + j * draws_, solved_}; }

  /// What a cell becomes in each draw.
  void cells(Index row_position, Index column_position, double start, std::vector<double>& values) const {
    VectorView<double const> const r = row(row_position), s = column(column_position);
    values.resize(position(solved_));
    for (Index d = 0; d < solved_; ++d) {
      double const factor = r[d] * s[d];
      values[position(d)] = start > 0 ? start * factor : factor == 0 ? 0 : start / factor;
    }
    for (DrawWithZeros const& draw : with_zeros_) {
      if (forced_zero_position(draw.evidence, {row_position, column_position}) >= 0) values[position(draw.place)] = 0;
    }
  }

 private:
  struct DrawWithZeros {
    Index place;
    BalanceEvidence evidence;
  };

  void copy(VectorView<double const> multipliers, std::vector<double>& numbers) const {
    for (Index i = 0; i < multipliers.size(); ++i) numbers[position(i * draws_ + solved_)] = multipliers[i];
  }

  Index draws_, solved_ = 0;
  std::vector<double> rows_, columns_;
  std::vector<DrawWithZeros> with_zeros_;
};

/// Sorts the values.
DrawnNumber summary(std::vector<double>& values, double coverage) {
  if (values.empty()) return {no_number, no_number, no_number, no_number};
  auto const count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (double const value : values) sum += value;
  double const mean = sum / count;
  for (double const value : values) squares += (value - mean) * (value - mean);
  std::sort(values.begin(), values.end());
  return {mean, values.size() < 2 ? no_number : std::sqrt(squares / (count - 1)),
          sorted_quantile(values, (1 - coverage) / 2), sorted_quantile(values, (1 + coverage) / 2)};
}

std::vector<DrawnNumber> multiplier_summaries(Index count, double coverage,
                                              std::function<VectorView<double const>(Index)> const& of_margin) {
  std::vector<DrawnNumber> numbers;
  std::vector<double> values;
  for (Index i = 0; i < count; ++i) {
    VectorView<double const> const multipliers = of_margin(i);
    values.assign(multipliers.begin(), multipliers.end());
    numbers.push_back(summary(values, coverage));
  }
  return numbers;
}

/// Multipliers to begin with: those of the problem itself, where it has a solution.
std::vector<double> start_of(BalancedTable const& problem) {
  VectorView<double const> const multipliers = problem.multipliers(Margin::columns);
  bool const usable = std::all_of(multipliers.begin(), multipliers.end(),
                                  [](double multiplier) { return std::isfinite(multiplier) && multiplier >= 0; });
  return usable ? std::vector<double>(multipliers.begin(), multipliers.end()) : std::vector<double>();
}

}  // namespace

DrawnTotals drawn_totals(BalancedTable const& problem, TargetDrawOptions const& options, Index draw) {
  auto const stream = static_cast<std::uint64_t>(draw);
  DrawnTotals totals{
      drawn(problem.row_totals, problem.row_errors, PhiloxStream(options.seed, stream, 2 * options.problem)),
      drawn(problem.column_totals, problem.column_errors, PhiloxStream(options.seed, stream, 2 * options.problem + 1))};
  if (any_uncertain(problem.column_errors)) {
    shift_to(sum_of(totals.rows), totals.columns, problem.column_errors);
  } else if (any_uncertain(problem.row_errors)) {
    shift_to(sum_of(totals.columns), totals.rows, problem.row_errors);
  }
  return totals;
}

Index TargetDraws::solved() const {
  Index count = 0;
  for (Outcome const outcome : {Outcome::converged, Outcome::boundary}) {
    auto const found = outcomes.find(std::string(name(outcome)));
    if (found != outcomes.end()) count += found->second;
  }
  return count;
}

TargetDraws draw_targets(Engine& engine, BalancedTable const& problem, TargetDrawOptions const& options,
                         Control const& control) {
  TableFile const& table = *problem.table;
  Index const rows = table.rows.size(), columns = table.columns.size();
  TargetDraws result{.draws = options.draws};
  SolvedDraws solved(options.draws, rows, columns);
  std::vector<double> const start = start_of(problem);
  BalanceOptions balance_options = problem.options;
  balance_options.control.stop = control.stop;
  Workers& workers = engine.backend().workers();
  {
    ProgressMeter meter(control.progress, "draws of the totals", options.draws, "draws");
    Index const of_part = std::clamp<Index>(numbers_of_part / (rows + columns), 1, most_draws_of_part);
    for (Index begin = 0; begin < options.draws; begin += of_part) {
      Index const count = std::min(of_part, options.draws - begin);
      std::vector<DrawnTotals> totals(position(count));
      workers.for_each(count, [&](Index d, int) { totals[position(d)] = drawn_totals(problem, options, begin + d); });
      std::vector<BalanceProblem> batch(position(count));
      for (std::size_t d = 0; d < batch.size(); ++d) {
        batch[d].row_totals = totals[d].rows;
        batch[d].column_totals = totals[d].columns;
        batch[d].column_start = start;
        if (table.is_sparse()) {
          batch[d].sparse_table = table.sparse();
        } else {
          batch[d].table = table.dense();
        }
      }
      BalanceReport const report = balance_tables(engine, balance_options, batch);
      for (Index d = 0; d < count; ++d) {
        Outcome const outcome = report.outcome[position(d)];
        if (outcome == Outcome::cancelled) throw Interrupted("interrupted");
        ++result.outcomes[std::string(name(outcome))];
        if (outcome == Outcome::converged || outcome == Outcome::boundary) solved.add(report, d);
      }
      meter.advance(count);
    }
  }

  result.cells.resize(position(table.values().size()));
  auto const of_cell = [&](Index row, Index column, Index at, std::vector<double>& values) {
    solved.cells(row, column, table.values()[at], values);
    result.cells[position(at)] = summary(values, options.coverage);
  };
  workers.for_chunks(rows, rows_of_task, [&](Index begin, Index end, int) {
    std::vector<double> values;
    for (Index row = begin; row < end; ++row) {
      table.for_each_cell_of_row(row, [&](Index column, Index at) { of_cell(row, column, at, values); });
    }
  });
  result.rows = multiplier_summaries(rows, options.coverage, [&](Index i) { return solved.row(i); });
  result.columns = multiplier_summaries(columns, options.coverage, [&](Index j) { return solved.column(j); });
  return result;
}

}  // namespace regio::study
