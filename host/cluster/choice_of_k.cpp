#include <regio/choice_of_k.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/gap_reference.hpp"
#include "cluster/named_stage.hpp"
#include "cluster/random_streams.hpp"
#include "cluster/validity.hpp"
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

KmeansReport fit(Engine& engine, KmeansOptions options, std::vector<KmeansProblem> const& problems, char const* stage,
                 KSweeps& result) {
  NamedStage progress(options.control.progress, stage);
  options.control.progress = progress.sink();
  KmeansReport report = kmeans_fit(engine, options, problems);
  if (options.control.stop.stop_requested()) throw Interrupted("stopped while the fits for the choice of k were made");
  result.problems += report.size();
  for (Index b = 0; b < report.size(); ++b) result.runs += report.runs(b);
  return report;
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

void score_fits(Engine& engine, std::vector<SweepFit> const& plan, std::vector<MatrixView<double const>> const& data,
                KSweeps& result) {
  KmeansReport const& fits = result.fits;
  engine.backend().workers().for_each(static_cast<Index>(plan.size()), [&](Index b, int) {
    auto const [i, k] = plan[static_cast<std::size_t>(b)];
    KScores& scores = result.sweeps[static_cast<std::size_t>(i)].scores[static_cast<std::size_t>(k - 1)];
    MatrixView<double const> const points = data[static_cast<std::size_t>(i)];
    scores.k = k;
    scores.inertia = fits.inertia[static_cast<std::size_t>(b)];
    scores.calinski_harabasz = calinski_harabasz(points, fits.labels(b), k);
    scores.davies_bouldin = davies_bouldin(points, fits.labels(b), k);
    scores.gap = scores.gap_error = undefined;
    scores.stability = k > 1 && k < points.rows() ? stability(fits, b) : undefined;
  });
}

/// Silhouettes of every k of a data set together, so that the distances are computed once; blocks of points are the
/// tasks.
void score_silhouettes(Engine& engine, std::vector<MatrixView<double const>> const& data, KSweeps& result) {
  constexpr Index block = 64;
  struct Task {
    Index data_set, begin;
  };
  std::vector<Task> tasks;
  std::vector<std::vector<Labelling>> labellings(data.size());
  std::vector<std::vector<double>> widths(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    Index const first = result.sweeps[i].first_problem;
    for (Index k = 1; k <= static_cast<Index>(result.sweeps[i].scores.size()); ++k) {
      labellings[i].push_back({result.fits.labels(first + k - 1), k});
    }
    widths[i].resize(labellings[i].size() * static_cast<std::size_t>(data[i].rows()));
    for (Index begin = 0; begin < data[i].rows(); begin += block) tasks.push_back({static_cast<Index>(i), begin});
  }
  engine.backend().workers().for_each(static_cast<Index>(tasks.size()), [&](Index t, int) {
    auto const [set, begin] = tasks[static_cast<std::size_t>(t)];
    auto const i = static_cast<std::size_t>(set);
    Index const n = data[i].rows();
    silhouette_widths(data[i], labellings[i], begin, std::min(n, begin + block),
                      {widths[i].data(), static_cast<Index>(labellings[i].size()), n});
  });
  for (std::size_t i = 0; i < data.size(); ++i) {
    MatrixView<double const> const table(widths[i].data(), static_cast<Index>(labellings[i].size()), data[i].rows());
    for (Index l = 0; l < table.rows(); ++l) {
      double sum = 0;
      for (double const width : table.row(l)) sum += width;
      result.sweeps[i].scores[static_cast<std::size_t>(l)].silhouette = sum / static_cast<double>(table.columns());
    }
  }
}

/// Fits every reference of every data set with every k, in batches whose points take about 64 MB at most, and scores.
void score_gaps(Engine& engine, ChoiceOfKOptions const& options, std::vector<MatrixView<double const>> const& data,
                KSweeps& result) {
  constexpr Index numbers_in_a_batch = Index{8} << 20;
  struct Reference {
    Index data_set, number;
  };
  std::vector<Reference> references;
  std::vector<std::vector<double>> inertia(data.size());  // [data set][k - 1, reference]
  for (std::size_t i = 0; i < data.size(); ++i) {
    inertia[i].resize(result.sweeps[i].scores.size() * static_cast<std::size_t>(options.gap_references));
    for (Index b = 0; b < options.gap_references; ++b) references.push_back({static_cast<Index>(i), b});
  }
  KmeansOptions kmeans = options.kmeans;
  kmeans.restarts = options.gap_restarts;
  kmeans.keep_runs = false;
  for (std::size_t begin = 0; begin < references.size();) {
    std::size_t end = begin;
    for (Index numbers = 0; end < references.size() && (end == begin || numbers < numbers_in_a_batch); ++end) {
      auto const points = data[static_cast<std::size_t>(references[end].data_set)];
      numbers += points.rows() * points.columns();
    }
    std::vector<std::vector<double>> points(end - begin);
    engine.backend().workers().for_each(static_cast<Index>(points.size()), [&](Index p, int) {
      auto const [set, number] = references[begin + static_cast<std::size_t>(p)];
      points[static_cast<std::size_t>(p)] = uniform_reference(data[static_cast<std::size_t>(set)], number, kmeans.seed);
    });
    std::vector<KmeansProblem> problems;
    for (std::size_t p = 0; p < points.size(); ++p) {
      auto const [set, number] = references[begin + p];
      MatrixView<double const> const shape = data[static_cast<std::size_t>(set)];
      for (Index k = 1; k <= largest_k(options, shape); ++k) {
        KmeansProblem problem;
        problem.points = {points[p].data(), shape.rows(), shape.columns()};
        problem.clusters = k;
        problem.restarts = k == 1 ? 1 : 0;
        problem.stream = gap_reference_runs(number);
        problems.push_back(problem);
      }
    }
    KmeansReport const fits = fit(engine, kmeans, problems, "gap references", result);
    std::size_t next = 0;
    for (; begin < end; ++begin) {
      auto const [set, number] = references[begin];
      auto const i = static_cast<std::size_t>(set);
      for (std::size_t k = 0; k < result.sweeps[i].scores.size(); ++k) {
        inertia[i][k * static_cast<std::size_t>(options.gap_references) + static_cast<std::size_t>(number)] =
            fits.inertia[next++];
      }
    }
  }
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
  KmeansOptions kmeans = options.kmeans;
  kmeans.keep_runs = true;
  result.fits = fit(engine, kmeans, problems, "every k", result);
  score_fits(engine, plan, data, result);
  score_silhouettes(engine, data, result);
  if (options.gap_references > 0) score_gaps(engine, options, data, result);
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
