#include "cluster/chain.hpp"

#include <algorithm>

#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/fit_stage.hpp"
#include "cluster/kmeans_memory.hpp"
#include "core/backend.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

constexpr Index none = -1;
constexpr char stage_name[] = "chain of years";

/// A year and its neighbour nearer to the start, none for the start itself.
struct Step {
  Index year, neighbour;
};

std::vector<Step> steps_from(Index start, Index years) {
  std::vector<Step> steps{{start, none}};
  for (Index y = start + 1; y < years; ++y) steps.push_back({y, y - 1});
  for (Index y = start - 1; y >= 0; --y) steps.push_back({y, y + 1});
  return steps;
}

bool same_k(ChainSeries const& series, Step step) {
  return step.neighbour != none && series.clusters[static_cast<std::size_t>(step.year)] ==
                                       series.clusters[static_cast<std::size_t>(step.neighbour)];
}

KmeansProblem year_problem(ChainSeries const& series, Index year) {
  KmeansProblem problem;
  problem.points = series.year(year);
  problem.weights = series.weights;
  problem.clusters = series.clusters[static_cast<std::size_t>(year)];
  problem.stream = series.stream;
  return problem;
}

/// All years together, without their weights.
KmeansProblem pooled_problem(ChainSeries const& series, Index start) {
  KmeansProblem problem = year_problem(series, start);
  problem.points = series.points;
  return problem;
}

/// Takes a fit over as the year's own; `number` is still to be given, labels are those of the fit until then.
void take(KmeansReport const& report, Index b, Index year, Index regions, ChainedSeries& series) {
  ChainedYear& result = series.years[static_cast<std::size_t>(year)];
  MatrixView<double const> const centres = report.centres(b);
  result.k = centres.rows();
  result.inertia = report.inertia[static_cast<std::size_t>(b)];
  result.iterations = report.iterations[static_cast<std::size_t>(b)];
  result.restarts = report.runs(b);
  result.outcome = report.outcome[static_cast<std::size_t>(b)];
  result.coinciding = report.distinct_clusters[static_cast<std::size_t>(b)] < result.k;
  result.centres.assign(centres.data_handle(), centres.data_handle() + centres.rows() * centres.columns());
  VectorView<std::int32_t const> const labels = report.labels(b);
  std::copy(labels.begin(), labels.end(), series.labels.begin() + year * regions);
}

VectorView<std::int32_t const> year_labels(ChainedSeries const& series, Index year, Index regions) {
  return {series.labels.data() + year * regions, regions};
}

MatrixView<double const> centres_of(ChainedYear const& year, Index features) {
  return {year.centres.data(), year.k, features};
}

/// Numbers for the clusters of a year that was fitted by itself. Both years still carry the labels of their fits.
std::vector<std::int32_t> aligned_numbers(ChainedSeries const& series, Step step, Index regions, Index features,
                                          Alignment alignment) {
  ChainedYear const& fixed = series.years[static_cast<std::size_t>(step.neighbour)];
  ChainedYear const& moving = series.years[static_cast<std::size_t>(step.year)];
  std::vector<std::int32_t> const partner =
      alignment == Alignment::overlap ? align_by_overlap(year_labels(series, step.neighbour, regions), fixed.k,
                                                         year_labels(series, step.year, regions), moving.k)
                                      : align_by_centres(centres_of(fixed, features), centres_of(moving, features));
  std::vector<std::int32_t> numbers;
  std::vector<std::int32_t> used = fixed.number;
  std::int32_t next = 0;
  for (std::int32_t const p : partner) {
    if (p < fixed.k) {
      numbers.push_back(fixed.number[static_cast<std::size_t>(p)]);
      continue;
    }
    while (std::find(used.begin(), used.end(), next) != used.end()) ++next;
    numbers.push_back(next++);
  }
  return numbers;
}

void give_first_numbers(ChainedYear& year) {
  year.number.resize(static_cast<std::size_t>(year.k));
  for (std::size_t c = 0; c < year.number.size(); ++c) year.number[c] = static_cast<std::int32_t>(c);
}

/// Once every year has its numbers: labels become numbers.
void rename_labels(ChainedSeries& series, Index regions) {
  for (std::size_t y = 0; y < series.years.size(); ++y) {
    std::vector<std::int32_t> const& number = series.years[y].number;
    for (std::int32_t const n : number) series.numbers = std::max<Index>(series.numbers, n + 1);
    for (Index r = 0; r < regions; ++r) {
      std::int32_t& label = series.labels[y * static_cast<std::size_t>(regions) + static_cast<std::size_t>(r)];
      label = number[static_cast<std::size_t>(label)];
    }
  }
}

/// Follows the steps of every series and gives the numbers; linked(series, step) says whether a year continues its
/// neighbour.
template <class Linked>
void give_numbers(Engine& engine, ChainOptions const& options, std::vector<ChainSeries> const& series, Chains& result,
                  Linked const& linked) {
  engine.backend().workers().for_each(static_cast<Index>(series.size()), [&](Index i, int) {
    auto const s = static_cast<std::size_t>(i);
    ChainedSeries& chained = result.series[s];
    for (Step const step : steps_from(options.start, series[s].years)) {
      ChainedYear& year = chained.years[static_cast<std::size_t>(step.year)];
      if (step.neighbour == none) {
        give_first_numbers(year);
      } else if (linked(s, step)) {
        year.number = chained.years[static_cast<std::size_t>(step.neighbour)].number;
      } else {
        year.number =
            aligned_numbers(chained, step, series[s].regions(), series[s].points.columns(), options.alignment);
      }
    }
    rename_labels(chained, series[s].regions());
  });
}

void run_warm_or_independent(Engine& engine, ChainOptions const& options, std::vector<ChainSeries> const& series,
                             Chains& result) {
  bool const warm = options.chain == Chain::warm;
  std::vector<KmeansProblem> problems;
  for (ChainSeries const& s : series) {
    std::vector<Index> position(static_cast<std::size_t>(s.years));
    for (Step const step : steps_from(options.start, s.years)) {
      KmeansProblem problem = year_problem(s, step.year);
      if (warm && same_k(s, step)) problem.warm_from = position[static_cast<std::size_t>(step.neighbour)];
      position[static_cast<std::size_t>(step.year)] = static_cast<Index>(problems.size());
      problems.push_back(problem);
    }
  }
  FitStage stage(engine, options.kmeans, stage_name, count_runs(problems, options.kmeans));
  KmeansReport const report = stage.fit(problems);
  stage.add_to(result.problems, result.fits);
  Index b = 0;
  for (std::size_t s = 0; s < series.size(); ++s) {
    for (Step const step : steps_from(options.start, series[s].years)) {
      take(report, b++, step.year, series[s].regions(), result.series[s]);
    }
  }
  give_numbers(engine, options, series, result,
               [&](std::size_t s, Step step) { return warm && same_k(series[s], step); });
}

void run_guarded(Engine& engine, ChainOptions const& options, std::vector<ChainSeries> const& series, Chains& result) {
  // The restart optimum of every year is the year's fit unless the chain's own fit is good enough.
  std::vector<KmeansProblem> problems;
  Index longest = 0;
  for (ChainSeries const& s : series) {
    longest = std::max(longest, s.years);
    for (Index y = 0; y < s.years; ++y) problems.push_back(year_problem(s, y));
  }
  FitStage stage(engine, options.kmeans, stage_name, count_runs(problems, options.kmeans));
  KmeansReport const fresh = stage.fit(problems);
  Index b = 0;
  for (std::size_t s = 0; s < series.size(); ++s) {
    for (Index y = 0; y < series[s].years; ++y) take(fresh, b++, y, series[s].regions(), result.series[s]);
  }
  KmeansOptions quiet = options.kmeans;
  quiet.control.progress = nullptr;  // how many of these small batches there will be is not known
  FitStage following(engine, quiet, stage_name, 0);
  std::vector<std::vector<bool>> linked(series.size());
  for (std::size_t s = 0; s < series.size(); ++s) linked[s].resize(static_cast<std::size_t>(series[s].years));
  for (std::size_t at = 1; at < static_cast<std::size_t>(longest); ++at) {
    problems.clear();
    std::vector<std::pair<std::size_t, Step>> continued;
    for (std::size_t s = 0; s < series.size(); ++s) {
      std::vector<Step> const steps = steps_from(options.start, series[s].years);
      if (at >= steps.size() || !same_k(series[s], steps[at])) continue;
      ChainedYear const& neighbour = result.series[s].years[static_cast<std::size_t>(steps[at].neighbour)];
      KmeansProblem problem = year_problem(series[s], steps[at].year);
      problem.initial_centres = BatchView<double const>(centres_of(neighbour, series[s].points.columns()));
      problems.push_back(problem);
      continued.emplace_back(s, steps[at]);
    }
    if (problems.empty()) continue;
    KmeansReport const warm = following.fit(problems);
    for (std::size_t p = 0; p < continued.size(); ++p) {
      auto const [s, step] = continued[p];
      ChainedYear& year = result.series[s].years[static_cast<std::size_t>(step.year)];
      if (warm.inertia[p] > (1 + options.guard_share) * year.inertia) {
        year.guarded = true;
      } else {
        take(warm, static_cast<Index>(p), step.year, series[s].regions(), result.series[s]);
        linked[s][static_cast<std::size_t>(step.year)] = true;
      }
    }
  }
  for (FitStage const* made : {&stage, &following}) made->add_to(result.problems, result.fits);
  give_numbers(engine, options, series, result,
               [&](std::size_t s, Step step) { return linked[s][static_cast<std::size_t>(step.year)]; });
}

/// Sum over the year's regions of weight times squared distance to the centre of their cluster.
double year_inertia(ChainSeries const& series, Index year, VectorView<std::int32_t const> labels,
                    MatrixView<double const> centres) {
  MatrixView<double const> const points = series.year(year);
  double sum = 0;
  for (Index r = 0; r < points.rows(); ++r) {
    double squared = 0;
    for (Index j = 0; j < points.columns(); ++j) {
      double const difference = points(r, j) - centres(labels[r], j);
      squared += difference * difference;
    }
    sum += series.weights.empty() ? squared : series.weights[r] * squared;
  }
  return sum;
}

void run_pooled(Engine& engine, ChainOptions const& options, std::vector<ChainSeries> const& series, Chains& result) {
  std::vector<KmeansProblem> problems;
  std::vector<std::vector<double>> weights(series.size());
  for (std::size_t s = 0; s < series.size(); ++s) {
    for (Index y = 0; y < series[s].years; ++y) {
      weights[s].insert(weights[s].end(), series[s].weights.begin(), series[s].weights.end());
    }
    problems.push_back(pooled_problem(series[s], options.start));
    problems.back().weights = weights[s];
  }
  FitStage stage(engine, options.kmeans, stage_name, count_runs(problems, options.kmeans));
  KmeansReport const report = stage.fit(problems);
  stage.add_to(result.problems, result.fits);
  for (std::size_t s = 0; s < series.size(); ++s) {
    auto const b = static_cast<Index>(s);
    ChainedSeries& chained = result.series[s];
    chained.numbers = report.centres(b).rows();
    VectorView<std::int32_t const> const labels = report.labels(b);
    Index const regions = series[s].regions();
    for (Index y = 0; y < series[s].years; ++y) {
      VectorView<std::int32_t const> const own(labels.data_handle() + y * regions, regions);
      std::copy(own.begin(), own.end(), chained.labels.begin() + y * regions);
      ChainedYear& year = chained.years[static_cast<std::size_t>(y)];
      MatrixView<double const> const centres = report.centres(b);
      year.k = centres.rows();
      year.inertia = year_inertia(series[s], y, own, centres);
      year.iterations = report.iterations[s];
      year.restarts = report.runs(b);
      year.outcome = report.outcome[s];
      year.coinciding = report.distinct_clusters[s] < year.k;
      year.centres.assign(centres.data_handle(), centres.data_handle() + centres.rows() * centres.columns());
      give_first_numbers(year);
    }
  }
}

}  // namespace

std::uint64_t chain_bytes(ChainOptions const& options, ChainSeries const& series) {
  std::uint64_t bytes = static_cast<std::uint64_t>(series.points.rows()) * sizeof(std::int32_t);
  for (Step const step : steps_from(options.start, series.years)) {
    KmeansProblem problem = year_problem(series, step.year);
    auto const numbers = static_cast<std::uint64_t>(problem.clusters * problem.points.columns());
    bytes += sizeof(ChainedYear) + numbers * sizeof(double);
    if (options.chain == Chain::pooled) continue;
    std::uint64_t const cold = batch_bytes(problem, options.kmeans);
    problem.restarts = 1;
    std::uint64_t const warm = batch_bytes(problem, options.kmeans);
    if (options.chain == Chain::guarded) bytes += cold + warm;
    if (options.chain == Chain::independent) bytes += cold;
    if (options.chain == Chain::warm) bytes += same_k(series, step) ? warm : cold;
  }
  if (options.chain == Chain::pooled) {
    bytes += batch_bytes(pooled_problem(series, options.start), options.kmeans);
    bytes += static_cast<std::uint64_t>(series.points.rows()) * sizeof(double);  // weights
  }
  return bytes;
}

std::uint64_t chain_workspace_bytes(ChainOptions const& options, ChainSeries const& series, int threads) {
  Index const most = *std::max_element(series.clusters.begin(), series.clusters.end());
  KmeansProblem problem =
      options.chain == Chain::pooled ? pooled_problem(series, options.start) : year_problem(series, options.start);
  problem.clusters = most;
  return workspace_bytes(problem, threads);
}

Chains run_chains(Engine& engine, ChainOptions const& options, std::vector<ChainSeries> const& series) {
  Chains result;
  result.series.resize(series.size());
  for (std::size_t s = 0; s < series.size(); ++s) {
    result.series[s].labels.resize(static_cast<std::size_t>(series[s].points.rows()));
    result.series[s].years.resize(static_cast<std::size_t>(series[s].years));
  }
  switch (options.chain) {
    case Chain::warm:
    case Chain::independent: run_warm_or_independent(engine, options, series, result); break;
    case Chain::guarded: run_guarded(engine, options, series, result); break;
    case Chain::pooled: run_pooled(engine, options, series, result); break;
  }
  return result;
}

}  // namespace regio
