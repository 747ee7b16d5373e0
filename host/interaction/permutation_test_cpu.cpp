// Chunks of all problems' permutations are made side by side; what they count is added in their order.
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

/// Statistics of permutations [begin, end); positions is working memory.
void make_statistics(PermutationItem const& item, std::uint64_t seed, PermutationStatistic statistic, Index begin,
                     Index end, std::vector<std::int64_t>& positions, double* statistics) {
  auto const n = static_cast<std::uint32_t>(item.form->objects);
  positions.assign(static_cast<std::size_t>(padded_places(item.form->objects)), 0);
  for (Index b = begin; b < end; ++b) {
    auto const number = static_cast<std::uint32_t>(b);
    if (item.exact) {
      permutation_of_number(number, n, positions.data());
    } else {
      draw_permutation(PhiloxStream(seed, item.stream, number), n, positions.data());
    }
    statistics[b - begin] = statistic(*item.form, positions.data());
  }
}

}  // namespace

void execute(CpuBackend& backend, PermutationTestOperation& operation) {
  std::vector<Chunk> chunks = chunks_of(operation.items);
  PermutationStatistic const statistic = permutation_statistic(best_simd_target());
  std::vector<std::vector<std::int64_t>> positions(static_cast<std::size_t>(backend.workers().count()));
  Index total = 0;
  for (PermutationItem const& item : operation.items) total += item.permutations;
  ProgressMeter meter(operation.control.progress, "permutation test", total, "permutations");
  backend.workers().for_each(static_cast<Index>(chunks.size()), [&](Index index, int worker) {
    if (operation.control.stop.stop_requested()) return;
    Chunk& chunk = chunks[static_cast<std::size_t>(index)];
    PermutationItem const& item = operation.items[chunk.item];
    std::array<double, permutation_chunk> own;
    double* const statistics = item.statistics == nullptr ? own.data() : item.statistics + chunk.begin;
    make_statistics(item, operation.seed, statistic, chunk.begin, chunk.end,
                    positions[static_cast<std::size_t>(worker)], statistics);
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
