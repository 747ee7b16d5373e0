#include <regio/kmeans.hpp>

#include <cmath>
#include <cstdint>
#include <deque>
#include <exception>
#include <limits>
#include <span>
#include <string>

#include "cluster/finite_rows.hpp"
#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_plan.hpp"
#include "core/backend.hpp"
#include "core/contract.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

/// Labels are 32-bit integers and so are the positions that a random start shuffles.
constexpr Index largest_count = std::numeric_limits<std::int32_t>::max() - 7;

std::string shape(Index rows, Index columns) {
  return "[" + std::to_string(rows) + ", " + std::to_string(columns) + "]";
}

void check_shape(std::string const& where, Index rows, Index columns) {
  if (columns < 1) refuse(where, "has no column; expected at least one feature");
  if (rows > largest_count) {
    refuse(where, fmt::format("has {} rows; at most {} can be labelled", rows, largest_count));
  }
}

void check_points(std::string const& where, KmeansProblem const& problem) {
  if (problem.single_points.empty()) {
    check_shape(where + ".points", problem.points.rows(), problem.points.columns());
    check_finite(where + ".points", problem.points, "points");
    return;
  }
  check_shape(where + ".single_points", problem.count(), problem.features());
  // Numbers of large points are looked at when they are first read: a read for that alone costs as much as a pass.
  if (kmeans_regime(problem) != KmeansRegime::large) {
    check_finite(where + ".single_points", problem.single_points, "points");
  }
}

void check_weights(std::string const& where, VectorView<double const> weights, Index n) {
  if (weights.empty()) return;
  if (weights.size() != n) {
    refuse(where, "has " + std::to_string(weights.size()) + " entries; expected one for each of " + std::to_string(n) +
                      " points");
  }
  bool positive = false;
  for (Index i = 0; i < n; ++i) {
    if (!std::isfinite(weights[i]) || weights[i] < 0) {
      refuse(where,
             "row " + std::to_string(i) + " is " + number_text(weights[i]) + "; weights must be finite and at least 0");
    }
    positive = positive || weights[i] > 0;
  }
  if (!positive) refuse(where, "are all 0; at least one point must have weight");
}

void check_options(KmeansOptions const& options) {
  std::string const where = "kmeans_fit: options.";
  if (options.restarts < 1)
    refuse(where + "restarts", "is " + std::to_string(options.restarts) + "; expected at least 1");
  if (options.max_iterations < 1) {
    refuse(where + "max_iterations", "is " + std::to_string(options.max_iterations) + "; expected at least 1");
  }
  if (options.runs_at_once < 1) {
    refuse(where + "runs_at_once", fmt::format("is {}; expected at least 1", options.runs_at_once));
  }
  if (!std::isfinite(options.tolerance) || options.tolerance < 0) {
    refuse(where + "tolerance", "is " + number_text(options.tolerance) + "; expected a finite number, at least 0");
  }
}

void check_start(std::string const& where, std::vector<KmeansProblem> const& problems, Index b) {
  KmeansProblem const& problem = problems[static_cast<std::size_t>(b)];
  Index const k = problem.clusters, d = problem.features();
  if (problem.restarts < 0) {
    refuse(where + ".restarts", "is " + std::to_string(problem.restarts) + "; expected 0 (as in the options) or more");
  }
  BatchView<double const> const& given = problem.initial_centres;
  if (given.count() > 0 && (given.rows() != k || given.columns() != d)) {
    refuse(where + ".initial_centres", "are " + shape(given.rows(), given.columns()) + "; expected " + shape(k, d));
  }
  for (Index run = 0; run < given.count(); ++run) {
    check_finite(where + ".initial_centres[" + std::to_string(run) + "]", given[run], "centres");
  }
  if (problem.warm_from < 0) return;
  if (problem.warm_from >= b) {
    refuse(where + ".warm_from",
           "is " + std::to_string(problem.warm_from) + "; expected the position of an earlier problem");
  }
  if (given.count() > 0) refuse(where + ".warm_from", "is given together with initial_centres; expected one of them");
  KmeansProblem const& earlier = problems[static_cast<std::size_t>(problem.warm_from)];
  if (earlier.clusters != k || earlier.features() != d) {
    refuse(where + ".warm_from", "is " + std::to_string(problem.warm_from) + ", whose centres are " +
                                     shape(earlier.clusters, earlier.features()) + "; expected " + shape(k, d));
  }
}

bool same_points(KmeansProblem const& a, KmeansProblem const& b) {
  return same_view(a.points, b.points) && same_view(a.single_points, b.single_points);
}

void check_problem(KmeansOptions const& options, std::vector<KmeansProblem> const& problems, Index b) {
  KmeansProblem const& problem = problems[static_cast<std::size_t>(b)];
  std::string const where = "kmeans_fit: problems[" + std::to_string(b) + "]";
  if (!problem.points.empty() && !problem.single_points.empty()) {
    refuse(where + ".single_points", "are given together with points; expected one of them");
  }
  if (problem.clusters < 1 || problem.clusters > problem.count()) {
    refuse(where + ".clusters",
           fmt::format("is {}; expected 1 to {}, the number of points", problem.clusters, problem.count()));
  }
  if (b == 0 || !same_points(problem, problems[static_cast<std::size_t>(b - 1)])) check_points(where, problem);
  check_weights(where + ".weights", problem.weights, problem.count());
  check_start(where, problems, b);
  bool const draws = problem.warm_from < 0 && problem.initial_centres.empty();
  if (draws && options.init == KmeansInit::kmeans_parallel && kmeans_regime(problem) != KmeansRegime::large) {
    refuse(where,
           fmt::format("has {} points of {} features; options.init kmeans_parallel expects single_points of more "
                       "than {} numbers",
                       problem.count(), problem.features(), tiny_bytes / static_cast<Index>(sizeof(double))));
  }
}

void check(Engine& engine, KmeansOptions const& options, std::vector<KmeansProblem> const& problems) {
  check_options(options);
  // On all threads; of several broken problems the first is reported, whoever finds it.
  constexpr Index chunk = 256;
  auto const count = static_cast<Index>(problems.size());
  std::vector<std::exception_ptr> found(static_cast<std::size_t>((count + chunk - 1) / chunk));
  engine.backend().workers().for_chunks(count, chunk, [&](Index begin, Index end, int) {
    try {
      for (Index b = begin; b < end; ++b) check_problem(options, problems, b);
    } catch (ContractError const&) {
      found[static_cast<std::size_t>(begin / chunk)] = std::current_exception();
    }
  });
  for (std::exception_ptr const& error : found) {
    if (error) std::rethrow_exception(error);
  }
}

void check_size(std::string const& view, Index size, Index expected) {
  if (size == expected) return;
  refuse("kmeans_fit: results." + view,
         "has " + std::to_string(size) + " entries; expected " + std::to_string(expected));
}

/// A batch whose small points are all in double precision: below the front door single precision means large points.
class WidenedBatch {
 public:
  explicit WidenedBatch(std::vector<KmeansProblem> const& given) : given_(given) {
    for (std::size_t b = 0; b < given.size(); ++b) {
      if (given[b].single_points.empty() || kmeans_regime(given[b]) == KmeansRegime::large) continue;
      if (problems_.empty()) problems_ = given;
      problems_[b].points = b > 0 && same_view(given[b].single_points, given[b - 1].single_points)
                                ? problems_[b - 1].points
                                : widened(given[b].single_points);
      problems_[b].single_points = {};
    }
  }

  [[nodiscard]] std::span<KmeansProblem const> problems() const { return problems_.empty() ? given_ : problems_; }

 private:
  MatrixView<double const> widened(MatrixView<float const> rows) {
    std::vector<double>& numbers = numbers_.emplace_back();
    numbers.reserve(static_cast<std::size_t>(rows.rows() * rows.columns()));
    for (Index i = 0; i < rows.rows(); ++i) numbers.insert(numbers.end(), rows.row(i).begin(), rows.row(i).end());
    return {numbers.data(), rows.rows(), rows.columns()};
  }

  std::vector<KmeansProblem> const& given_;
  std::vector<KmeansProblem> problems_;
  std::deque<std::vector<double>> numbers_;  ///< views point into them
};

/// A report without labels and centres, for callers who give their own memory for them.
KmeansReport rest_of_report(std::vector<KmeansProblem> const& problems, KmeansOptions const& options) {
  KmeansReport rest;
  lay_out_offsets(problems, options, rest);
  lay_out_figures(rest);
  return rest;
}

}  // namespace

KmeansReport kmeans_fit(Engine& engine, KmeansOptions const& options, std::vector<KmeansProblem> const& problems) {
  check(engine, options, problems);
  KmeansReport report(problems, options);
  WidenedBatch const batch(problems);
  KmeansOperation operation{.problems = batch.problems(), .options = options, .results = result_arrays(report)};
  run(engine, operation);
  return report;
}

void kmeans_fit(Engine& engine, KmeansOptions const& options, std::vector<KmeansProblem> const& problems,
                KmeansResultViews const& results) {
  check(engine, options, problems);
  if (options.keep_runs) refuse("kmeans_fit: options.keep_runs", "is set; the views have no place for every run");
  KmeansReport rest = rest_of_report(problems, options);
  WidenedBatch const batch(problems);
  auto const count = static_cast<Index>(problems.size());
  check_size("labels", results.labels.size(), rest.label_offset.back());
  check_size("centres", results.centres.size(), rest.centre_offset.back());
  check_size("inertia", results.inertia.size(), count);
  check_size("iterations", results.iterations.size(), count);
  check_size("outcome", results.outcome.size(), count);
  KmeansOperation operation{.problems = batch.problems(), .options = options, .results = result_arrays(rest)};
  operation.results.labels = results.labels.data_handle();
  operation.results.centres = results.centres.data_handle();
  operation.results.inertia = results.inertia.data_handle();
  operation.results.iterations = results.iterations.data_handle();
  operation.results.outcome = results.outcome.data_handle();
  run(engine, operation);
}

double kmeans_assign(Engine& engine, MatrixView<double const> points, VectorView<double const> weights,
                     MatrixView<double const> centres, VectorView<std::int32_t> labels) {
  Index const n = points.rows(), d = points.columns(), k = centres.rows();
  if (n < 1) refuse("kmeans_assign: points", "have no row; expected at least one point");
  check_shape("kmeans_assign: points", n, d);
  check_finite("kmeans_assign: points", points, "points");
  check_weights("kmeans_assign: weights", weights, n);
  if (k < 1 || centres.columns() != d) {
    refuse("kmeans_assign: centres",
           "are " + shape(k, centres.columns()) + "; expected [1 or more, " + std::to_string(d) + "]");
  }
  check_finite("kmeans_assign: centres", centres, "centres");
  if (labels.size() != n) {
    refuse("kmeans_assign: labels",
           "have " + std::to_string(labels.size()) + " entries; expected " + std::to_string(n));
  }
  std::vector<double> rows;
  for (Index c = 0; c < k; ++c) rows.insert(rows.end(), centres.row(c).begin(), centres.row(c).end());
  std::vector<KmeansProblem> const problems{
      {.points = points, .weights = weights, .clusters = k, .initial_centres = {rows.data(), 1, k, d}}};
  KmeansOptions options;
  options.max_iterations = 0;
  KmeansReport rest = rest_of_report(problems, options);
  std::vector<double> unmoved(rows.size());
  KmeansOperation operation{.problems = problems, .options = options, .results = result_arrays(rest)};
  operation.results.labels = labels.data_handle();
  operation.results.centres = unmoved.data();
  run(engine, operation);
  return rest.inertia.front();
}

}  // namespace regio
