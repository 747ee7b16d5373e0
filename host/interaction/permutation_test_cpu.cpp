// Chunks of all problems' permutations are made side by side; what they count is added in their order.
#include <algorithm>
#include <array>
#include <vector>

#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"
#include "core/random_permutation.hpp"
#include "interaction/permutation_kernels.hpp"
#include "interaction/permutation_test_operation.hpp"

namespace regio {
namespace {

struct Chunk {
  std::size_t item = 0;
  Index begin = 0, end = 0;
  PermutationTally tally;
  bool done = false;
};

std::vector<Chunk> chunks_of(std::span<PermutationItem const> items) {
  std::vector<Chunk> chunks;
  for (std::size_t item = 0; item < items.size(); ++item) {
    Index const count = items[item].permutations;
    for (Index begin = 0; begin < count; begin += permutation_chunk) {
      chunks.push_back({.item = item, .begin = begin, .end = std::min(count, begin + permutation_chunk), .tally = {}});
    }
  }
  return chunks;
}

/// Working memory of a thread.
struct PermutationSpace {
  std::vector<std::uint32_t> words;
  std::vector<std::uint32_t> positions;
};

/// Permutations of more objects are made one by one: side by side they would not stay in the core's own caches.
constexpr Index most_objects_side_by_side = 4096;

/// Statistics of permutations [begin, end).
void make_statistics(PermutationItem const& item, std::uint64_t seed, PermutationKernels const& kernels, Index begin,
                     Index end, PermutationSpace& space, double* statistics) {
  Index const objects = item.form->objects, stride = padded_places(objects);
  Index const at_once = objects <= most_objects_side_by_side ? permutations_at_once : 1;
  space.positions.assign(static_cast<std::size_t>(at_once * stride), 0);
  space.words.resize(static_cast<std::size_t>(at_once * drawn_words(objects)));
  auto const n = static_cast<std::uint32_t>(objects);
  for (Index b = begin; b < end; b += at_once) {
    Index const count = std::min(at_once, end - b);
    auto const number = static_cast<std::uint32_t>(b);
    if (item.exact) {
      for (Index p = 0; p < count; ++p) {
        permutation_of_number(number + static_cast<std::uint32_t>(p), n, space.positions.data() + p * stride);
      }
    } else {
      kernels.draw({.seed = seed, .stream = item.stream, .first = number, .count = count}, n, space.words.data(),
                   space.positions.data());
    }
    kernels.statistics(*item.form, space.positions.data(), count, statistics + (b - begin));
  }
}

}  // namespace

void execute(CpuBackend& backend, PermutationTestOperation& operation) {
  std::vector<Chunk> chunks = chunks_of(operation.items);
  PermutationKernels const& kernels = permutation_kernels(best_simd_target());
  std::vector<PermutationSpace> spaces(static_cast<std::size_t>(backend.workers().count()));
  Index total = 0;
  for (PermutationItem const& item : operation.items) total += item.permutations;
  ProgressMeter meter(operation.control.progress, "permutation test", total, "permutations");
  backend.workers().for_each(static_cast<Index>(chunks.size()), [&](Index index, int worker) {
    if (operation.control.stop.stop_requested()) return;
    Chunk& chunk = chunks[static_cast<std::size_t>(index)];
    PermutationItem const& item = operation.items[chunk.item];
    std::array<double, permutation_chunk> own;
    double* const statistics = item.statistics == nullptr ? own.data() : item.statistics + chunk.begin;
    make_statistics(item, operation.seed, kernels, chunk.begin, chunk.end, spaces[static_cast<std::size_t>(worker)],
                    statistics);
    Index const made = chunk.end - chunk.begin;
    chunk.tally = tally_of({statistics, static_cast<std::size_t>(made)}, item.estimate);
    chunk.done = true;
    meter.advance(made);
  });
  for (PermutationItem& item : operation.items) item.complete = true;
  for (Chunk const& chunk : chunks) {
    PermutationItem& item = operation.items[chunk.item];
    item.tally.add(chunk.tally);
    item.complete = item.complete && chunk.done;
  }
}

}  // namespace regio
