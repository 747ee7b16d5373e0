// Permutations of all problems go to the device in parts that bound its memory: one upload, a launch for each
// placement, one download of the statistics, which the host counts in the CPU's chunks.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/transfer.hpp"
#include "interaction/permutation_test_operation.hpp"
#include "kernels/permutation_statistic.cuh"

namespace regio::cuda {
namespace {

static_assert(permutation_lanes == form_lanes);
static_assert(permutation_chunk % most_permutation_threads == 0);

/// Permutations of a part, and of one problem in a launch that keeps positions in global memory.
constexpr Index most_of_part = Index{1} << 22, most_with_global_positions = Index{1} << 14;
constexpr Index most_tasks_of_launch = 65'535;

/// Consecutive permutations of one item.
struct Segment {
  PermutationItem* item;
  Index begin, end;

  [[nodiscard]] Index count() const noexcept { return end - begin; }
};

struct Placement {
  PermutationPlacement kind = PermutationPlacement::global;
  unsigned threads = most_permutation_threads;
  Index shared_bytes = 0;
};

Placement placement_of(PermutationForm const& form, Index most_shared_bytes) {
  auto const numbers = static_cast<Index>(form.second.size() * sizeof(double));
  auto const positions = [&](unsigned threads) {
    return padded_places(form.objects) * static_cast<Index>(threads * sizeof(std::uint16_t));
  };
  constexpr Index most_objects_of_16_bits = Index{1} << 16;
  if (form.objects <= most_objects_of_16_bits) {
    Index const both = numbers + positions(most_permutation_threads);
    if (both <= most_shared_bytes) return {PermutationPlacement::shared, most_permutation_threads, both};
    for (unsigned threads = most_permutation_threads; threads >= 32; threads /= 2) {
      if (positions(threads) <= most_shared_bytes) {
        return {PermutationPlacement::shared_permutation, threads, positions(threads)};
      }
    }
  }
  return {};
}

class Part {
 public:
  Part(CudaBackend& backend, std::uint64_t seed, std::vector<Segment> segments)
      : backend_(backend), seed_(seed), segments_(std::move(segments)) {}

  /// Throws OutOfDeviceMemory.
  void run() {
    lay_out();
    Stream const& stream = backend_.stream();
    device_image_ = DeviceBuffer<std::byte>(stream, image_.bytes());
    device_statistics_ = DeviceBuffer<double>(stream, static_cast<Index>(statistics_.size()));
    fill_image();
    copy_to_device(stream, device_image_.data(), bytes_);
    for (std::size_t first = 0; first < segments_.size();) first = launch_from(first);
    copy_to_host(stream, statistics_, device_statistics_.data());
    stream.wait();
    count();
  }

 private:
  void lay_out() {
    auto const most_shared = static_cast<Index>(backend_.properties().shared_bytes_per_block);
    std::stable_sort(segments_.begin(), segments_.end(), [&](Segment const& a, Segment const& b) {
      return placement_of(*a.item->form, most_shared).kind < placement_of(*b.item->form, most_shared).kind;
    });
    tasks_ = image_.add<PermutationTask>(static_cast<Index>(segments_.size()));
    Index made = 0;
    for (Segment const& segment : segments_) {
      PermutationForm const& form = *segment.item->form;
      placements_.push_back(placement_of(form, most_shared));
      first_.push_back(image_.add<double>(static_cast<Index>(form.first.size())));
      second_.push_back(image_.add<double>(static_cast<Index>(form.second.size())));
      made_.push_back(made);
      made += segment.count();
    }
    bytes_.resize(static_cast<std::size_t>(image_.bytes()));
    statistics_.resize(static_cast<std::size_t>(made));
  }

  void fill_image() {
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      PermutationItem const& item = *segments_[s].item;
      PermutationForm const& form = *item.form;
      std::copy(form.first.begin(), form.first.end(), first_[s].in(bytes_.data()));
      std::copy(form.second.begin(), form.second.end(), second_[s].in(bytes_.data()));
      tasks_.in(bytes_.data())[s] = {.first = first_[s].in(device_image_.data()),
                                     .second = second_[s].in(device_image_.data()),
                                     .statistics = device_statistics_.data() + made_[s],
                                     .stream = item.stream,
                                     .begin = static_cast<std::uint32_t>(segments_[s].begin),
                                     .count = static_cast<std::uint32_t>(segments_[s].count()),
                                     .objects = static_cast<std::int32_t>(form.objects),
                                     .shape = shape_of(form.shape),
                                     .exact = item.exact ? 1 : 0};
    }
  }

  static PermutationShape shape_of(FormShape shape) {
    switch (shape) {
      case FormShape::triangle: return PermutationShape::triangle;
      case FormShape::square: return PermutationShape::square;
      case FormShape::series: break;
    }
    return PermutationShape::series;
  }

  /// Launches the segments from `first` on that can go together; returns the first one that is left.
  std::size_t launch_from(std::size_t first) {
    Placement together = placements_[first];
    bool const global = together.kind == PermutationPlacement::global;
    std::size_t end = first;
    Index most = 0;
    while (end < segments_.size() && placements_[end].kind == together.kind && (!global || end == first) &&
           placements_[end].threads == together.threads && static_cast<Index>(end - first) < most_tasks_of_launch) {
      together.shared_bytes = std::max(together.shared_bytes, placements_[end].shared_bytes);
      most = std::max(most, segments_[end].count());
      ++end;
    }
    auto const threads = static_cast<Index>(together.threads);
    Index const blocks = (most + threads - 1) / threads;
    DeviceBuffer<std::uint32_t> positions(
        backend_.stream(), global ? blocks * threads * padded_places(segments_[first].item->form->objects) : 0);
    check(launch_permutation_statistic(
              backend_.stream().handle(), together.kind, static_cast<unsigned>(end - first),
              static_cast<unsigned>(blocks), together.threads, together.shared_bytes,
              {.tasks = tasks_.in(device_image_.data()) + first, .seed = seed_, .positions = positions.data()}),
          "launch_permutation_statistic");
    return end;
  }

  void count() {
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      Segment const& segment = segments_[s];
      PermutationItem& item = *segment.item;
      auto const begin = statistics_.begin() + made_[s], end = begin + segment.count();
      if (item.statistics != nullptr) std::copy(begin, end, item.statistics + segment.begin);
      for (auto chunk = begin; chunk != end;) {
        auto const next = chunk + std::min(permutation_chunk, static_cast<Index>(end - chunk));
        item.tally.add(tally_of({chunk, next}, item.estimate));
        chunk = next;
      }
    }
  }

  CudaBackend& backend_;
  std::uint64_t seed_;
  std::vector<Segment> segments_;
  std::vector<Placement> placements_;
  MemoryImage image_;
  Section<PermutationTask> tasks_;
  std::vector<Section<double>> first_, second_;
  std::vector<Index> made_;  ///< [segment] where its statistics begin
  std::vector<std::byte> bytes_;
  std::vector<double> statistics_;
  DeviceBuffer<std::byte> device_image_;
  DeviceBuffer<double> device_statistics_;
};

/// Which permutation of which item comes next.
struct Cursor {
  std::size_t item = 0;
  Index permutation = 0;
};

/// Up to `most` permutations from the cursor on, which moves behind them; one item's at least. A part of an item is
/// whole chunks.
std::vector<Segment> next_segments(std::span<PermutationItem> items, Index most, Index most_shared_bytes,
                                   Cursor& cursor) {
  std::vector<Segment> segments;
  Index taken = 0;
  while (cursor.item < items.size() && taken < most) {
    PermutationItem& item = items[cursor.item];
    bool const global = placement_of(*item.form, most_shared_bytes).kind == PermutationPlacement::global;
    Index const room = std::max(permutation_chunk, (most - taken) / permutation_chunk * permutation_chunk);
    Index const limit = global ? std::min(room, most_with_global_positions) : room;
    Index const end = std::min(item.permutations, cursor.permutation + limit);
    segments.push_back({&item, cursor.permutation, end});
    taken += end - cursor.permutation;
    cursor = end == item.permutations ? Cursor{cursor.item + 1, 0} : Cursor{cursor.item, end};
  }
  return segments;
}

}  // namespace

void execute(CudaBackend& backend, PermutationTestOperation& operation) {
  Index total = 0;
  for (PermutationItem const& item : operation.items) total += item.permutations;
  ProgressMeter meter(operation.control.progress, "permutation test", total, "permutations");
  auto const most_shared_bytes = static_cast<Index>(backend.properties().shared_bytes_per_block);
  Index most = most_of_part;
  Cursor done;
  while (done.item < operation.items.size() && !operation.control.stop.stop_requested()) {
    Cursor next = done;
    std::vector<Segment> const segments = next_segments(operation.items, most, most_shared_bytes, next);
    Index made = 0;
    for (Segment const& segment : segments) made += segment.count();
    try {
      Part(backend, operation.seed, segments).run();
    } catch (OutOfDeviceMemory const&) {
      if (segments.size() == 1 && made <= permutation_chunk) throw;
      most = std::max(permutation_chunk, made / 2);
      continue;
    }
    for (Segment const& segment : segments) segment.item->complete = segment.end == segment.item->permutations;
    done = next;
    meter.advance(made);
  }
}

}  // namespace regio::cuda
