#include <algorithm>
#include <cstddef>
#include <limits>

#include <regio/kmeans.hpp>

#include "cluster/kmeans_operation.hpp"

namespace regio {
namespace {

std::size_t at(Index b) { return static_cast<std::size_t>(b); }

}  // namespace

void lay_out_offsets(std::vector<KmeansProblem> const& problems, KmeansOptions const& options, KmeansReport& report) {
  for (std::vector<Index>* offset : {&report.label_offset, &report.centre_offset, &report.size_offset,
                                     &report.run_offset, &report.run_label_offset}) {
    offset->reserve(problems.size() + 1);
    offset->assign(1, 0);
  }
  report.features.reserve(problems.size());
  for (KmeansProblem const& problem : problems) {
    Index const n = problem.count(), d = problem.features(), k = problem.clusters;
    Index const runs = run_count(problem, options);
    report.features.push_back(d);
    report.label_offset.push_back(report.label_offset.back() + n);
    report.centre_offset.push_back(report.centre_offset.back() + k * d);
    report.size_offset.push_back(report.size_offset.back() + k);
    report.run_offset.push_back(report.run_offset.back() + runs);
    report.run_label_offset.push_back(report.run_label_offset.back() + (options.keep_runs ? runs * n : 0));
  }
}

void lay_out_figures(KmeansReport& report) {
  std::size_t const count = report.features.size();
  report.inertia.resize(count);
  report.outcome.resize(count);
  for (std::vector<Index>* figure :
       {&report.iterations, &report.best_run, &report.relocations, &report.distinct_clusters}) {
    figure->resize(count);
  }
  report.all_sizes.resize(at(report.size_offset.back()));
}

KmeansReport::KmeansReport(std::vector<KmeansProblem> const& problems, KmeansOptions const& options) {
  lay_out_offsets(problems, options, *this);
  lay_out_figures(*this);
  all_labels.resize(at(label_offset.back()));
  all_centres.resize(at(centre_offset.back()));
  if (!options.keep_runs) return;
  all_run_labels.resize(at(run_label_offset.back()));
  all_run_inertia.resize(at(run_offset.back()));
  all_run_iterations.resize(at(run_offset.back()));
}

void report_fit(KmeansResultArrays const& results, Index b, KmeansProblem const& problem, KmeansFit const& fit) {
  Index const n = problem.count(), k = problem.clusters;
  std::int32_t* const labels = results.labels + results.label_offset[b];
  Index* const sizes = results.sizes + results.size_offset[b];
  results.inertia[b] = fit.inertia;
  results.iterations[b] = fit.iterations;
  results.outcome[b] = fit.outcome;
  results.best_run[b] = fit.run;
  results.relocations[b] = fit.relocations;
  std::fill_n(sizes, k, Index{0});
  if (fit.outcome == Outcome::cancelled) {
    std::fill_n(labels, n, -1);
    std::fill_n(results.centres + results.centre_offset[b], k * problem.features(),
                std::numeric_limits<double>::quiet_NaN());
  } else if (!fit.sizes.empty()) {
    std::copy(fit.sizes.begin(), fit.sizes.end(), sizes);
  } else {
    for (Index i = 0; i < n; ++i) ++sizes[labels[i]];
  }
  results.distinct_clusters[b] = std::count_if(sizes, sizes + k, [](Index size) { return size > 0; });
}

KmeansResultArrays result_arrays(KmeansReport& report) {
  KmeansResultArrays arrays{.labels = report.all_labels.data(),
                            .centres = report.all_centres.data(),
                            .sizes = report.all_sizes.data(),
                            .inertia = report.inertia.data(),
                            .iterations = report.iterations.data(),
                            .outcome = report.outcome.data(),
                            .best_run = report.best_run.data(),
                            .relocations = report.relocations.data(),
                            .distinct_clusters = report.distinct_clusters.data(),
                            .label_offset = report.label_offset.data(),
                            .centre_offset = report.centre_offset.data(),
                            .size_offset = report.size_offset.data()};
  if (!report.all_run_inertia.empty()) {
    arrays.run_labels = report.all_run_labels.data();
    arrays.run_inertia = report.all_run_inertia.data();
    arrays.run_iterations = report.all_run_iterations.data();
    arrays.run_offset = report.run_offset.data();
    arrays.run_label_offset = report.run_label_offset.data();
  }
  return arrays;
}

VectorView<std::int32_t const> KmeansReport::labels(Index b) const noexcept {
  return {all_labels.data() + label_offset[at(b)], label_offset[at(b + 1)] - label_offset[at(b)]};
}

MatrixView<double const> KmeansReport::centres(Index b) const noexcept {
  return {all_centres.data() + centre_offset[at(b)], size_offset[at(b + 1)] - size_offset[at(b)], features[at(b)]};
}

VectorView<Index const> KmeansReport::sizes(Index b) const noexcept {
  return {all_sizes.data() + size_offset[at(b)], size_offset[at(b + 1)] - size_offset[at(b)]};
}

Index KmeansReport::runs(Index b) const noexcept { return run_offset[at(b + 1)] - run_offset[at(b)]; }

MatrixView<std::int32_t const> KmeansReport::run_labels(Index b) const noexcept {
  if (all_run_labels.empty()) return {};
  return {all_run_labels.data() + run_label_offset[at(b)], runs(b), label_offset[at(b + 1)] - label_offset[at(b)]};
}

VectorView<double const> KmeansReport::run_inertia(Index b) const noexcept {
  if (all_run_inertia.empty()) return {};
  return {all_run_inertia.data() + run_offset[at(b)], runs(b)};
}

VectorView<Index const> KmeansReport::run_iterations(Index b) const noexcept {
  if (all_run_iterations.empty()) return {};
  return {all_run_iterations.data() + run_offset[at(b)], runs(b)};
}

}  // namespace regio
