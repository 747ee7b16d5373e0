#include <regio/choice_of_k.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <regio/cluster_scores.hpp>
#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/fit_stage.hpp"
#include "cluster/gap_reference.hpp"
#include "cluster/cluster_scores_memory.hpp"
#include "cluster/kmeans_memory.hpp"
#include "cluster/memory_parts.hpp"
#include "cluster/random_streams.hpp"
#include "core/backend.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

void require(bool holds, char const* argument, std::string const& message) {
  if (!holds) throw ContractError(std::string("sweep_k: ") + argument, message);
}

void check(ChoiceOfKOptions const& options) {
  require(options.smallest >= 1, "options.smallest", "is " + std::to_string(options.smallest) + "; expected 1 or more");
  require(
      options.largest >= options.smallest, "options.largest",
      "is " + std::to_string(options.largest) + "; expected at least smallest, " + std::to_string(options.smallest));
  require(options.gap_references >= 0, "options.gap_references",
          "is " + std::to_string(options.gap_references) + "; expected 0 (no gap statistic) or more");
  require(options.gap_references == 0 || options.gap_restarts >= 1, "options.gap_restarts",
          "is " + std::to_string(options.gap_restarts) + "; expected 1 or more");
  require(options.elbow_threshold >= 0 && options.elbow_threshold < 1, "options.elbow_threshold",
          "is " + std::to_string(options.elbow_threshold) + "; expected a share, at least 0 and below 1");
}

Index largest_k(ChoiceOfKOptions const& options, MatrixView<double const> points) {
  return std::min(options.largest, points.rows());
}

std::uint64_t points_bytes(MatrixView<double const> points) {
  return static_cast<std::uint64_t>(points.rows() * points.columns()) * sizeof(double);
}

/// Which k of which data set the fits of a sweep belong to.
struct SweepFit {
  Index data_set = 0;
  Index k = 0;
};

double stability(KmeansReport const& fits, Index b) {
  MatrixView<std::int32_t const> const runs = fits.run_labels(b);
  if (runs.rows() < 2) return undefined;
  double sum = 0;
  for (Index r = 0; r < runs.rows(); ++r) {
    if (r != fits.best_run[static_cast<std::size_t>(b)]) sum += adjusted_rand(runs.row(r), fits.labels(b));
  }
  return sum / static_cast<double>(runs.rows() - 1);
}

/// What the runs of the fits begin .. begin + fits.size() - 1 of the plan say: inertia and stability.
void score_runs(Engine& engine, std::vector<SweepFit> const& plan, Index begin, KmeansReport const& fits,
                KSweeps& result) {
  engine.backend().workers().for_each(fits.size(), [&](Index b, int) {
    auto const [i, k] = plan[static_cast<std::size_t>(begin + b)];
    KSweep& sweep = result.sweeps[static_cast<std::size_t>(i)];
    KScores& scores = sweep.scores[static_cast<std::size_t>(k - 1)];
    scores.k = k;
    scores.inertia = fits.inertia[static_cast<std::size_t>(b)];
    scores.gap = scores.gap_error = undefined;
    scores.stability = k > 1 && k < sweep.points ? stability(fits, b) : undefined;
  });
}

/// Writes the best runs of a part of a batch, whose first problem is `first`, where they stand in the whole.
void copy_best_runs(KmeansReport const& part, Index first, KmeansReport& whole) {
  auto const copy = [](auto const& from, auto& to, Index begin) {
    std::copy(from.begin(), from.end(), to.begin() + begin);
  };
  copy(part.inertia, whole.inertia, first);
  copy(part.iterations, whole.iterations, first);
  copy(part.outcome, whole.outcome, first);
  copy(part.best_run, whole.best_run, first);
  copy(part.relocations, whole.relocations, first);
  copy(part.distinct_clusters, whole.distinct_clusters, first);
  auto const problem = static_cast<std::size_t>(first);
  copy(part.all_labels, whole.all_labels, whole.label_offset[problem]);
  copy(part.all_centres, whole.all_centres, whole.centre_offset[problem]);
  copy(part.all_sizes, whole.all_sizes, whole.size_offset[problem]);
}

/// What a sweep keeps to its end, and what its threads work with.
struct SweepMemory {
  std::uint64_t best_fits = 0, workspace = 0;

  SweepMemory(Engine const& engine, std::vector<KmeansProblem> const& problems, KmeansOptions const& kmeans) {
    for (KmeansProblem const& problem : problems) {
      best_fits += batch_bytes(problem, kmeans);
      workspace = std::max(workspace, workspace_bytes(problem, engine.threads()));
    }
  }
};

/// Fits every (data set, k) with all its runs: in one batch, whose report is kept, or under a limit of
/// memory in batches of which the best runs are kept.
void fit_every_k(Engine& engine, ChoiceOfKOptions const& options, std::vector<KmeansProblem> const& problems,
                 std::vector<SweepFit> const& plan, SweepMemory const& memory, KSweeps& result) {
  KmeansOptions best = options.kmeans, kmeans = options.kmeans;
  best.keep_runs = false;
  kmeans.keep_runs = true;
  FitStage stage(engine, kmeans, "every k", count_runs(problems, kmeans));
  if (options.memory == 0) {
    result.fits = stage.fit(problems);
    score_runs(engine, plan, 0, result.fits, result);
  } else {
    result.fits = KmeansReport(problems, best);
    std::uint64_t const limit = memory_left(options.memory, memory.best_fits + memory.workspace);
    auto const count = static_cast<Index>(problems.size());
    for (Index begin = 0; begin < count;) {
      Index const end = end_of_part(
          begin, count, limit, [&](Index b) { return batch_bytes(problems[static_cast<std::size_t>(b)], kmeans); });
      KmeansReport const part = stage.fit({problems.begin() + begin, problems.begin() + end});
      score_runs(engine, plan, begin, part, result);
      copy_best_runs(part, begin, result.fits);
      begin = end;
    }
  }
  stage.add_to(result.problems, result.runs);
}

/// Scores the partitions of the data sets first .. end-1, every k of a data set together, so that their silhouettes
/// share the distances. Throws Interrupted when stopped.
void score_partitions(Engine& engine, Control const& control, std::vector<MatrixView<double const>> const& data,
                      Index first, Index end, KSweeps& result) {
  std::vector<ClusterScoresProblem> problems;
  std::vector<KScores*> places;
  for (Index i = first; i < end; ++i) {
    KSweep& sweep = result.sweeps[static_cast<std::size_t>(i)];
    for (KScores& scores : sweep.scores) {
      problems.push_back({.points = data[static_cast<std::size_t>(i)],
                          .labels = result.fits.labels(sweep.first_problem + scores.k - 1),
                          .clusters = scores.k});
      places.push_back(&scores);
    }
  }
  ClusterScoresReport const report = cluster_scores(
      engine, {.simplified_silhouette = false, .silhouette = true, .control = {.stop = control.stop}}, problems);
  for (std::size_t b = 0; b < places.size(); ++b) {
    if (report.outcome[b] == Outcome::cancelled) throw Interrupted("stopped at the scores of every k");
    places[b]->calinski_harabasz = report.calinski_harabasz[b];
    places[b]->davies_bouldin = report.davies_bouldin[b];
    places[b]->silhouette = report.silhouette[b];
  }
}

void score_every_partition(Engine& engine, ChoiceOfKOptions const& options,
                           std::vector<MatrixView<double const>> const& data, SweepMemory const& memory,
                           KSweeps& result) {
  std::uint64_t const limit = memory_left(options.memory, memory.best_fits);
  for (Index begin = 0; begin < static_cast<Index>(data.size());) {
    Index const end = end_of_part(begin, static_cast<Index>(data.size()), limit, [&](Index i) {
      auto const set = static_cast<std::size_t>(i);
      return scoring_bytes(data[set].rows(), data[set].columns(), static_cast<Index>(result.sweeps[set].scores.size()),
                           engine.threads());
    });
    score_partitions(engine, options.kmeans.control, data, begin, end, result);
    begin = end;
  }
}

/// A reference set of a data set; its points are made when it is fitted.
struct Reference {
  Index data_set = 0, number = 0;
};

/// One problem for every k, in the points given or, where they are null, in the shape of the data set.
std::vector<KmeansProblem> reference_problems(ChoiceOfKOptions const& options, MatrixView<double const> shape,
                                              double const* points, Index number) {
  std::vector<KmeansProblem> problems;
  for (Index k = 1; k <= largest_k(options, shape); ++k) {
    KmeansProblem problem;
    problem.points = {points, shape.rows(), shape.columns()};
    problem.clusters = k;
    problem.restarts = k == 1 ? 1 : 0;
    problem.stream = gap_reference_runs(number);
    problems.push_back(problem);
  }
  return problems;
}

/// Fits every reference of every data set with every k, in batches whose points take about 64 MB at most, and scores.
void score_gaps(Engine& engine, ChoiceOfKOptions const& options, std::vector<MatrixView<double const>> const& data,
                SweepMemory const& memory, KSweeps& result) {
  constexpr std::uint64_t usual_limit = std::uint64_t{64} << 20;
  KmeansOptions kmeans = options.kmeans;
  kmeans.restarts = options.gap_restarts;
  kmeans.keep_runs = false;
  auto const shape_of = [&](Reference reference) { return data[static_cast<std::size_t>(reference.data_set)]; };
  std::vector<Reference> references;
  std::vector<std::vector<double>> inertia(data.size());  // [data set][k - 1, reference]
  std::vector<std::uint64_t> reference_bytes;             // [data set]
  std::uint64_t taken = memory.best_fits + memory.workspace;
  Index runs = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    inertia[i].resize(result.sweeps[i].scores.size() * static_cast<std::size_t>(options.gap_references));
    for (Index b = 0; b < options.gap_references; ++b) references.push_back({static_cast<Index>(i), b});
    std::vector<KmeansProblem> const problems = reference_problems(options, data[i], nullptr, 0);
    runs += options.gap_references * count_runs(problems, kmeans);
    reference_bytes.push_back(points_bytes(data[i]));
    for (KmeansProblem const& problem : problems) reference_bytes.back() += batch_bytes(problem, kmeans);
    taken += inertia[i].size() * sizeof(double) + static_cast<std::size_t>(options.gap_references) * sizeof(Reference);
  }
  std::uint64_t const limit = memory_left(options.memory, taken);
  FitStage stage(engine, kmeans, "gap references", runs);
  auto const count = static_cast<Index>(references.size());
  for (Index begin = 0; begin < count;) {
    auto const reference = [&](Index position) { return references[static_cast<std::size_t>(position)]; };
    Index end = end_of_part(begin, count, usual_limit, [&](Index r) { return points_bytes(shape_of(reference(r))); });
    end = end_of_part(begin, end, limit,
                      [&](Index r) { return reference_bytes[static_cast<std::size_t>(reference(r).data_set)]; });
    std::vector<std::vector<double>> points(static_cast<std::size_t>(end - begin));
    engine.backend().workers().for_each(end - begin, [&](Index p, int) {
      Reference const own = reference(begin + p);
      points[static_cast<std::size_t>(p)] = uniform_reference(shape_of(own), own.number, kmeans.seed);
    });
    std::vector<KmeansProblem> problems;
    for (Index r = begin; r < end; ++r) {
      std::vector<KmeansProblem> const own = reference_problems(
          options, shape_of(reference(r)), points[static_cast<std::size_t>(r - begin)].data(), reference(r).number);
      problems.insert(problems.end(), own.begin(), own.end());
    }
    KmeansReport const fits = stage.fit(problems);
    std::size_t next = 0;
    for (; begin < end; ++begin) {
      auto const [set, number] = reference(begin);
      auto const i = static_cast<std::size_t>(set);
      for (std::size_t k = 0; k < result.sweeps[i].scores.size(); ++k) {
        inertia[i][k * static_cast<std::size_t>(options.gap_references) + static_cast<std::size_t>(number)] =
            fits.inertia[next++];
      }
    }
  }
  stage.add_to(result.problems, result.runs);
  for (std::size_t i = 0; i < data.size(); ++i) {
    MatrixView<double const> const table(inertia[i].data(), static_cast<Index>(result.sweeps[i].scores.size()),
                                         options.gap_references);
    for (KScores& scores : result.sweeps[i].scores) {
      Gap const gap = gap_statistic(scores.inertia, table.row(scores.k - 1));
      scores.gap = gap.gap;
      scores.gap_error = gap.error;
    }
  }
}

/// No k beyond the number of points lowers the inertia, so the curve stays at its last value there.
bool bends(KSweep const& sweep, Index k, Index points, double threshold) {
  auto const curve = [&](Index at) { return sweep.scores[static_cast<std::size_t>(at - 1)].inertia; };
  if (curve(1) == 0 || k >= points) return true;
  if (k >= static_cast<Index>(sweep.scores.size())) return false;
  return (curve(k) - curve(k + 1)) / curve(1) < threshold;
}

/// Mean of a score over the data sets that have it; NaN where none has.
double mean_score(std::vector<KSweep const*> const& sweeps, Index k, double KScores::*score) {
  double sum = 0;
  Index count = 0;
  for (KSweep const* sweep : sweeps) {
    if (k > static_cast<Index>(sweep->scores.size())) continue;
    double const value = sweep->scores[static_cast<std::size_t>(k - 1)].*score;
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : undefined;
}

Index best_mean(std::vector<KSweep const*> const& sweeps, double KScores::*score, double sign,
                ChoiceOfKOptions const& options) {
  Index best = 0;
  double best_value = -std::numeric_limits<double>::infinity();
  for (Index k = options.smallest; k <= options.largest; ++k) {
    double const value = sign * mean_score(sweeps, k, score);
    if (value > best_value) {
      best = k;
      best_value = value;
    }
  }
  return best;
}

Index first_gap(std::vector<KSweep const*> const& sweeps, ChoiceOfKOptions const& options) {
  for (Index k = options.smallest; k < options.largest; ++k) {
    double const next = mean_score(sweeps, k + 1, &KScores::gap) - mean_score(sweeps, k + 1, &KScores::gap_error);
    if (mean_score(sweeps, k, &KScores::gap) >= next) return k;
  }
  return 0;
}

Index common_elbow(std::vector<KSweep const*> const& sweeps, ChoiceOfKOptions const& options) {
  for (Index k = options.smallest; k <= options.largest; ++k) {
    bool const everywhere = std::all_of(sweeps.begin(), sweeps.end(), [&](KSweep const* sweep) {
      return bends(*sweep, k, sweep->points, options.elbow_threshold);
    });
    if (everywhere) return k;
  }
  return 0;
}

}  // namespace

std::string_view name(KCriterion criterion) noexcept {
  switch (criterion) {
    case KCriterion::elbow: return "elbow";
    case KCriterion::calinski_harabasz: return "calinski-harabasz";
    case KCriterion::davies_bouldin: return "davies-bouldin";
    case KCriterion::silhouette: return "silhouette";
    case KCriterion::gap: return "gap";
    case KCriterion::stability: return "stability";
  }
  return "";
}

KSweeps sweep_k(Engine& engine, ChoiceOfKOptions const& options, std::vector<MatrixView<double const>> const& data) {
  check(options);
  KSweeps result;
  result.sweeps.resize(data.size());
  std::vector<KmeansProblem> problems;
  std::vector<SweepFit> plan;
  for (std::size_t i = 0; i < data.size(); ++i) {
    KSweep& sweep = result.sweeps[i];
    sweep.points = data[i].rows();
    sweep.first_problem = static_cast<Index>(problems.size());
    sweep.scores.resize(static_cast<std::size_t>(largest_k(options, data[i])));
    for (Index k = 1; k <= largest_k(options, data[i]); ++k) {
      KmeansProblem problem;
      problem.points = data[i];
      problem.clusters = k;
      problem.restarts = k == 1 ? 1 : 0;
      problems.push_back(problem);
      plan.push_back({static_cast<Index>(i), k});
    }
  }
  SweepMemory const memory(engine, problems, options.kmeans);
  fit_every_k(engine, options, problems, plan, memory, result);
  score_every_partition(engine, options, data, memory, result);
  if (options.gap_references > 0) score_gaps(engine, options, data, memory, result);
  return result;
}

Index choose_k(std::vector<KSweep const*> const& sweeps, KCriterion criterion, ChoiceOfKOptions const& options) {
  if (sweeps.empty()) return 0;
  switch (criterion) {
    case KCriterion::elbow: return common_elbow(sweeps, options);
    case KCriterion::calinski_harabasz: return best_mean(sweeps, &KScores::calinski_harabasz, 1, options);
    case KCriterion::davies_bouldin: return best_mean(sweeps, &KScores::davies_bouldin, -1, options);
    case KCriterion::silhouette: return best_mean(sweeps, &KScores::silhouette, 1, options);
    case KCriterion::gap: return first_gap(sweeps, options);
    case KCriterion::stability: return best_mean(sweeps, &KScores::stability, 1, options);
  }
  return 0;
}

}  // namespace regio
