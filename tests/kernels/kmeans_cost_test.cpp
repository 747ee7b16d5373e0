// The cost model of docs/performance.md (tests/gpu/kmeans_cost.hpp) against what the executor counts when the kernels
// run. Everything here is built with counted numbers (tests/simt/counted_double.hpp).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/gpu/kmeans_cost.hpp"
#include "tests/kernels/kmeans_batch.hpp"

namespace regio::cuda {
namespace {

using test::KmeansRunCost;
using test::KmeansShape;
using test::WarpCost;

constexpr KmeansShape shapes[] = {{24, 15, 6}, {48, 5, 12}, {100, 15, 6}, {33, 4, 3}, {127, 31, 7}, {64, 63, 8}};

class KmeansCost : public testing::TestWithParam<KmeansShape> {
 protected:
  [[nodiscard]] Problem problem() const {
    return problem_of(GetParam().n, static_cast<int>(GetParam().d), static_cast<int>(GetParam().k), 3);
  }
  [[nodiscard]] KmeansRunCost model() const { return KmeansRunCost(GetParam()); }

  /// Of one run that stops after so many iterations.
  static simt::LaunchCount count_of(Problem const& problem, int iterations) {
    Batch({problem}).run(KmeansVariant::warp_shared, {.seed = 0, .tolerance = 0, .max_iterations = iterations}, 1);
    EXPECT_EQ(simt::launch_log().back().name, "kmeans_fit_warp");
    EXPECT_TRUE(simt::launch_log().back().counted);
    return simt::launch_log().back();
  }
};

std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

WarpCost of_warps(simt::LaunchCount const& count) {
  return {.arithmetic = number(count.of_warps.arithmetic),
          .comparisons = number(count.of_warps.comparisons),
          .divisions = number(count.of_warps.divisions),
          .shared_passes = number(count.shared_passes)};
}

void expect_within(std::int64_t counted, std::int64_t predicted, std::int64_t percent, char const* what) {
  EXPECT_GE(100 * counted, (100 - percent) * predicted) << what << ": " << counted << ", predicted " << predicted;
  EXPECT_LE(100 * counted, (100 + percent) * predicted) << what << ": " << counted << ", predicted " << predicted;
}

TEST_P(KmeansCost, AnAssignmentOfGivenCentresCostsWhatTheModelSays) {
  WarpCost const counted = of_warps(count_of(given(problem()), 0));
  KmeansRunCost const cost = model();
  WarpCost const predicted = cost.loading() + cost.given_centres() + cost.assignment() + cost.frame() + cost.keeping();
  EXPECT_EQ(counted.arithmetic, predicted.arithmetic);
  EXPECT_EQ(counted.comparisons, predicted.comparisons);
  EXPECT_EQ(counted.divisions, predicted.divisions);
  expect_within(counted.shared_passes, predicted.shared_passes, 3, "passes");
}

// The first iteration touches every cluster.
TEST_P(KmeansCost, AnIterationCostsWhatTheModelSays) {
  simt::LaunchCount const without = count_of(given(problem()), 0), with = count_of(given(problem()), 1);
  WarpCost const counted = of_warps(with) + -1 * of_warps(without);
  WarpCost const predicted = model().assignment() + model().update();
  // Clusters that share a warp have their members summed one after the other, which the executor pairs.
  std::int64_t const beside_the_sums = predicted.arithmetic - model().visits();
  bool const a_warp_for_each_cluster = (GetParam().d + 1) % 32 == 0;
  EXPECT_LE(counted.arithmetic, predicted.arithmetic);
  EXPECT_GE(counted.arithmetic, a_warp_for_each_cluster ? predicted.arithmetic : beside_the_sums);
  EXPECT_EQ(counted.comparisons, predicted.comparisons);
  EXPECT_EQ(counted.divisions, predicted.divisions);
  expect_within(counted.shared_passes, predicted.shared_passes, a_warp_for_each_cluster ? 2 : 15, "passes");

  // What threads do is no matter of pairing: two operations a number and centre, one a number of a member, three a
  // number of a centre, and 32 lanes that add the shift up in three steps.
  auto const [n, d, k] = GetParam();
  EXPECT_EQ(number(with.of_threads.arithmetic - without.of_threads.arithmetic),
            2 * n * d * (k + k % 2) + n * (d + 1) + 3 * k * d + 3 * 32);
}

TEST_P(KmeansCost, AStartByPlusPlusCostsWhatTheModelSays) {
  Problem drawing = problem();
  drawing.candidates = static_cast<int>(test::candidates_for(GetParam().k));
  WarpCost const counted = of_warps(count_of(drawing, 0)) + -1 * of_warps(count_of(given(problem()), 0));
  WarpCost const predicted = model().plus_plus() + -1 * model().given_centres();
  // How far a scan goes depends on what is drawn.
  expect_within(counted.instructions(), predicted.instructions(), 8, "instructions");
  expect_within(counted.shared_passes, predicted.shared_passes, 8, "passes");
}

TEST_P(KmeansCost, GlobalMemoryIsReadOnceATaskAndWrittenOnceABestRun) {
  auto const [n, d, k] = GetParam();
  constexpr std::int64_t sector = 32;
  simt::LaunchCount const few = count_of(given(problem()), 1), many = count_of(given(problem()), 5);
  EXPECT_EQ(few.global_load_bytes, many.global_load_bytes) << "iterations must not read global memory";
  EXPECT_EQ(few.global_store_bytes, many.global_store_bytes);
  std::int64_t const read = sector * number(many.global_load_sectors);
  std::int64_t const written = sector * number(many.global_store_sectors);
  // Rows that begin within a sector touch one more, three rows a round of the warp.
  std::int64_t const descriptors = 1280, parts_of_sectors = 3 * 2 * sector * ((k * d + 31) / 32);
  EXPECT_GE(read, model().global_bytes_read());
  EXPECT_LE(read, model().global_bytes_read() + descriptors + parts_of_sectors);
  EXPECT_GE(written, model().global_bytes_written());
  EXPECT_LE(written, model().global_bytes_written() + 5 * sector) << "the figures are written one by one";
}

INSTANTIATE_TEST_SUITE_P(Shapes, KmeansCost, testing::ValuesIn(shapes), [](auto const& shape) {
  return "n" + std::to_string(shape.param.n) + "d" + std::to_string(shape.param.d) + "k" +
         std::to_string(shape.param.k);
});

}  // namespace
}  // namespace regio::cuda
