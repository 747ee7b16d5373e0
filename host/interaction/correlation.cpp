#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <regio/dependence.hpp>

#include "core/backend.hpp"
#include "core/contract.hpp"
#include "core/progress_meter.hpp"
#include "core/workers.hpp"
#include "interaction/correlation_estimate.hpp"
#include "interaction/correlation_interval.hpp"
#include "interaction/correlation_p_value.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index most_draws = std::numeric_limits<std::uint32_t>::max();
/// Up to where the exact distribution is taken without being asked for, and up to where all permutations can be made.
constexpr Index few_for_spearman = 9, few_for_kendall = 33, most_enumerated_objects = 10;
constexpr Index replicates_of_chunk = 128;

void check_options(CorrelationOptions const& options) {
  auto const check_draws = [](char const* name, Index count) {
    if (count < 1 || count > most_draws) {
      refuse(std::string("correlations: options.") + name, fmt::format("is {}; expected 1 to {}", count, most_draws));
    }
  };
  check_draws("permutations", options.permutations);
  check_draws("replicates", options.replicates);
  if (!(options.confidence > 0 && options.confidence < 1)) {
    refuse("correlations: options.confidence",
           fmt::format("is {}; expected a number between 0 and 1", number_text(options.confidence)));
  }
}

void check_problem(std::size_t b, CorrelationProblem const& problem, CorrelationOptions const& options) {
  std::string const where = "correlations: problems[" + std::to_string(b) + "]";
  Index const n = problem.first.size();
  if (problem.second.size() != n) {
    refuse(where + ".second", fmt::format("has {} values; the first series has {}", problem.second.size(), n));
  }
  if (n < 2 || n > std::numeric_limits<std::int32_t>::max()) {
    refuse(where, fmt::format("has {} objects; expected 2 to {}", n, std::numeric_limits<std::int32_t>::max()));
  }
  for (bool const second : {false, true}) {
    VectorView<double const> const series = second ? problem.second : problem.first;
    auto const bad = std::find_if(series.begin(), series.end(), [](double value) { return !std::isfinite(value); });
    if (bad == series.end()) continue;
    refuse(where + (second ? ".second" : ".first"),
           fmt::format("value {} is {}; values must be finite", bad - series.begin(), number_text(*bad)));
  }
  if (problem.stream >> 63 != 0)
    refuse(where + ".stream", fmt::format("is {}; expected less than 2^63", problem.stream));
  if (options.interval == CorrelationInterval::fisher && problem.method != CorrelationMethod::pearson) {
    refuse(where + ".method",
           fmt::format("is {}; Fisher's interval is one of pearson's correlation", name(problem.method)));
  }
}

bool has_ties(PairCounts const& counts) { return counts.tied_first > 0 || counts.tied_second > 0; }

class Batch {
 public:
  Batch(Engine& engine, CorrelationOptions const& options, std::vector<CorrelationProblem> const& problems)
      : engine_(engine), workers_(engine.backend().workers()), options_(options), problems_(problems) {
    for (std::vector<double>* numbers : {&report_.estimate, &report_.p_value, &report_.lower, &report_.upper}) {
      numbers->assign(problems.size(), no_number);
    }
    report_.test.assign(problems.size(), CorrelationTest::asymptotic);
    report_.undefined_replicates.assign(problems.size(), 0);
    report_.outcome.assign(problems.size(), Outcome::converged);
    by_permutation_.assign(problems.size(), 0);
  }

  CorrelationReport run() {
    workers_.for_each(static_cast<Index>(problems_.size()),
                      [&](Index b, int) { estimate(static_cast<std::size_t>(b)); });
    check_enumerations();
    permute(CorrelationTest::exact);
    permute(CorrelationTest::permutation);
    make_intervals();
    for (std::size_t b = 0; b < problems_.size(); ++b) {
      if (report_.outcome[b] == Outcome::cancelled) leave_without_result(b);
    }
    return std::move(report_);
  }

 private:
  /// Estimate, and the p-value where it takes no permutations.
  void estimate(std::size_t b) {
    CorrelationProblem const& problem = problems_[b];
    Index const n = problem.first.size();
    CorrelationEstimator estimator(problem.method);
    double const r = report_.estimate[b] =
        estimator({problem.first.begin(), problem.first.end()}, {problem.second.begin(), problem.second.end()});
    if (std::isnan(r)) {
      report_.outcome[b] = Outcome::not_finite;
      return;
    }
    bool const kendall = problem.method == CorrelationMethod::kendall;
    PairCounts const counts = kendall ? estimator.count_pairs({problem.first.begin(), problem.first.end()},
                                                              {problem.second.begin(), problem.second.end()})
                                      : PairCounts{};
    bool const inversions_tell = kendall && !has_ties(counts);
    CorrelationTest& test = report_.test[b] = chosen_test(problem, inversions_tell);
    if (test == CorrelationTest::asymptotic) {
      report_.p_value[b] = kendall ? normal_kendall_p_value(problem, counts, options_.alternative)
                                   : student_p_value(r, n, options_.alternative);
    } else if (test == CorrelationTest::exact && inversions_tell && n <= most_objects_of_inversions) {
      report_.p_value[b] = exact_kendall_p_value(n, counts, options_.alternative);
    } else {
      by_permutation_[b] = 1;
    }
  }

  [[nodiscard]] CorrelationTest chosen_test(CorrelationProblem const& problem, bool inversions_tell) const {
    if (options_.test != CorrelationTest::automatic) return options_.test;
    Index const n = problem.first.size();
    bool const exact = (problem.method == CorrelationMethod::spearman && n <= few_for_spearman) ||
                       (inversions_tell && n <= few_for_kendall);
    return exact ? CorrelationTest::exact : CorrelationTest::asymptotic;
  }

  void check_enumerations() const {
    for (std::size_t b = 0; b < problems_.size(); ++b) {
      Index const n = problems_[b].first.size();
      if (by_permutation_[b] != 0 && report_.test[b] == CorrelationTest::exact && n > most_enumerated_objects) {
        refuse("correlations: problems[" + std::to_string(b) + "]",
               fmt::format("has {} objects; an exact test takes at most {}, of kendall without ties at most {}", n,
                           most_enumerated_objects, most_objects_of_inversions));
      }
    }
  }

  /// p-values of the problems that this test makes by permutations.
  void permute(CorrelationTest test) {
    std::vector<PermutationProblem> batch;
    std::vector<std::size_t> position;
    for (std::size_t b = 0; b < problems_.size(); ++b) {
      if (by_permutation_[b] == 0 || report_.test[b] != test) continue;
      CorrelationProblem const& problem = problems_[b];
      batch.push_back(
          {.first = problem.first, .second = problem.second, .method = problem.method, .stream = problem.stream});
      position.push_back(b);
    }
    if (batch.empty()) return;
    bool const exact = test == CorrelationTest::exact;
    PermutationReport const made = permutation_test(engine_,
                                                    {.permutations = options_.permutations,
                                                     .enumeration = exact ? Enumeration::exact : Enumeration::sampled,
                                                     .alternative = options_.alternative,
                                                     .seed = options_.seed,
                                                     .control = options_.control},
                                                    batch);
    for (std::size_t t = 0; t < batch.size(); ++t) {
      report_.p_value[position[t]] = made.p_value[t];
      report_.outcome[position[t]] = made.outcome[t];
    }
  }

  void make_intervals() {
    if (options_.interval == CorrelationInterval::fisher) {
      for (std::size_t b = 0; b < problems_.size(); ++b) {
        if (report_.outcome[b] != Outcome::converged) continue;
        set_interval(b, fisher_interval(report_.estimate[b], problems_[b].first.size(), options_.confidence));
      }
    }
    bool const bootstrap =
        options_.interval == CorrelationInterval::percentile || options_.interval == CorrelationInterval::bca;
    if (bootstrap) resample();
  }

  void resample() {
    auto const count = static_cast<std::size_t>(options_.replicates);
    Index const chunks = (options_.replicates + replicates_of_chunk - 1) / replicates_of_chunk;
    if (options_.keep_replicates) report_.all_replicates.assign(problems_.size() * count, no_number);
    ProgressMeter meter(options_.control.progress, "bootstrap", static_cast<Index>(problems_.size()), "correlations");
    std::vector<double> replicates(count);
    for (std::size_t b = 0; b < problems_.size(); ++b) {
      if (report_.outcome[b] != Outcome::converged) continue;
      workers_.for_each(chunks, [&](Index chunk, int) {
        if (options_.control.stop.stop_requested()) return;
        Index const begin = chunk * replicates_of_chunk;
        Index const end = std::min(options_.replicates, begin + replicates_of_chunk);
        make_replicates(problems_[b], options_.seed, begin, end, replicates.data() + begin);
      });
      if (options_.control.stop.stop_requested()) {
        report_.outcome[b] = Outcome::cancelled;
        continue;
      }
      if (options_.keep_replicates) {
        std::copy(replicates.begin(), replicates.end(),
                  report_.all_replicates.begin() + static_cast<std::ptrdiff_t>(b * count));
      }
      take_replicates(b, replicates);
      meter.advance(1);
    }
  }

  /// Reorders them.
  void take_replicates(std::size_t b, std::vector<double>& replicates) {
    auto const defined = std::partition(replicates.begin(), replicates.end(), [](double r) { return !std::isnan(r); });
    report_.undefined_replicates[b] = replicates.end() - defined;
    std::span<double> const usable(replicates.begin(), defined);
    set_interval(b, options_.interval == CorrelationInterval::bca
                        ? bca_interval(problems_[b], report_.estimate[b], usable, options_.confidence)
                        : percentile_interval(usable, options_.confidence));
  }

  void set_interval(std::size_t b, Interval const& interval) {
    report_.lower[b] = interval.lower;
    report_.upper[b] = interval.upper;
  }

  void leave_without_result(std::size_t b) {
    report_.estimate[b] = report_.p_value[b] = no_number;
    set_interval(b, {no_number, no_number});
  }

  Engine& engine_;
  Workers& workers_;
  CorrelationOptions const& options_;
  std::vector<CorrelationProblem> const& problems_;
  CorrelationReport report_;
  std::vector<std::uint8_t> by_permutation_;
};

}  // namespace

std::string_view name(CorrelationTest test) noexcept {
  switch (test) {
    case CorrelationTest::exact: return "exact";
    case CorrelationTest::asymptotic: return "asymptotic";
    case CorrelationTest::permutation: return "permutation";
    case CorrelationTest::automatic: break;
  }
  return "automatic";
}

std::string_view name(CorrelationInterval interval) noexcept {
  switch (interval) {
    case CorrelationInterval::fisher: return "fisher";
    case CorrelationInterval::percentile: return "percentile";
    case CorrelationInterval::bca: return "bca";
    case CorrelationInterval::none: break;
  }
  return "none";
}

VectorView<double const> CorrelationReport::replicates(Index b) const noexcept {
  if (all_replicates.empty()) return {};
  auto const count = static_cast<Index>(all_replicates.size()) / size();
  return {all_replicates.data() + b * count, count};
}

CorrelationReport correlations(Engine& engine, CorrelationOptions const& options,
                               std::vector<CorrelationProblem> const& problems) {
  check_options(options);
  for (std::size_t b = 0; b < problems.size(); ++b) check_problem(b, problems[b], options);
  return Batch(engine, options, problems).run();
}

}  // namespace regio
