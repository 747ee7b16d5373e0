#include "cuda/kmeans_part.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "cluster/kmeans_chunks.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/stream_temporary_memory.hpp"
#include "cuda/transfer.hpp"

namespace regio::cuda {
namespace {

static_assert(pass_range == pass_chunk && sum_lanes == block_points,
              "sums have the same ranges and lanes on both sides");
static_assert(member_range(3) == sum_chunk(3) && member_range(1000) == sum_chunk(1000));

std::size_t at(Index position) { return static_cast<std::size_t>(position); }

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

Index task_count(std::vector<PlannedLaunch> const& launches) {
  Index tasks = 0;
  for (PlannedLaunch const& launch : launches) tasks += static_cast<Index>(launch.tasks.size());
  return tasks;
}

bool is_spread(PlannedLaunch const& launch) { return launch.route.blocks_of_run > 0; }
bool is_ordered(PlannedLaunch const& launch) { return launch.longest_first; }

}  // namespace

KmeansPart::KmeansPart(CudaBackend& backend, KmeansOperation const& operation, Index first, Index end,
                       Index most_groups)
    : backend_(backend),
      operation_(operation),
      results_(operation.results),
      first_(first),
      problems_(operation.problems.subspan(at(first), at(end - first))),
      plan_(plan_kmeans_part(problems_, first, operation.options, backend.properties(), most_groups)) {
  lay_out_input();
  lay_out_workspace();
  lay_out_results();
}

void KmeansPart::begin(KmeansStaging& staging) {
  Stream const &copies = backend_.copy_stream(), &kernels = backend_.stream();
  staging_ = &staging;
  input_memory_ = DeviceBuffer<std::byte>(copies, input_.bytes());
  results_memory_ = DeviceBuffer<std::byte>(copies, output_.bytes());
  // Ends here, given back in the order of the kernels, so that those of the next part can have it.
  DeviceBuffer<std::byte> workspace(kernels, workspace_.bytes());
  device_input_ = input_memory_.data();
  device_results_ = results_memory_.data();
  device_workspace_ = workspace.data();
  make_room(staging.upload, copies, input_.bytes());
  make_room(staging.results, copies, output_.bytes());
  fill_numbers(staging.upload.data());
  fill_descriptors(staging.upload.data());
  copy_to_device(copies, device_input_, staging.upload.span().first(at(input_.bytes())));
  uploaded_.record(copies);
  kernels.wait_for(uploaded_);
  launch_all();
  fitted_.record(kernels);
}

void KmeansPart::finish() {
  Stream const& copies = backend_.copy_stream();
  copies.wait_for(fitted_);
  copy_to_host(copies, staging_->results.span().first(at(output_.bytes())), device_results_);
  downloaded_.record(copies);
  downloaded_.wait();
  deliver(staging_->results.data());
}

/// Centres that the host knows: given by the caller, or of a problem of an earlier part.
BatchView<double const> KmeansPart::known_starts(KmeansProblem const& problem) const {
  if (problem.warm_from < 0) return problem.initial_centres;
  if (starts_from_part(problem)) return {};
  return {results_.centres + results_.centre_offset[problem.warm_from], 1, problem.clusters, problem.points.columns()};
}

void KmeansPart::lay_out_input() {
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
  data_ = input_.add<KmeansData>(static_cast<Index>(data_sets_.size()));
  segments_ = input_.add<KmeansSegment>(static_cast<Index>(plan_.segments.size()));
  tasks_ = input_.add<KmeansTask>(task_count(plan_.starts) + task_count(plan_.chains));
  bool const any_spread = std::any_of(plan_.starts.begin(), plan_.starts.end(), is_spread) ||
                          std::any_of(plan_.chains.begin(), plan_.chains.end(), is_spread);
  spread_runs_ = input_.add<KmeansSpreadRun>(any_spread ? tasks_.count : 0);
  bool const any_ordered =
      std::ranges::any_of(plan_.starts, is_ordered) || std::ranges::any_of(plan_.chains, is_ordered);
  task_work_ = input_.add<double>(any_ordered ? tasks_.count : 0);
  tickets_ = input_.add<unsigned>(static_cast<Index>(plan_.starts.size() + plan_.chains.size()));
  choices_ = input_.add<KmeansChoice>(static_cast<Index>(plan_.choices.size()));
  part_places_ = input_.add<KmeansPlace>(plan_.parts);
}

void KmeansPart::lay_out_workspace() {
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

void KmeansPart::lay_out_results() {
  Index const end = first_ + count();
  labels_ = output_.add<std::int32_t>(results_.label_offset[end] - results_.label_offset[first_]);
  centres_ = output_.add<double>(results_.centre_offset[end] - results_.centre_offset[first_]);
  figures_ = output_.add<KmeansFigures>(count());
  if (results_.run_inertia == nullptr) return;
  run_labels_ = output_.add<std::int32_t>(results_.run_label_offset[end] - results_.run_label_offset[first_]);
  run_inertia_ = output_.add<double>(results_.run_offset[end] - results_.run_offset[first_]);
  run_iterations_ = output_.add<Index>(results_.run_offset[end] - results_.run_offset[first_]);
}

void KmeansPart::fill_numbers(std::byte* image) const {
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
KmeansPlace KmeansPart::place_of(Index b) const {
  return {labels_.in(device_results_) + (results_.label_offset[first_ + b] - results_.label_offset[first_]),
          centres_.in(device_results_) + (results_.centre_offset[first_ + b] - results_.centre_offset[first_]),
          figures_.in(device_results_) + b};
}

KmeansPlace KmeansPart::place_of_part(Index part) const {
  return {part_labels_[at(part)].in(device_workspace_), part_centres_[at(part)].in(device_workspace_),
          part_figures_.in(device_workspace_) + part};
}

double const* KmeansPart::starts_of(Index b) const {
  KmeansProblem const& problem = problems_[at(b)];
  if (starts_from_part(problem)) return place_of(problem.warm_from - first_).centres;
  Section<double> const& starts = inputs_[at(b)].starts;
  return starts.count > 0 ? starts.in(device_input_) : nullptr;
}

KmeansSegment KmeansPart::described(PlannedSegment const& planned) const {
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

void KmeansPart::fill_descriptors(std::byte* image) const {
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
  KmeansTask* const tasks = tasks_.in(image);
  double* const work = task_work_.in(image);
  unsigned* ticket = tickets_.in(image);
  Index position = 0;
  for (auto const* launches : {&plan_.starts, &plan_.chains}) {
    for (PlannedLaunch const& launch : *launches) {
      *ticket++ = is_spread(launch) ? static_cast<unsigned>(launch.tasks.size()) : 0U;
      for (PlannedTask const& planned : launch.tasks) {
        tasks[position] = {static_cast<int>(planned.first_segment), static_cast<int>(planned.end_segment)};
        if (task_work_.count > 0) work[position] = planned.work;
        if (is_spread(launch)) {
          KmeansSpreadRun& run = spread_runs_.in(image)[position];
          run = {};
          run.segment = static_cast<int>(planned.first_segment);
          run.run = static_cast<int>(plan_.segments[at(planned.first_segment)].first_run);
          run.inertia_at_relocation = std::numeric_limits<double>::infinity();
        }
        ++position;
      }
    }
  }
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

void KmeansPart::launch_all() {
  for (bool const by_warps : {true, false}) {
    bool const any = std::any_of(data_sets_.begin(), data_sets_.end(), [&](DataSet const& set) {
      return is_prepared_by_warp(set.points.rows(), set.points.columns()) == by_warps;
    });
    if (!any) continue;
    check(launch_kmeans_prepare(backend_.stream().handle(), by_warps, data_.in(device_input_), data_.count),
          "kmeans_prepare");
  }
  launch_fits(plan_.starts, 0, 0);
  if (choices_.count > 0) {
    check(launch_kmeans_choose(backend_.stream().handle(), choices_.in(device_input_), choices_.count),
          "kmeans_choose");
  }
  launch_fits(plan_.chains, task_count(plan_.starts), static_cast<Index>(plan_.starts.size()));
}

void KmeansPart::put_longest_first(Index first_task, Index count) {
  static_assert(sizeof(KmeansTask) == sizeof(std::uint64_t));
  StreamTemporaryMemory memory(backend_.stream());
  check(sort_by_key(backend_.stream().handle(), memory, task_work_.in(device_input_) + first_task,
                    reinterpret_cast<std::uint64_t*>(tasks_.in(device_input_) + first_task), count,
                    SortOrder::descending),
        "sort_by_key");
}

void KmeansPart::launch_fits(std::vector<PlannedLaunch> const& launches, Index first_task, Index first_ticket) {
  unsigned* ticket = tickets_.in(device_input_) + first_ticket;
  constexpr Index most_iterations = std::numeric_limits<int>::max();
  KmeansRules const rules{
      .seed = operation_.options.seed,
      .tolerance = operation_.options.tolerance,
      .max_iterations = static_cast<int>(std::min(operation_.options.max_iterations, most_iterations))};
  for (PlannedLaunch const& launch : launches) {
    auto const tasks = static_cast<Index>(launch.tasks.size());
    if (launch.longest_first) put_longest_first(first_task, tasks);
    KmeansFitArguments const arguments{.data = data_.in(device_input_),
                                       .segments = segments_.in(device_input_),
                                       .tasks = tasks_.in(device_input_) + first_task,
                                       .task_count = static_cast<unsigned>(tasks),
                                       .ticket = ticket++,
                                       .scratch = scratch_.in(device_workspace_),
                                       .scratch_bytes = launch.route.scratch_bytes,
                                       .shared_bytes = launch.route.shared_bytes,
                                       .rules = rules};
    if (is_spread(launch)) {
      run_spread(launch, arguments, first_task);
    } else {
      check(
          launch_kmeans_fit(backend_.stream().handle(), launch.route.variant, launch.blocks, launch.threads, arguments),
          kernel_name(launch.route.variant));
    }
    first_task += tasks;
  }
}

Index KmeansPart::rounds_of_start(PlannedLaunch const& launch) const {
  Index rounds = 0;
  for (PlannedTask const& task : launch.tasks) {
    KmeansProblem const& problem = problems_[at(plan_.segments[at(task.first_segment)].problem)];
    bool const draws = kmeans_layout(problem, operation_.options).candidates > 0;
    rounds = std::max(rounds, draws ? problem.clusters : 0);
  }
  return rounds;
}

void KmeansPart::run_spread(PlannedLaunch const& launch, KmeansFitArguments const& arguments, Index first_task) {
  Stream const& kernels = backend_.stream();
  KmeansSpreadArguments const spread{.data = arguments.data,
                                     .segments = arguments.segments,
                                     .tasks = arguments.tasks,
                                     .runs = spread_runs_.in(device_input_) + first_task,
                                     .tasks_left = arguments.ticket,
                                     .scratch = arguments.scratch,
                                     .scratch_bytes = arguments.scratch_bytes,
                                     .shared_bytes = arguments.shared_bytes,
                                     .rules = arguments.rules};
  make_room(staging_->tasks_left, kernels, 1);
  // Beside the start a run has its preparation, two assignments at least, and the keeping of its labels. Then a few
  // rounds at a time: one in vain costs two launches, asking costs a wait for the device.
  constexpr Index least_rounds = 4, rounds_at_a_time = 8;
  Index rounds = rounds_of_start(launch) + least_rounds;
  do {
    for (Index round = 0; round < rounds; ++round) {
      check(launch_kmeans_spread(kernels.handle(), static_cast<int>(launch.tasks.size()), launch.blocks, launch.threads,
                                 spread),
            "kmeans_pass, kmeans_step");
    }
    copy_to_host(kernels, staging_->tasks_left.span(), spread.tasks_left);
    kernels.wait();
    rounds = rounds_at_a_time;
  } while (staging_->tasks_left[0] > 0);
}

void KmeansPart::deliver(std::byte* image) const {
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

}  // namespace regio::cuda
