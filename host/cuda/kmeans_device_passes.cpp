#include "cuda/kmeans_device_passes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/contract.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/transfer.hpp"

namespace regio::cuda {
namespace {

static_assert(inertia_range == pass_chunk, "sums have the same ranges on both sides");
static_assert(StreamedRows::rows_of_unit % inertia_range == 0, "ranges do not reach from one part into the next");

/// Static arrays of a kernel, and what the driver keeps of a block's shared memory.
constexpr Index kept_of_block = 1024 + 1024;
/// Totals that a block adds up by itself: of so few clusters that blocks would meet at the same ones.
constexpr Index most_totals_in_shared = 2048;
/// Blocks that look for the farthest point.
constexpr int farthest_blocks = 512;

StreamPass pass_over(StreamPoints const& points, std::span<StreamedRun* const> runs) {
  StreamPass pass{.points = points,
                  .runs = nullptr,
                  .run_count = static_cast<std::int32_t>(runs.size()),
                  .totals_in_shared = false,
                  .centre_floats = 0,
                  .all_totals = 0};
  for (StreamedRun const* const run : runs) {
    pass.centre_floats += centre_floats(static_cast<int>(run->clusters()), points.features);
    pass.all_totals += total_count(run->clusters(), points.features);
  }
  pass.totals_in_shared = pass.all_totals <= most_totals_in_shared;
  return pass;
}

}  // namespace

DevicePasses::DevicePasses(CudaBackend& backend, StreamContext const& context, Index reserved_bytes)
    : backend_(backend),
      context_(context),
      mean_(backend.stream(), context.points.features()),
      shift_(backend.stream(), context.points.features()),
      rows_(backend, context.points.rows, reserved_bytes) {
  auto const d = static_cast<std::size_t>(context.points.features());
  copy_to_device(backend.stream(), mean_.data(), std::span(context.points.mean.get(), d));
  copy_to_device(backend.stream(), shift_.data(), std::span(context.points.screening_shift.get(), d));
}

StreamPoints DevicePasses::points_of(RowsPart const& part) const {
  return {.rows = part.rows,
          .mean = mean_.data(),
          .shift = shift_.data(),
          .factor = context_.points.screening_factor,
          .features = static_cast<std::int32_t>(context_.points.features()),
          .count = part.count};
}

double const* DevicePasses::weights_on_device(VectorView<double const> weights) {
  if (weights.empty()) return nullptr;
  for (DeviceWeights const& each : weights_) {
    if (each.given.data_handle() == weights.data_handle()) return each.values.data();
  }
  DeviceWeights& own =
      weights_.emplace_back(DeviceWeights{weights, DeviceBuffer<double>(backend_.stream(), weights.size())});
  copy_to_device(backend_.stream(), own.values.data(),
                 std::span(weights.data_handle(), static_cast<std::size_t>(weights.size())));
  return own.values.data();
}

std::int32_t* DevicePasses::labels_on_device(StreamedRun const& run) {
  DeviceBuffer<std::int32_t>& labels = labels_[&run];
  if (labels.data() == nullptr) {
    labels = DeviceBuffer<std::int32_t>(backend_.stream(), context_.points.count());
    fill_with_ones(backend_.stream(), labels.data(), labels.size());  // -1: in no cluster yet
  }
  return labels.data();
}

void DevicePasses::lay_out(std::span<StreamedRun const* const> runs, Index parts) {
  Index const d = context_.points.features();
  input_ = {};
  output_ = {};
  layouts_.clear();
  for (StreamedRun const* const run : runs) {
    Index const k = run->clusters(), padded = padded_centres(static_cast<int>(k));
    layouts_.push_back({.compared = input_.add<float>(padded * d),
                        .norms = input_.add<float>(padded),
                        .centres = input_.add<double>(k * d),
                        .scale = input_.add<double>(d),
                        .totals = output_.add<std::int64_t>(total_count(k, d))});
  }
  described_ = input_.add<StreamRun>(parts * static_cast<Index>(runs.size()));
}

/// Centres in tiles of as many as a thread compares together.
void DevicePasses::fill_compared(StreamedRun const& run, Layout const& layout, std::byte* image) const {
  constexpr Index width = stream_tile_centres;
  Index const d = context_.points.features(), k = run.clusters();
  ScreenedCentres const& screened = run.screened();
  float *const compared = layout.compared.in(image), *const norms = layout.norms.in(image);
  std::fill_n(compared, layout.compared.count, 0.0F);
  std::fill_n(norms, layout.norms.count, std::numeric_limits<float>::infinity());
  if (!run.screens()) return;
  std::copy_n(screened.norms, k, norms);
  for (Index tile = 0; tile < centre_tiles(k); ++tile) {
    Index const first = first_of_tile(k, tile), count = first_of_tile(k, tile + 1) - first;
    for (Index c = first; c < first + count; ++c) {
      for (Index j = 0; j < d; ++j) {
        compared[(c / width * d + j) * width + c % width] = screened.rows[first * d + j * count + (c - first)];
      }
    }
  }
}

/// Centres and quanta of the runs, and descriptions of the runs for every part.
void DevicePasses::upload(std::span<StreamedRun const* const> runs) {
  Stream const& stream = backend_.stream();
  Index const d = context_.points.features(), length = context_.points.row_length();
  make_room(upload_, stream, input_.bytes());
  make_room(download_, stream, output_.bytes());
  if (input_memory_.size() < input_.bytes()) input_memory_ = DeviceBuffer<std::byte>(stream, input_.bytes());
  if (output_memory_.size() < output_.bytes()) output_memory_ = DeviceBuffer<std::byte>(stream, output_.bytes());
  std::byte* const image = upload_.data();
  auto const count = static_cast<Index>(runs.size());
  Index const parts = described_.count / count;
  for (Index r = 0; r < count; ++r) {
    StreamedRun const& run = *runs[static_cast<std::size_t>(r)];
    Layout const& layout = layouts_[static_cast<std::size_t>(r)];
    fill_compared(run, layout, image);
    for (Index c = 0; c < run.clusters(); ++c) {
      std::copy_n(run.centres() + c * length, d, layout.centres.in(image) + c * d);
    }
    std::copy_n(run.quanta().scale, d, layout.scale.in(image));
    for (Index part = 0; part < parts; ++part) {
      described_.in(image)[part * count + r] = run_on_device(run, layout, part * rows_.rows_of_part());
    }
  }
  copy_to_device(stream, input_memory_.data(), upload_.span().first(static_cast<std::size_t>(input_.bytes())));
  fill_with_zeros(stream, output_memory_.data(), output_.bytes());
}

/// The run from point `first` on.
StreamRun DevicePasses::run_on_device(StreamedRun const& run, Layout const& layout, Index first) {
  double const* const weights = weights_on_device(run.weights());
  return {.compared = layout.compared.in(input_memory_.data()),
          .norms = layout.norms.in(input_memory_.data()),
          .centres = layout.centres.in(input_memory_.data()),
          .weights = weights == nullptr ? nullptr : weights + first,
          .scale = layout.scale.in(input_memory_.data()),
          .labels = labels_on_device(run) + first,
          .totals = layout.totals.in(output_memory_.data()),
          .weight_scale = run.quanta().weight_scale,
          .bound = run.screened().bound,
          .clusters = static_cast<std::int32_t>(run.clusters()),
          .screens = run.screens() ? 1 : 0};
}

/// The first variant of which a multiprocessor holds three blocks: while one waits for its points, others compare.
StreamVariant DevicePasses::variant_for(StreamPass const& pass) const {
  constexpr Index resident_blocks = 3;
  DeviceProperties const& device = backend_.properties();
  auto const of_block = static_cast<Index>(device.shared_bytes_per_block) - kept_of_block;
  Index const busy = static_cast<Index>(device.shared_bytes_per_multiprocessor) / resident_blocks - kept_of_block;
  for (Index const most : {std::min(busy, of_block), of_block}) {
    for (int variant = 0; variant < stream_variants; ++variant) {
      if (stream_shared_bytes(StreamVariant{variant}, pass) <= most) return StreamVariant{variant};
    }
  }
  refuse(
      "kmeans_fit: single_points",
      fmt::format("have {} features, more than the device takes at a time with {} runs; expected fewer runs_at_once, "
                  "or a CPU engine",
                  context_.points.features(), pass.run_count));
}

std::vector<bool> DevicePasses::assign(std::vector<StreamedRun*> const& runs, std::stop_token const& stop) {
  Stream const& stream = backend_.stream();
  for (StreamedRun* const run : runs) run->begin_assignment();
  std::vector<StreamedRun const*> const read(runs.begin(), runs.end());
  lay_out(read, rows_.parts());
  upload(read);
  auto const count = static_cast<Index>(runs.size());
  rows_.for_parts([&](RowsPart const& part) {
    StreamPass pass = pass_over(points_of(part), runs);
    pass.runs = described_.in(input_memory_.data()) + part.number * count;
    StreamVariant const variant = variant_for(pass);
    int resident = 0;
    check(kmeans_stream_pass_residency(variant, pass, &resident), "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
    Index const tiles = (part.count + stream_threads - 1) / stream_threads;
    Index const blocks = std::max<Index>(1, std::min(tiles, Index{resident} * backend_.properties().multiprocessors));
    check(launch_kmeans_stream_pass(stream.handle(), variant, static_cast<int>(blocks), pass), kernel_name(variant));
    return !stop.stop_requested();
  });
  copy_to_host(stream, download_.span().first(static_cast<std::size_t>(output_.bytes())), output_memory_.data());
  stream.wait();
  std::vector<bool> changed;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    runs[r]->take_totals(layouts_[r].totals.in(download_.data()));
    changed.push_back(runs[r]->end_assignment());
  }
  return changed;
}

std::vector<double> DevicePasses::inertias(std::vector<StreamedRun const*> const& runs) {
  Stream const& stream = backend_.stream();
  Index const n = context_.points.count(), ranges = chunk_count(n, pass_chunk);
  auto const count = static_cast<Index>(runs.size());
  lay_out(runs, 1);
  upload(runs);
  DeviceBuffer<double> sums(stream, ranges * count);
  rows_.for_parts([&](RowsPart const& part) {
    for (Index r = 0; r < count; ++r) {
      auto const at = static_cast<std::size_t>(r);
      check(launch_kmeans_stream_inertia(stream.handle(), points_of(part),
                                         run_on_device(*runs[at], layouts_[at], part.first),
                                         sums.data() + r * ranges + part.first / pass_chunk),
            "kmeans_stream_inertia");
    }
    return true;
  });
  std::vector<double> of_ranges(static_cast<std::size_t>(ranges * count));
  copy_to_host(stream, std::span<double>(of_ranges), sums.data());
  stream.wait();
  std::vector<double> totals;
  for (Index r = 0; r < count; ++r) {
    totals.push_back(inertia_of_ranges(
        n, std::span(of_ranges).subspan(static_cast<std::size_t>(r * ranges), static_cast<std::size_t>(ranges))));
  }
  return totals;
}

FarthestPoints DevicePasses::farthest(StreamedRun& run, std::size_t most) {
  Stream const& stream = backend_.stream();
  StreamedRun const* const only[] = {&run};
  lay_out(only, 1);
  upload(only);
  FarthestPoints found(most);
  DeviceBuffer<FarthestPoint> of_blocks(stream, Index{farthest_blocks} * rows_.parts());
  std::vector<FarthestPoint> candidates(static_cast<std::size_t>(of_blocks.size()));
  FarthestPoint last{.distance = std::numeric_limits<double>::infinity(), .point = -1, .label = -1};
  while (found.size() < most) {
    rows_.for_parts([&](RowsPart const& part) {
      FarthestPoint before = last;
      before.point -= part.first;
      check(launch_kmeans_stream_farthest(stream.handle(), farthest_blocks, points_of(part),
                                          run_on_device(run, layouts_.front(), part.first), before,
                                          of_blocks.data() + part.number * farthest_blocks),
            "kmeans_stream_farthest");
      return true;
    });
    copy_to_host(stream, std::span<FarthestPoint>(candidates), of_blocks.data());
    stream.wait();
    FarthestPoint next{.distance = 0, .point = context_.points.count(), .label = -1};
    for (std::size_t block = 0; block < candidates.size(); ++block) {
      FarthestPoint candidate = candidates[block];
      candidate.point += static_cast<Index>(block) / farthest_blocks * rows_.rows_of_part();
      if (comes_before(candidate, next)) next = candidate;
    }
    if (next.distance == 0) break;
    found.offer(next.distance, next.point);
    run.labels()[next.point] = next.label;
    last = next;
  }
  return found;
}

void DevicePasses::end(StreamedRun& run) {
  copy_to_host(backend_.stream(), std::span(run.labels(), static_cast<std::size_t>(context_.points.count())),
               labels_on_device(run));
  backend_.stream().wait();
  labels_.erase(&run);
}

}  // namespace regio::cuda
