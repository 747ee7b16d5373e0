// Runs of k-means that several blocks make: the bits of one group for any number of blocks, and what a pass reads and
// writes. That they also give the bits of the CPU is tested in tests/cuda/kmeans_spread_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/kmeans_launch.cuh"
#include "tests/kernels/kmeans_batch.hpp"

namespace regio::cuda {
namespace {

void expect_as_one_group(std::vector<Problem> const& problems, KmeansRules const& rules) {
  std::vector<Fit> const expected = Batch(problems).run(KmeansVariant::block_global, rules);
  for (bool const rows_in_shared : {true, false}) {
    for (int const blocks : {2, 5}) {
      std::vector<Fit> const fits = Batch(problems).run_spread(rows_in_shared, rules, blocks, 64);
      for (std::size_t p = 0; p < problems.size(); ++p) {
        EXPECT_EQ(fits[p], expected[p]) << blocks << " blocks, problem " << p;
      }
    }
  }
}

// One to four ranges, fewer points than threads, ranges longer than 1024 points (many clusters), every kind of start.
TEST(KmeansSpread, AnyNumberOfBlocksGivesTheBitsOfOneGroup) {
  std::vector<Problem> problems;
  for (std::int64_t n : {1, 40, 1024, 3100}) {
    for (int k : {1, 2, 5}) {
      if (k > n) continue;
      for (int candidates : {0, 3}) {
        Problem problem = problem_of(n, 2, k, static_cast<std::uint64_t>(n), k == 5);
        problem.candidates = std::min(candidates, k + 1);
        problem.runs = n > 2000 ? 1 : 2;
        problems.push_back(problem);
      }
    }
  }
  problems.push_back(given(problem_of(2100, 1, 130, 3)));
  expect_as_one_group(problems, {.seed = 3, .tolerance = 0, .max_iterations = 2});
  expect_as_one_group({given(problem_of(2100, 2, 3, 1))}, {.seed = 0, .tolerance = 1e-2, .max_iterations = 300});
}

TEST(KmeansSpread, MaxIterationsOfZeroOnlyAssigns) {
  expect_as_one_group({given(problem_of(2100, 3, 4, 1))}, {.seed = 0, .tolerance = 0, .max_iterations = 0});
}

TEST(KmeansSpread, EmptyClustersGetThePointsThatOneGroupGivesThem) {
  std::vector<Problem> problems{{.n = 5, .d = 1, .k = 5, .rows = {0, 0, 0, 10, 30}, .starts = {0, 11, 29.5, 900, 901}}};
  // Duplicates on a lattice, some without weight, so that clusters stay empty and ties abound; and numbers that need
  // scaling.
  Numbers numbers(5);
  for (double const unit : {1.0, 0x1p400}) {
    Problem lattice{.n = 1100, .d = 2, .k = 12, .rows = {}};
    for (int e = 0; e < 2200; ++e) lattice.rows.push_back(unit * std::floor(3 * numbers.next()));
    for (int e = 0; e < 24; ++e) lattice.starts.push_back(unit * (std::floor(9 * numbers.next()) - 2));
    for (int i = 0; i < 1100; ++i) lattice.weights.push_back(static_cast<double>(i % 3));
    problems.push_back(lattice);
  }
  std::vector<Fit> const fits =
      Batch(problems).run_spread(true, {.seed = 0, .tolerance = 0, .max_iterations = 8}, 3, 64);
  EXPECT_EQ(fits[0].figures.relocations, 2);
  EXPECT_GT(fits[1].figures.relocations, 0);
  expect_as_one_group(problems, {.seed = 0, .tolerance = 0, .max_iterations = 8});
}

TEST(KmeansSpread, ChainIsOneTaskWhoseProblemsStartWhereTheFormerEnded) {
  std::vector<Problem> chain;
  for (int year = 0; year < 3; ++year) {
    Problem problem = problem_of(1500 + year, 2, 3, static_cast<std::uint64_t>(year));
    problem.candidates = 3;
    problem.after = year - 1;
    chain.push_back(problem);
  }
  expect_as_one_group(chain, {.seed = 1, .tolerance = 1e-4, .max_iterations = 300});
}

// The cost model of docs/performance.md: an iteration reads points, weights and labels and writes labels and distances,
// whatever the number of blocks.
TEST(KmeansSpread, IterationPassesOverThePointsOnce) {
  constexpr std::int64_t n = 4096;
  constexpr int d = 4, k = 3;
  Problem const problem = given(problem_of(n, d, k, 4));
  for (int const blocks : {1, 4}) {
    Batch({problem}).run_spread(true, {.seed = 0, .tolerance = 0, .max_iterations = 3}, blocks, 128);
    std::vector<simt::LaunchCount> passes;
    for (simt::LaunchCount const& launch : simt::launch_log()) {
      if (launch.name == "kmeans_pass") passes.push_back(launch);
    }
    ASSERT_EQ(passes.size(), 6U) << "preparation, three iterations, the last assignment, the labels";
    for (std::size_t pass : {2U, 3U}) EXPECT_EQ(passes[pass].grid.x, static_cast<unsigned>(blocks));
    if (!passes[0].counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
    // Numbers of 8 bytes for each point: d to assign, the weight for the inertia, and for the sums its members' d + 1
    // at one access each; labels four at a time by each of k (d + 1) sums.
    std::uint64_t const sums = static_cast<std::uint64_t>(k) * (d + 1) * n * 4;
    std::uint64_t const members = 2 * static_cast<std::uint64_t>(d + 1) * n * 8;
    std::uint64_t const assignment = static_cast<std::uint64_t>(d + 2) * n * 8 + n * 4;
    EXPECT_GE(passes[2].global_load_bytes, assignment + sums + members);
    EXPECT_LE(passes[2].global_load_bytes, assignment + sums + members + 128U * 128U * static_cast<unsigned>(blocks));
    EXPECT_GE(passes[2].global_store_bytes, n * 8U);
    EXPECT_LE(passes[2].global_store_bytes, n * 12U + 2000U);
  }
}

}  // namespace
}  // namespace regio::cuda
