// Permutations by themselves: the same statistics wherever permutation and matrix lie, and what they cost, as
// docs/performance.md says. That they are the CPU's is tested in tests/cuda/permutation_test_test.cpp.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/permutation_statistic.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

constexpr std::uint32_t padded(std::uint32_t places) { return (places + 7) / 8 * 8; }

/// Made-up sides of a statistic.
struct Sides {
  Sides(std::uint32_t objects, PermutationShape of_shape) : n(objects), shape(of_shape) {
    std::uint32_t const rows = shape == PermutationShape::series ? 1 : n;
    for (std::uint32_t i = 0; i < rows; ++i) {
      std::uint32_t const places = shape == PermutationShape::triangle ? i : n;
      for (std::uint32_t j = 0; j < padded(places); ++j) {
        first.push_back(j < places ? static_cast<double>((i * 7 + j * 3) % 11) - 4 : 0);
      }
    }
    for (std::uint32_t e = 0; e < rows * n; ++e) second.push_back(static_cast<double>(e * 5 % 13) / 8);
  }

  [[nodiscard]] std::int64_t shared_bytes(PermutationPlacement placement, unsigned threads) const {
    std::int64_t bytes = 0;
    if (placement != PermutationPlacement::global) bytes += 2 * padded(n) * threads;
    if (placement == PermutationPlacement::shared) bytes += static_cast<std::int64_t>(8 * second.size());
    return bytes;
  }

  std::uint32_t n;
  PermutationShape shape;
  std::vector<double> first, second;
};

/// `count` random permutations of one problem from number 3 on.
std::vector<double> run(Sides const& sides, PermutationPlacement placement, std::uint32_t count, unsigned threads) {
  simt::launch_log().clear();
  unsigned const blocks = (count + threads - 1) / threads;
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  simt::DeviceArray<double> const first(sides.first), second(sides.second), statistics(count);
  simt::DeviceArray<std::uint32_t> const positions(static_cast<std::size_t>(blocks * threads * padded(sides.n)));
  simt::DeviceArray<PermutationTask> const tasks({{.first = first.data(),
                                                   .second = second.data(),
                                                   .statistics = statistics.data(),
                                                   .stream = 2,
                                                   .begin = 3,
                                                   .count = count,
                                                   .objects = static_cast<std::int32_t>(sides.n),
                                                   .shape = sides.shape,
                                                   .exact = 0}});
  PermutationArguments const arguments{.tasks = tasks.data(), .seed = 1, .positions = positions.data()};
  EXPECT_EQ(launch_permutation_statistic(stream, placement, 1, blocks, threads, sides.shared_bytes(placement, threads),
                                         arguments),
            cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_EQ(simt::launch_log().back().name, kernel_name(placement));
  return statistics.values();
}

constexpr PermutationPlacement placements[] = {PermutationPlacement::shared, PermutationPlacement::shared_permutation,
                                               PermutationPlacement::global};

TEST(PermutationStatistic, PlacementAndThreadsDoNotChangeTheBits) {
  for (PermutationShape const shape :
       {PermutationShape::series, PermutationShape::triangle, PermutationShape::square}) {
    for (std::uint32_t const n : {2U, 9U, 24U}) {
      Sides const sides(n, shape);
      std::vector<double> const expected = run(sides, PermutationPlacement::shared, 70, 64);
      for (PermutationPlacement const placement : placements) {
        EXPECT_EQ(run(sides, placement, 70, 32), expected) << kernel_name(placement) << ' ' << n;
      }
    }
  }
}

// The cost model of docs/performance.md: P numbers of the first side a permutation, the second side once a block.
TEST(PermutationStatistic, CostsWhatTheModelSays) {
  constexpr std::uint32_t n = 24, permutations = 128, threads = 64;
  Sides const sides(n, PermutationShape::triangle);
  std::uint64_t const places = sides.first.size(), warps = permutations / 32, blocks = permutations / threads;
  run(sides, PermutationPlacement::shared, permutations, threads);
  simt::LaunchCount const launch = simt::launch_log().back();
  EXPECT_EQ(launch.grid.x, blocks);
  EXPECT_EQ(launch.barriers, blocks);
  EXPECT_EQ(launch.atomics, 0U);
  if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  std::uint64_t const tasks = permutations * sizeof(PermutationTask);
  std::uint64_t const numbers = permutations * places * 8 + blocks * n * n * 8;
  EXPECT_GE(launch.global_load_bytes, numbers);
  EXPECT_LE(launch.global_load_bytes, numbers + tasks);
  EXPECT_EQ(launch.global_store_bytes, permutations * 8U);
  // A warp reads the same numbers of the first side at a time: a sector holds four of them, and pairs are read.
  std::uint64_t const sectors = warps * places / 2 + blocks * n * n * 8 / 32;
  EXPECT_GE(launch.global_load_sectors, sectors);
  EXPECT_LE(launch.global_load_sectors, sectors + 8 * warps);
  // For each place a number of 8 bytes and its position of 2, and a position for each row.
  EXPECT_GE(launch.shared_load_bytes, permutations * (10 * places + 2 * n));
  EXPECT_LE(launch.shared_load_bytes, permutations * (10 * places + 6 * n));
}

}  // namespace
}  // namespace regio::cuda
