#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_operation.hpp"
#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/kmeans_plan_cuda.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/pinned_buffer.hpp"
#include "cuda/transfer.hpp"
#include "kernels/kmeans_launch.cuh"

namespace regio {
namespace cuda {
namespace {

static_assert(pass_range == pass_chunk && sum_lanes == block_points,
              "sums have the same ranges and lanes on both sides");
static_assert(member_range(3) == sum_chunk(3) && member_range(1000) == sum_chunk(1000));

std::size_t at(Index position) { return static_cast<std::size_t>(position); }

/// Host memory for the copies of all parts.
struct Staging {
  PinnedBuffer<std::byte> upload, results;

  static std::byte* grown(PinnedBuffer<std::byte>& buffer, Stream const& stream, Index bytes) {
    if (buffer.size() < bytes) {
      buffer = {};
      buffer = PinnedBuffer<std::byte>(stream, bytes);
    }
    return buffer.data();
  }
};

/// Different arrays of the caller that a part uploads once each.
template <class Key>
class Distinct {
 public:
  /// The position of the array, and whether it is new. Neighbours often share theirs.
  std::pair<Index, bool> find(Key const& key) {
    if (!positions_.empty() && key == last_) return {last_position_, false};
    auto const [place, inserted] = positions_.try_emplace(key, static_cast<Index>(positions_.size()));
    last_ = key;
    last_position_ = place->second;
    return {last_position_, inserted};
  }

 private:
  std::map<Key, Index> positions_;
  Key last_{};
  Index last_position_ = 0;
};

using PointsKey = std::tuple<double const*, Index, Index, Index>;
using WeightsKey = std::pair<double const*, Index>;

PointsKey key_of(MatrixView<double const> points) {
  return {points.data_handle(), points.rows(), points.columns(), points.stride(0)};
}

/// Consecutive problems that go to the device together.
class Part {
 public:
  Part(CudaBackend& backend, KmeansOperation const& operation, Index first, Index end, Index most_groups)
      : stream_(backend.stream()),
        operation_(operation),
        results_(operation.results),
        first_(first),
        problems_(operation.problems.subspan(at(first), at(end - first))),
        plan_(plan_kmeans_part(problems_, first, operation.options, backend.properties(), most_groups)) {
    lay_out_input();
    lay_out_workspace();
    lay_out_results();
  }

  /// Uploads, fits and brings the results back.
  void run(Staging& staging) {
    DeviceBuffer<std::byte> input(stream_, input_.bytes()), workspace(stream_, workspace_.bytes()),
        results(stream_, output_.bytes());
    device_input_ = input.data();
    device_workspace_ = workspace.data();
    device_results_ = results.data();
    std::byte* const upload = Staging::grown(staging.upload, stream_, input_.bytes());
    std::byte* const download = Staging::grown(staging.results, stream_, output_.bytes());
    fill_numbers(upload);
    fill_descriptors(upload);
    copy_to_device(stream_, device_input_, std::span<std::byte const>(upload, at(input_.bytes())));
    launch_all();
    copy_to_host(stream_, std::span<std::byte>(download, at(output_.bytes())), device_results_);
    stream_.wait();
    deliver(download);
  }

 private:
  /// Points of the caller.
  struct DataSet {
    MatrixView<double const> points;
    Section<double> rows, prepared, mean, range_sums;
  };
  /// What is the problem's own.
  struct Input {
    Index data = 0;
    Index weights = -1;      ///< position in weights_; -1: every weight is 1
    Section<double> starts;  ///< given centres
  };

  [[nodiscard]] Index count() const { return static_cast<Index>(problems_.size()); }
  [[nodiscard]] bool starts_from_part(KmeansProblem const& problem) const { return problem.warm_from >= first_; }
  /// Centres that the host knows: given by the caller, or of a problem of an earlier part.
  [[nodiscard]] BatchView<double const> known_starts(KmeansProblem const& problem) const {
    if (problem.warm_from < 0) return problem.initial_centres;
    if (starts_from_part(problem)) return {};
    return {results_.centres + results_.centre_offset[problem.warm_from], 1, problem.clusters,
            problem.points.columns()};
  }

  void lay_out_input() {
    Distinct<PointsKey> points;
    Distinct<WeightsKey> weights;
    inputs_.reserve(problems_.size());
    for (KmeansProblem const& problem : problems_) {
      Input own;
      auto const [data, new_points] = points.find(key_of(problem.points));
      own.data = data;
      if (new_points) {
        Index const numbers = problem.points.rows() * problem.points.columns();
        data_sets_.push_back({.points = problem.points, .rows = input_.add<double>(numbers)});
      }
      if (!problem.weights.empty()) {
        auto const [position, new_weights] = weights.find({problem.weights.data_handle(), problem.weights.size()});
        own.weights = position;
        if (new_weights) weights_.push_back({problem.weights, input_.add<double>(problem.weights.size())});
      }
      BatchView<double const> const starts = known_starts(problem);
      own.starts = input_.add<double>(starts.count() * starts.rows() * starts.columns());
      inputs_.push_back(own);
    }
    Index tasks = 0;
    for (auto const* launches : {&plan_.starts, &plan_.chains}) {
      for (PlannedLaunch const& launch : *launches) tasks += static_cast<Index>(launch.tasks.size());
    }
    data_ = input_.add<KmeansData>(static_cast<Index>(data_sets_.size()));
    segments_ = input_.add<KmeansSegment>(static_cast<Index>(plan_.segments.size()));
    tasks_ = input_.add<KmeansTask>(tasks);
    tickets_ = input_.add<unsigned>(static_cast<Index>(plan_.starts.size() + plan_.chains.size()));
    choices_ = input_.add<KmeansChoice>(static_cast<Index>(plan_.choices.size()));
    part_places_ = input_.add<KmeansPlace>(plan_.parts);
  }

  void lay_out_workspace() {
    for (DataSet& set : data_sets_) {
      Index const n = set.points.rows(), d = set.points.columns();
      set.prepared = workspace_.add<double>(prepared_size(n, d));
      set.mean = workspace_.add<double>(d);
      set.range_sums = workspace_.add<double>(range_count(n, pass_range) * d);
    }
    scalings_ = workspace_.add<KmeansScaling>(static_cast<Index>(data_sets_.size()));
    for (PlannedSegment const& segment : plan_.segments) {
      if (segment.part < 0) continue;
      KmeansProblem const& problem = problems_[at(segment.problem)];
      part_labels_.push_back(workspace_.add<std::int32_t>(problem.points.rows()));
      part_centres_.push_back(workspace_.add<double>(problem.clusters * problem.points.columns()));
    }
    part_figures_ = workspace_.add<KmeansFigures>(plan_.parts);
    scratch_ = workspace_.add<std::byte>(plan_.scratch_bytes);
  }

  void lay_out_results() {
    Index const end = first_ + count();
    labels_ = output_.add<std::int32_t>(results_.label_offset[end] - results_.label_offset[first_]);
    centres_ = output_.add<double>(results_.centre_offset[end] - results_.centre_offset[first_]);
    figures_ = output_.add<KmeansFigures>(count());
    if (results_.run_inertia == nullptr) return;
    run_labels_ = output_.add<std::int32_t>(results_.run_label_offset[end] - results_.run_label_offset[first_]);
    run_inertia_ = output_.add<double>(results_.run_offset[end] - results_.run_offset[first_]);
    run_iterations_ = output_.add<Index>(results_.run_offset[end] - results_.run_offset[first_]);
  }

  void fill_numbers(std::byte* image) const {
    for (DataSet const& set : data_sets_) {
      double* to = set.rows.in(image);
      for (Index i = 0; i < set.points.rows(); ++i) {
        to = std::copy(set.points.row(i).begin(), set.points.row(i).end(), to);
      }
    }
    for (auto const& [weights, section] : weights_) std::copy(weights.begin(), weights.end(), section.in(image));
    for (Index b = 0; b < count(); ++b) {
      Section<double> const& starts = inputs_[at(b)].starts;
      std::copy_n(known_starts(problems_[at(b)]).data_handle(), starts.count, starts.in(image));
    }
  }

  /// Where problem b of the part keeps its best run.
  [[nodiscard]] KmeansPlace place_of(Index b) const {
    return {labels_.in(device_results_) + (results_.label_offset[first_ + b] - results_.label_offset[first_]),
            centres_.in(device_results_) + (results_.centre_offset[first_ + b] - results_.centre_offset[first_]),
            figures_.in(device_results_) + b};
  }

  [[nodiscard]] KmeansPlace place_of_part(Index part) const {
    return {part_labels_[at(part)].in(device_workspace_), part_centres_[at(part)].in(device_workspace_),
            part_figures_.in(device_workspace_) + part};
  }

  [[nodiscard]] double const* starts_of(Index b) const {
    KmeansProblem const& problem = problems_[at(b)];
    if (starts_from_part(problem)) return place_of(problem.warm_from - first_).centres;
    Section<double> const& starts = inputs_[at(b)].starts;
    return starts.count > 0 ? starts.in(device_input_) : nullptr;
  }

  [[nodiscard]] KmeansSegment described(PlannedSegment const& planned) const {
    Index const b = planned.problem;
    KmeansProblem const& problem = problems_[at(b)];
    Input const& own = inputs_[at(b)];
    KmeansSegment segment{};
    segment.data = static_cast<int>(own.data);
    segment.weights = own.weights < 0 ? nullptr : weights_[at(own.weights)].second.in(device_input_);
    segment.starts = starts_of(b);
    segment.stream = problem.stream;
    segment.first_run = static_cast<int>(planned.first_run);
    segment.end_run = static_cast<int>(planned.end_run);
    segment.best = planned.part < 0 ? place_of(b) : place_of_part(planned.part);
    if (results_.run_inertia != nullptr) {
      Index const run = results_.run_offset[first_ + b] - results_.run_offset[first_];
      segment.run_labels =
          run_labels_.in(device_results_) + (results_.run_label_offset[first_ + b] - results_.run_label_offset[first_]);
      segment.run_inertia = run_inertia_.in(device_results_) + run;
      segment.run_iterations = run_iterations_.in(device_results_) + run;
    }
    KmeansLayout<std::int64_t> const layout = kmeans_layout(problem, operation_.options);
    segment.clusters = layout.clusters;
    segment.candidates = layout.candidates;
    return segment;
  }

  void fill_descriptors(std::byte* image) const {
    KmeansData* data = data_.in(image);
    for (Index s = 0; s < static_cast<Index>(data_sets_.size()); ++s) {
      DataSet const& set = data_sets_[at(s)];
      *data++ = {.rows = set.rows.in(device_input_),
                 .points = set.prepared.in(device_workspace_),
                 .mean = set.mean.in(device_workspace_),
                 .range_sums = set.range_sums.in(device_workspace_),
                 .scaling = scalings_.in(device_workspace_) + s,
                 .count = set.points.rows(),
                 .features = static_cast<int>(set.points.columns())};
    }
    KmeansSegment* segment = segments_.in(image);
    for (PlannedSegment const& planned : plan_.segments) *segment++ = described(planned);
    KmeansTask* task = tasks_.in(image);
    for (auto const* launches : {&plan_.starts, &plan_.chains}) {
      for (PlannedLaunch const& launch : *launches) {
        for (PlannedTask const& planned : launch.tasks)
          *task++ = {static_cast<int>(planned.first_segment), static_cast<int>(planned.end_segment)};
      }
    }
    std::fill_n(tickets_.in(image), tickets_.count, 0U);
    KmeansChoice* choice = choices_.in(image);
    for (PlannedChoice const& planned : plan_.choices) {
      KmeansProblem const& problem = problems_[at(planned.problem)];
      *choice++ = {.parts = part_places_.in(device_input_) + planned.first_part,
                   .part_count = planned.end_part - planned.first_part,
                   .best = place_of(planned.problem),
                   .count = problem.points.rows(),
                   .centre_numbers = problem.clusters * problem.points.columns()};
    }
    for (Index part = 0; part < plan_.parts; ++part) part_places_.in(image)[part] = place_of_part(part);
  }

  void launch_all() {
    for (bool const by_warps : {true, false}) {
      bool const any = std::any_of(data_sets_.begin(), data_sets_.end(), [&](DataSet const& set) {
        return is_prepared_by_warp(set.points.rows(), set.points.columns()) == by_warps;
      });
      if (!any) continue;
      check(launch_kmeans_prepare(stream_.handle(), by_warps, data_.in(device_input_), data_.count), "kmeans_prepare");
    }
    KmeansTask const* tasks = tasks_.in(device_input_);
    unsigned* ticket = tickets_.in(device_input_);
    constexpr Index most_iterations = std::numeric_limits<int>::max();
    KmeansRules const rules{
        .seed = operation_.options.seed,
        .tolerance = operation_.options.tolerance,
        .max_iterations = static_cast<int>(std::min(operation_.options.max_iterations, most_iterations))};
    auto const launch_fits = [&](std::vector<PlannedLaunch> const& launches) {
      for (PlannedLaunch const& launch : launches) {
        KmeansFitArguments const arguments{.data = data_.in(device_input_),
                                           .segments = segments_.in(device_input_),
                                           .tasks = tasks,
                                           .task_count = static_cast<unsigned>(launch.tasks.size()),
                                           .ticket = ticket++,
                                           .scratch = scratch_.in(device_workspace_),
                                           .scratch_bytes = launch.route.scratch_bytes,
                                           .shared_bytes = launch.route.shared_bytes,
                                           .rules = rules};
        check(launch_kmeans_fit(stream_.handle(), launch.route.variant, launch.blocks, launch.threads, arguments),
              kernel_name(launch.route.variant));
        tasks += launch.tasks.size();
      }
    };
    launch_fits(plan_.starts);
    if (choices_.count > 0) {
      check(launch_kmeans_choose(stream_.handle(), choices_.in(device_input_), choices_.count), "kmeans_choose");
    }
    launch_fits(plan_.chains);
  }

  void deliver(std::byte* image) const {
    std::copy_n(labels_.in(image), labels_.count, results_.labels + results_.label_offset[first_]);
    std::copy_n(centres_.in(image), centres_.count, results_.centres + results_.centre_offset[first_]);
    if (results_.run_inertia != nullptr) {
      std::copy_n(run_labels_.in(image), run_labels_.count, results_.run_labels + results_.run_label_offset[first_]);
      std::copy_n(run_inertia_.in(image), run_inertia_.count, results_.run_inertia + results_.run_offset[first_]);
      std::copy_n(run_iterations_.in(image), run_iterations_.count,
                  results_.run_iterations + results_.run_offset[first_]);
    }
    for (Index b = 0; b < count(); ++b) {
      KmeansFigures const& figures = figures_.in(image)[b];
      report_fit(results_, first_ + b, problems_[at(b)],
                 {.inertia = figures.inertia,
                  .iterations = figures.iterations,
                  .relocations = figures.relocations,
                  .run = figures.run,
                  .outcome = figures.converged != 0 ? Outcome::converged : Outcome::iteration_limit});
    }
  }

  Stream const& stream_;
  KmeansOperation const& operation_;
  KmeansResultArrays const& results_;
  Index first_;
  std::span<KmeansProblem const> problems_;
  KmeansDevicePlan plan_;

  std::vector<DataSet> data_sets_;
  std::vector<std::pair<VectorView<double const>, Section<double>>> weights_;
  std::vector<Input> inputs_;

  MemoryImage input_, workspace_, output_;
  std::byte *device_input_ = nullptr, *device_workspace_ = nullptr, *device_results_ = nullptr;
  Section<KmeansData> data_;
  Section<KmeansSegment> segments_;
  Section<KmeansTask> tasks_;
  Section<unsigned> tickets_;
  Section<KmeansChoice> choices_;
  Section<KmeansPlace> part_places_;
  Section<KmeansScaling> scalings_;
  std::vector<Section<std::int32_t>> part_labels_;
  std::vector<Section<double>> part_centres_;
  Section<KmeansFigures> part_figures_, figures_;
  Section<std::byte> scratch_;
  Section<std::int32_t> labels_, run_labels_;
  Section<double> centres_, run_inertia_;
  Section<Index> run_iterations_;
};

/// The whole operation, part by part.
class Batch {
 public:
  Batch(CudaBackend& backend, KmeansOperation const& operation)
      : backend_(backend),
        operation_(operation),
        meter_(operation.options.control.progress, "k-means", runs(0, count()), "fits") {}

  void run() {
    for (Index b = 0; b < count(); ++b) check_size(b);
    for (Index first = 0; first < count();) {
      if (operation_.options.control.stop.stop_requested()) {
        for (Index b = first; b < count(); ++b) report_fit(operation_.results, b, problem(b), {});
        return;
      }
      Index const end = fit_part(first);
      meter_.advance(runs(first, end));
      first = end;
    }
  }

 private:
  [[nodiscard]] Index count() const { return static_cast<Index>(operation_.problems.size()); }
  [[nodiscard]] KmeansProblem const& problem(Index b) const { return operation_.problems[at(b)]; }

  [[nodiscard]] Index runs(Index first, Index end) const {
    Index total = 0;
    for (Index b = first; b < end; ++b) total += run_count(problem(b), operation_.options);
    return total;
  }

  /// Kernels count clusters, features and runs in 32 bits.
  void check_size(Index b) const {
    constexpr Index most = std::numeric_limits<std::int32_t>::max() / 2;
    Index const k = problem(b).clusters, d = problem(b).points.columns(),
                runs = run_count(problem(b), operation_.options);
    if (k <= most && d <= most && runs <= most) return;
    throw ContractError("kmeans_fit: problems[" + std::to_string(b) + "]",
                        "has " + std::to_string(k) + " clusters, " + std::to_string(d) + " features and " +
                            std::to_string(runs) + " runs; a CUDA device takes at most " + std::to_string(most) +
                            " of each");
  }

  /// Fits the next part and returns its end. What does not fit into the device's memory is divided; a single problem
  /// gets fewer groups of threads, each of which needs memory.
  Index fit_part(Index first) {
    Index end = part_end(first);
    for (Index most_groups = 0;;) {
      try {
        Part(backend_, operation_, first, end, most_groups).run(staging_);
        return end;
      } catch (OutOfDeviceMemory const&) {
        if (end - first > 1) {
          end = first + (end - first) / 2;
        } else if (most_groups != 1) {
          most_groups = 1;
        } else {
          throw;
        }
      }
    }
  }

  /// As many problems as are worth a part: bounded by memory, and by work so that progress shows and a stop is heard.
  [[nodiscard]] Index part_end(Index first) const {
    constexpr double most_work = 1e11;
    constexpr double most_bytes = 256.0 * 1024 * 1024;
    double const bytes_allowed = std::min(most_bytes, 0.5 * static_cast<double>(backend_.free_memory()));
    double work = 0, bytes = 0;
    Index end = first;
    for (; end < count(); ++end) {
      KmeansProblem const& next = problem(end);
      auto const n = static_cast<double>(next.points.rows()), d = static_cast<double>(next.points.columns());
      auto const k = static_cast<double>(next.clusters);
      auto const runs_made = static_cast<double>(run_count(next, operation_.options));
      bool const shared = end > first && same_view(next.points, problem(end - 1).points);
      constexpr double number = sizeof(double), label = sizeof(std::int32_t);
      // Rows and their prepared copy; weights; every run's labels and centres, be it that they are kept or compared.
      bytes += number * (shared ? 0 : 2 * n * d) + number * n +
               runs_made * (label * n + number * k * d + static_cast<double>(sizeof(KmeansSegment)));
      work += run_work(next) * runs_made;
      if (end > first && (bytes > bytes_allowed || work > most_work)) break;
    }
    return end;
  }

  CudaBackend& backend_;
  KmeansOperation const& operation_;
  Staging staging_;
  ProgressMeter meter_;
};

}  // namespace

void execute(CudaBackend& backend, KmeansOperation& operation) { Batch(backend, operation).run(); }

}  // namespace cuda
}  // namespace regio
