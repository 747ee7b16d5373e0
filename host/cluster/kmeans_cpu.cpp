#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "cluster/kmeans_lloyd.hpp"
#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_plan.hpp"
#include "cluster/kmeans_points.hpp"
#include "cluster/kmeans_start.hpp"
#include "cluster/kmeans_stream.hpp"
#include "cluster/kmeans_streamed_fits.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {
namespace {

/// The best run so far of a problem, or of a segment of its runs.
struct BestRun {
  LloydResult result;
  Index run = -1;
};

/// Where labels and centres of a best run are kept.
struct BestPlace {
  std::int32_t* labels = nullptr;
  double* centres = nullptr;
};

bool same_view(VectorView<double const> a, VectorView<double const> b) {
  return a.data_handle() == b.data_handle() && a.size() == b.size();
}

class Batch {
 public:
  Batch(CpuBackend& backend, KmeansOperation& operation)
      : workers_(backend.workers()),
        operation_(operation),
        results_(operation.results),
        kernels_(kmeans_kernels(operation.target)),
        plan_(plan_kmeans(operation.problems, operation.options)),
        spaces_(static_cast<std::size_t>(workers_.count())),
        meter_(operation.options.control.progress, "k-means", total_runs(), "fits") {}

  void run() {
    for (std::vector<Index> const& group : plan_.large) fit_large(group);
    run_tasks();
    for (Index b : plan_.medium) fit_alone(b, ChunkLoop(workers_), spaces_.front());
    run_chains();
  }

 private:
  [[nodiscard]] KmeansProblem const& problem(Index b) const { return operation_.problems[static_cast<std::size_t>(b)]; }

  [[nodiscard]] Index total_runs() const {
    Index total = 0;
    for (KmeansProblem const& each : operation_.problems) total += run_count(each, operation_.options);
    return total;
  }

  [[nodiscard]] BestPlace place_of(Index b) const {
    return {results_.labels + results_.label_offset[b], results_.centres + results_.centre_offset[b]};
  }

  void run_tasks() {
    std::vector<BestRun> partial_runs(static_cast<std::size_t>(plan_.partials));
    std::vector<Index> label_offset, centre_offset;
    Index labels = 0, centres = 0;
    for (RunSegment const& segment : plan_.segments) {
      if (segment.partial < 0) continue;
      label_offset.push_back(labels);
      centre_offset.push_back(centres);
      labels += problem(segment.problem).points.rows();
      centres += problem(segment.problem).clusters * problem(segment.problem).points.columns();
    }
    std::vector<std::int32_t> partial_labels(static_cast<std::size_t>(labels));
    std::vector<double> partial_centres(static_cast<std::size_t>(centres));

    auto const place = [&](RunSegment const& segment) -> BestPlace {
      if (segment.partial < 0) return place_of(segment.problem);
      auto const p = static_cast<std::size_t>(segment.partial);
      return {partial_labels.data() + label_offset[p], partial_centres.data() + centre_offset[p]};
    };

    workers_.for_each(static_cast<Index>(plan_.task_offset.size()) - 1, [&](Index task, int worker) {
      KmeansWorkspace& space = spaces_[static_cast<std::size_t>(worker)];
      Index fits = 0;
      for (Index s = plan_.task_offset[static_cast<std::size_t>(task)];
           s < plan_.task_offset[static_cast<std::size_t>(task) + 1]; ++s) {
        RunSegment const& segment = plan_.segments[static_cast<std::size_t>(s)];
        BestRun const best = fit(segment.problem, segment.first_run, segment.end_run, place(segment), {}, space);
        if (segment.partial < 0) {
          finish(segment.problem, best);
        } else {
          partial_runs[static_cast<std::size_t>(segment.partial)] = best;
        }
        fits += segment.end_run - segment.first_run;
      }
      meter_.advance(fits);
    });

    // The best of the segments of a divided problem: the lowest inertia, the first run of equals.
    for (auto segment = plan_.segments.begin(); segment != plan_.segments.end();) {
      if (segment->partial < 0) {
        ++segment;
        continue;
      }
      Index const b = segment->problem;
      auto chosen = segment;
      auto const run_of = [&](auto s) -> BestRun const& { return partial_runs[static_cast<std::size_t>(s->partial)]; };
      bool cancelled = false;
      for (; segment != plan_.segments.end() && segment->problem == b; ++segment) {
        cancelled = cancelled || run_of(segment).result.outcome == Outcome::cancelled;
        if (run_of(segment).result.inertia < run_of(chosen).result.inertia) chosen = segment;
      }
      BestRun best = run_of(chosen);
      if (cancelled) best.result.outcome = Outcome::cancelled;
      BestPlace const from = place(*chosen), to = place_of(b);
      std::copy_n(from.labels, problem(b).points.rows(), to.labels);
      std::copy_n(from.centres, problem(b).clusters * problem(b).points.columns(), to.centres);
      finish(b, best);
    }
  }

  /// Chains run side by side, each in its order; a chain with a problem beyond a cache runs alone on all threads.
  void run_chains() {
    std::vector<std::vector<Index> const*> side_by_side;
    for (std::vector<Index> const& chain : plan_.chains) {
      bool const tiny = std::all_of(chain.begin(), chain.end(),
                                    [&](Index b) { return kmeans_regime(problem(b)) == KmeansRegime::tiny; });
      if (tiny) {
        side_by_side.push_back(&chain);
      } else {
        for (Index b : chain) {
          if (kmeans_regime(problem(b)) == KmeansRegime::large) {
            fit_large({&b, 1});
          } else {
            fit_alone(b, ChunkLoop(workers_), spaces_.front());
          }
        }
      }
    }
    workers_.for_each(static_cast<Index>(side_by_side.size()), [&](Index chain, int worker) {
      for (Index b : *side_by_side[static_cast<std::size_t>(chain)]) {
        fit_alone(b, {}, spaces_[static_cast<std::size_t>(worker)]);
      }
    });
  }

  void fit_large(std::span<Index const> group) {
    fit_streamed(workers_, operation_, group,
                 [](StreamContext const& context) { return std::make_unique<HostPasses>(context); });
    for (Index b : group) meter_.advance(run_count(problem(b), operation_.options));
  }

  void fit_alone(Index b, ChunkLoop const& for_chunks, KmeansWorkspace& space) {
    Index const runs = run_count(problem(b), operation_.options);
    finish(b, fit(b, 0, runs, place_of(b), for_chunks, space));
    meter_.advance(runs);
  }

  /// Makes the runs of a problem, keeps the best in `place` and, where wanted, each one's own results.
  BestRun fit(Index b, Index first_run, Index end_run, BestPlace const& place, ChunkLoop const& for_chunks,
              KmeansWorkspace& space) {
    KmeansProblem const& each = problem(b);
    KmeansOptions const& options = operation_.options;
    if (!same_view(space.prepared.points.rows, each.points)) {
      prepare_points(kernels_, each.points, each.weights, for_chunks, space.prepared);
    } else if (!same_view(space.prepared.weights, each.weights)) {
      prepare_weights(each.weights, space.prepared);
    }
    CentredPoints const& points = space.prepared.points;
    BestRun best;
    for (Index run = first_run; run < end_run; ++run) {
      if (each.warm_from >= 0) {
        given_centres({results_.centres + results_.centre_offset[each.warm_from], each.clusters, points.features()},
                      space);
      } else if (!each.initial_centres.empty()) {
        given_centres(each.initial_centres[run], space);
      } else {
        start_centres(kernels_, options.init, each.clusters,
                      PhiloxStream(options.seed, each.stream, static_cast<std::uint32_t>(run)), for_chunks, space);
      }
      LloydResult result = lloyd(kernels_, each.clusters, options.tolerance * points.mean_variance,
                                 options.max_iterations, options.control.stop, for_chunks, space);
      if (result.outcome == Outcome::cancelled) return {result, run};
      result.inertia = restored_inertia(points, result.inertia);
      if (results_.run_inertia) {
        Index const position = results_.run_offset[b] + run;
        results_.run_inertia[position] = result.inertia;
        results_.run_iterations[position] = result.iterations;
        std::copy_n(space.labels.get(), points.count(),
                    results_.run_labels + results_.run_label_offset[b] + run * points.count());
      }
      if (run > first_run && !(result.inertia < best.result.inertia)) continue;
      best = {result, run};
      std::copy_n(space.labels.get(), points.count(), place.labels);
      for (Index c = 0; c < each.clusters; ++c) {
        restored_row(points, space.centres.get() + c * points.row_length(), place.centres + c * points.features());
      }
    }
    return best;
  }

  void given_centres(MatrixView<double const> given, KmeansWorkspace& space) const {
    CentredPoints const& points = space.prepared.points;
    double* const centres = space.centres.reserve(given.rows() * points.row_length());
    for (Index c = 0; c < given.rows(); ++c) centred_row(points, &given(c, 0), centres + c * points.row_length());
  }

  void finish(Index b, BestRun const& best) {
    if (best.result.outcome == Outcome::cancelled) {
      report_fit(results_, b, problem(b), {});
      return;
    }
    report_fit(results_, b, problem(b),
               {.inertia = best.result.inertia,
                .iterations = best.result.iterations,
                .relocations = best.result.relocations,
                .run = best.run,
                .outcome = best.result.outcome});
  }

  Workers& workers_;
  KmeansOperation& operation_;
  KmeansResultArrays const& results_;
  KmeansKernels const& kernels_;
  KmeansPlan plan_;
  std::vector<KmeansWorkspace> spaces_;
  ProgressMeter meter_;
};

}  // namespace

void execute(CpuBackend& backend, KmeansOperation& operation) { Batch(backend, operation).run(); }

}  // namespace regio
