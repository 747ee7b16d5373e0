#include "cluster/kmeans_streamed_fits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cluster/kmeans_points.hpp"
#include "cluster/kmeans_start.hpp"
#include "cluster/kmeans_stream.hpp"

namespace regio {
namespace {

class StreamedFits {
 public:
  StreamedFits(Workers& workers, KmeansOperation const& operation, std::span<Index const> group)
      : operation_(operation),
        results_(operation.results),
        group_(group),
        context_{.points = points_,
                 .workers = workers,
                 .stream = stream_kernels(operation.target),
                 .screen = screen_kernels(operation.target),
                 .exact = kmeans_kernels(operation.target)} {}

  void run(std::function<std::unique_ptr<PointPasses>(StreamContext const&)> const& make_passes) {
    Index const first = group_.front();
    read_points(context_.stream, context_.workers, fmt::format("kmeans_fit: problems[{}].single_points", first),
                problem(first).single_points, points_);
    passes_ = make_passes(context_);
    context_.passes = passes_.get();
    std::vector<PlannedRun> all;
    for (std::size_t g = 0; g < group_.size(); ++g) {
      Index const runs = run_count(problem(group_[g]), operation_.options);
      for (Index run = 0; run < runs; ++run) all.push_back({g, run, runs == 1});
    }
    best_.resize(group_.size());
    std::vector<AlignedArray<std::int32_t>> labels;
    auto const at_once = static_cast<std::size_t>(operation_.options.runs_at_once);
    for (std::size_t begin = 0; begin < all.size(); begin += at_once) {
      fit(std::span(all).subspan(begin, std::min(at_once, all.size() - begin)), labels);
    }
    for (std::size_t g = 0; g < group_.size(); ++g) {
      report_fit(results_, group_[g], problem(group_[g]), cancelled_ ? KmeansFit{} : best_[g]);
    }
  }

 private:
  struct PlannedRun {
    std::size_t member = 0;  ///< of the group
    Index run = 0;
    bool alone = false;  ///< the only run of its problem: its labels are the result
  };

  [[nodiscard]] KmeansProblem const& problem(Index b) const { return operation_.problems[static_cast<std::size_t>(b)]; }
  [[nodiscard]] std::int32_t* place_of_labels(Index b) const { return results_.labels + results_.label_offset[b]; }

  /// Makes some of the runs in shared reads and keeps the best of each problem.
  void fit(std::span<PlannedRun const> planned, std::vector<AlignedArray<std::int32_t>>& labels) {
    if (cancelled_) return;
    KmeansOptions const& options = operation_.options;
    labels.resize(std::max(labels.size(), planned.size()));
    std::vector<std::unique_ptr<StreamedRun>> runs;
    std::vector<StreamedRun*> sharing;
    for (std::size_t r = 0; r < planned.size(); ++r) {
      Index const b = group_[planned[r].member];
      std::int32_t* const place = planned[r].alone ? place_of_labels(b) : labels[r].reserve(points_.count());
      runs.push_back(std::make_unique<StreamedRun>(context_, problem(b).clusters, problem(b).weights, place));
      sharing.push_back(runs.back().get());
      start(b, planned[r].run, place, *runs.back());
    }
    std::vector<LloydResult> const results = lloyd_in_shared_reads(
        context_, sharing, options.tolerance * points_.mean_variance, options.max_iterations, options.control.stop);
    for (std::size_t r = 0; r < planned.size(); ++r) {
      cancelled_ = cancelled_ || results[r].outcome == Outcome::cancelled;
      passes_->end(*runs[r]);
      if (!cancelled_) keep(planned[r], *runs[r], results[r]);
    }
  }

  void start(Index b, Index run, std::int32_t* order, StreamedRun& streamed) {
    KmeansProblem const& each = problem(b);
    CentredPoints const shape = points_.shape(points_.count());
    auto const given = [&](MatrixView<double const> centres) {
      for (Index c = 0; c < each.clusters; ++c) {
        centred_row(shape, &centres(c, 0), streamed.centres() + c * points_.row_length());
      }
    };
    if (each.warm_from >= 0) {
      given({results_.centres + results_.centre_offset[each.warm_from], each.clusters, points_.features()});
    } else if (!each.initial_centres.empty()) {
      given(each.initial_centres[run]);
    } else {
      KmeansOptions const& options = operation_.options;
      streamed_start_centres(context_, options.init, each.clusters, each.weights,
                             {options.seed, each.stream, static_cast<std::uint32_t>(run)}, order, streamed.centres());
      std::fill(order, order + points_.count(), -1);
    }
  }

  void keep(PlannedRun const& planned, StreamedRun const& run, LloydResult const& result) {
    Index const b = group_[planned.member], n = points_.count(), d = points_.features();
    if (results_.run_inertia != nullptr) {
      Index const position = results_.run_offset[b] + planned.run;
      results_.run_inertia[position] = result.inertia;
      results_.run_iterations[position] = result.iterations;
      std::copy_n(run.labels(), n, results_.run_labels + results_.run_label_offset[b] + planned.run * n);
    }
    KmeansFit& best = best_[planned.member];
    if (best.run >= 0 && !(result.inertia < best.inertia)) return;
    best = {.inertia = result.inertia,
            .iterations = result.iterations,
            .relocations = result.relocations,
            .run = planned.run,
            .outcome = result.outcome,
            .sizes = {run.sizes(), run.sizes() + run.clusters()}};
    if (!planned.alone) std::copy_n(run.labels(), n, place_of_labels(b));
    CentredPoints const shape = points_.shape(n);
    for (Index c = 0; c < run.clusters(); ++c) {
      restored_row(shape, run.centres() + c * points_.row_length(),
                   results_.centres + results_.centre_offset[b] + c * d);
    }
  }

  KmeansOperation const& operation_;
  KmeansResultArrays const& results_;
  std::span<Index const> group_;
  StreamedPoints points_;
  StreamContext context_;
  std::unique_ptr<PointPasses> passes_;
  std::vector<KmeansFit> best_;  ///< by problem of the group
  bool cancelled_ = false;
};

}  // namespace

void fit_streamed(Workers& workers, KmeansOperation const& operation, std::span<Index const> group,
                  std::function<std::unique_ptr<PointPasses>(StreamContext const&)> const& make_passes) {
  StreamedFits(workers, operation, group).run(make_passes);
}

}  // namespace regio
