#include <regio/permutation_test.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>

#include "core/backend.hpp"
#include "core/contract.hpp"
#include "core/random_permutation.hpp"
#include "core/workers.hpp"
#include "interaction/permutation_form.hpp"
#include "interaction/permutation_kernels.hpp"
#include "interaction/permutation_test_operation.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index most_permutations = std::numeric_limits<std::uint32_t>::max();
constexpr Index most_objects = std::numeric_limits<std::int32_t>::max();
/// Objects all of whose permutations are made without being asked for, and at most.
constexpr Index few_objects = 8, most_enumerated_objects = 10;

std::string argument(char const* name) { return std::string("permutation_test: ") + name; }

void check_options(PermutationOptions const& options) {
  if (options.permutations < 1 || options.permutations > most_permutations) {
    refuse(argument("options.permutations"),
           fmt::format("is {}; expected 1 to {}", options.permutations, most_permutations));
  }
}

void check_series(std::string const& where, VectorView<double const> series, Index objects) {
  if (series.size() != objects) {
    refuse(where, fmt::format("has {} values; the first series has {}", series.size(), objects));
  }
  for (Index i = 0; i < series.size(); ++i) {
    if (!std::isfinite(series[i])) {
      refuse(where, fmt::format("value {} is {}; values must be finite", i, number_text(series[i])));
    }
  }
}

bool is_compared(MatrixCells cells, Index i, Index j) {
  switch (cells) {
    case MatrixCells::lower_triangle: return j < i;
    case MatrixCells::upper_triangle: return j > i;
    case MatrixCells::off_diagonal: break;
  }
  return i != j;
}

void check_matrix(std::string const& where, MatrixView<double const> matrix, Index objects, MatrixCells cells) {
  if (matrix.rows() != objects || matrix.columns() != objects) {
    refuse(where, fmt::format("is {} x {}; expected {} x {}", matrix.rows(), matrix.columns(), objects, objects));
  }
  for (Index i = 0; i < objects; ++i) {
    for (Index j = 0; j < objects; ++j) {
      if (is_compared(cells, i, j) && !std::isfinite(matrix(i, j))) {
        refuse(where,
               fmt::format("row {}, column {} is {}; compared cells must be finite", i, j, number_text(matrix(i, j))));
      }
    }
  }
}

Index objects_of(PermutationProblem const& problem) {
  return problem.first_matrix.empty() ? problem.first.size() : problem.first_matrix.rows();
}

void check_problem(std::size_t b, PermutationProblem const& problem, PermutationOptions const& options) {
  std::string const where = argument("problems[") + std::to_string(b) + "]";
  bool const matrices = !problem.first_matrix.empty();
  if (matrices && !(problem.first.empty() && problem.second.empty())) {
    refuse(where, "has matrices and series; expected two matrices or two series");
  }
  Index const n = objects_of(problem), least = matrices ? 3 : 2;
  if (n < least || n > most_objects) {
    refuse(where, fmt::format("has {} objects; expected {} to {}", n, least, most_objects));
  }
  if (matrices) {
    if (problem.method == CorrelationMethod::kendall) {
      refuse(where + ".method", "is kendall; matrices are compared by pearson or spearman");
    }
    check_matrix(where + ".first_matrix", problem.first_matrix, n, problem.cells);
    check_matrix(where + ".second_matrix", problem.second_matrix, n, problem.cells);
  } else {
    check_series(where + ".first", problem.first, n);
    check_series(where + ".second", problem.second, n);
  }
  if (options.enumeration == Enumeration::exact && n > most_enumerated_objects) {
    refuse(where, fmt::format("has {} objects; all permutations are made of at most {}", n, most_enumerated_objects));
  }
}

bool is_exact(Enumeration enumeration, Index objects) {
  return enumeration == Enumeration::exact || (enumeration == Enumeration::automatic && objects <= few_objects);
}

double statistic_as_is(PermutationForm const& form) {
  std::vector<std::uint32_t> positions(static_cast<std::size_t>(padded_places(form.objects)));
  std::iota(positions.begin(), positions.begin() + form.objects, 0U);
  double statistic = 0;
  permutation_kernels(best_simd_target()).statistics(form, positions.data(), 1, &statistic);
  return statistic;
}

double p_value(PermutationItem const& item, Alternative alternative) {
  PermutationTally const& tally = item.tally;
  Index const count = alternative == Alternative::greater ? tally.at_least
                      : alternative == Alternative::less  ? tally.at_most
                                                          : tally.as_extreme;
  // Random permutations do not contain the data as they are; all of them do.
  Index const own = item.exact ? 0 : 1;
  return static_cast<double>(count + own) / static_cast<double>(item.permutations + own);
}

/// Makes room for one result of every problem.
void lay_out(PermutationReport& report, std::size_t problems) {
  for (std::vector<double>* numbers :
       {&report.estimate, &report.p_value, &report.mean, &report.standard_deviation, &report.z}) {
    numbers->assign(problems, no_number);
  }
  for (std::vector<Index>* counts : {&report.at_least, &report.at_most, &report.as_extreme, &report.permutations}) {
    counts->assign(problems, 0);
  }
  report.exact.assign(problems, 0);
  report.outcome.assign(problems, Outcome::not_finite);
}

void take(PermutationReport& report, std::size_t b, PermutationItem const& item, Alternative alternative) {
  report.estimate[b] = item.estimate;
  report.exact[b] = item.exact ? 1 : 0;
  if (!item.complete) {
    report.outcome[b] = Outcome::cancelled;
    return;
  }
  report.outcome[b] = Outcome::converged;
  report.permutations[b] = item.permutations;
  report.at_least[b] = item.tally.at_least;
  report.at_most[b] = item.tally.at_most;
  report.as_extreme[b] = item.tally.as_extreme;
  report.p_value[b] = p_value(item, alternative);
  auto const count = static_cast<double>(item.permutations);
  double const mean = item.tally.sum / count;
  double const spread = std::max(0.0, item.tally.squares - item.tally.sum * mean);
  double const deviation = std::sqrt(spread / (item.exact ? count : count - 1));
  report.mean[b] = mean;
  report.standard_deviation[b] = deviation;
  if (deviation > 0) report.z[b] = (item.estimate - mean) / deviation;
}

}  // namespace

std::string_view name(CorrelationMethod method) noexcept {
  switch (method) {
    case CorrelationMethod::spearman: return "spearman";
    case CorrelationMethod::kendall: return "kendall";
    case CorrelationMethod::pearson: break;
  }
  return "pearson";
}

std::string_view name(Alternative alternative) noexcept {
  switch (alternative) {
    case Alternative::greater: return "greater";
    case Alternative::less: return "less";
    case Alternative::two_sided: break;
  }
  return "two-sided";
}

VectorView<double const> PermutationReport::statistics(Index b) const noexcept {
  if (statistic_offset.empty()) return {};
  auto const at = static_cast<std::size_t>(b);
  return {all_statistics.data() + statistic_offset[at], statistic_offset[at + 1] - statistic_offset[at]};
}

PermutationReport permutation_test(Engine& engine, PermutationOptions const& options,
                                   std::vector<PermutationProblem> const& problems) {
  check_options(options);
  for (std::size_t b = 0; b < problems.size(); ++b) check_problem(b, problems[b], options);

  std::vector<std::optional<PermutationForm>> forms(problems.size());
  engine.backend().workers().for_each(static_cast<Index>(problems.size()), [&](Index index, int) {
    auto const b = static_cast<std::size_t>(index);
    forms[b] = permutation_form(problems[b]);
  });

  PermutationReport report;
  lay_out(report, problems.size());
  std::vector<PermutationItem> items;
  std::vector<std::size_t> problem_of_item;
  if (options.keep_statistics) report.statistic_offset.push_back(0);
  for (std::size_t b = 0; b < problems.size(); ++b) {
    Index const n = objects_of(problems[b]);
    bool const exact = is_exact(options.enumeration, n);
    if (forms[b]) {
      items.push_back(
          {.form = &*forms[b],
           .estimate = statistic_as_is(*forms[b]),
           .permutations = exact ? static_cast<Index>(factorial(static_cast<std::uint32_t>(n))) : options.permutations,
           .exact = exact,
           .stream = problems[b].stream,
           .statistics = nullptr,
           .tally = {}});
      problem_of_item.push_back(b);
    }
    if (options.keep_statistics) {
      report.statistic_offset.push_back(report.statistic_offset.back() + (forms[b] ? items.back().permutations : 0));
    }
  }
  if (options.keep_statistics) {
    report.all_statistics.assign(static_cast<std::size_t>(report.statistic_offset.back()), no_number);
    for (std::size_t t = 0; t < items.size(); ++t) {
      items[t].statistics = report.all_statistics.data() + report.statistic_offset[problem_of_item[t]];
    }
  }
  if (!items.empty()) {
    PermutationTestOperation operation{.items = items, .seed = options.seed, .control = options.control};
    run(engine, operation);
  }
  for (std::size_t t = 0; t < items.size(); ++t) take(report, problem_of_item[t], items[t], options.alternative);
  return report;
}

}  // namespace regio
