// Passes over points in single precision by themselves: labels are those of double precision, totals those of whole
// numbers, for any variant, grid and tail, and a pass reads the points once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kernels/kmeans_stream_launch.cuh"
#include "tests/kernels/kmeans_stream_data.hpp"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

constexpr StreamVariant variants[] = {StreamVariant::four_points, StreamVariant::two_points, StreamVariant::one_point,
                                      StreamVariant::centres_from_global, StreamVariant::all_from_global};

std::uint64_t number(std::int64_t count) { return static_cast<std::uint64_t>(count); }

/// A pass with each variant; labels and totals must be those of the oracle.
void expect_as_reference(StreamData const& data, std::vector<StreamModel> const& models, int blocks) {
  std::vector<PassResult> expected;
  for (StreamModel const& model : models) expected.push_back(reference_pass(data, model));
  for (StreamVariant const variant : variants) {
    for (bool const totals_in_shared : {true, false}) {
      DeviceRuns device(data, models);
      std::vector<PassResult> const results = device.pass(variant, blocks, totals_in_shared);
      EXPECT_EQ(simt::launch_log().back().name, kernel_name(variant));
      for (std::size_t r = 0; r < models.size(); ++r) {
        SCOPED_TRACE(std::string(kernel_name(variant)) + ", run " + std::to_string(r) + ", n " +
                     std::to_string(data.n) + ", d " + std::to_string(data.d) + ", k " + std::to_string(models[r].k));
        EXPECT_EQ(results[r].labels, expected[r].labels);
        EXPECT_EQ(results[r].totals, expected[r].totals);
        EXPECT_EQ(results[r].changed, expected[r].changed);
      }
    }
  }
}

TEST(KmeansStream, LabelsAndTotalsAreThoseOfDoublePrecisionForEveryShape) {
  for (int const d : {1, 2, 15, 16, 65}) {
    for (std::int64_t const n : {1, 129, 530}) {
      StreamData const data = normal_data(n, d, number(n + d));
      std::vector<StreamModel> models;
      for (int const k : {1, 8, 11}) {
        if (k <= n) models.push_back(centres_at_points(data, k));
      }
      expect_as_reference(data, models, 2);
    }
  }
}

TEST(KmeansStream, ManyCentres) {
  StreamData const data = normal_data(300, 3, 5);
  expect_as_reference(data, {centres_at_points(data, 300)}, 1);
}

// Lattice points between centres on the lattice, some of them twice: the lowest index wins, and only double precision
// can say so.
TEST(KmeansStream, TiesGoToTheLowestIndex) {
  StreamData data = normal_data(600, 2, 1);
  for (float& value : data.rows) value = std::round(value);
  data.describe();
  StreamModel model = centres_at_points(data, 9);
  std::copy_n(model.centres.begin(), 2, model.centres.begin() + 2);  // centre 1 is centre 0
  expect_as_reference(data, {model}, 3);
  PassResult const result = DeviceRuns(data, {model}).pass(StreamVariant::four_points, 3, true)[0];
  EXPECT_GT(result.undecided, 0);
  EXPECT_EQ(std::count(result.labels.begin(), result.labels.end(), 1), 0);
}

// Tight groups far from each other: within a group single precision sees all centres at one distance.
TEST(KmeansStream, PointsThatSinglePrecisionCannotTellApart) {
  StreamData data = normal_data(512, 4, 2);
  for (std::int64_t i = 0; i < data.n; ++i) {
    for (int j = 0; j < data.d; ++j) {
      float& value = data.rows[static_cast<std::size_t>(i * data.d + j)];
      value = (i % 2 == 0 ? 1e6F : -1e6F) + value;
    }
  }
  data.describe();
  StreamModel const model = centres_at_points(data, 8);
  expect_as_reference(data, {model}, 2);
  PassResult const result = DeviceRuns(data, {model}).pass(StreamVariant::four_points, 2, true)[0];
  EXPECT_GT(result.undecided, data.n / 2);
}

TEST(KmeansStream, FewOrdinaryPointsAreLeftToDoublePrecision) {
  StreamData const data = normal_data(2000, 15, 3);
  PassResult const result = DeviceRuns(data, {centres_at_points(data, 6)}).pass(StreamVariant::four_points, 4, true)[0];
  EXPECT_LT(result.undecided, data.n / 100);
}

TEST(KmeansStream, WithoutScreeningDoublePrecisionDecidesEveryPoint) {
  StreamData const data = normal_data(300, 5, 4);
  StreamModel model = centres_at_points(data, 7);
  model.screens = false;
  expect_as_reference(data, {model}, 2);
  EXPECT_EQ(DeviceRuns(data, {model}).pass(StreamVariant::two_points, 2, true)[0].undecided, 300);
}

TEST(KmeansStream, WeightsAreWholeNumbersToo) {
  StreamData data = normal_data(400, 3, 6);
  for (std::int64_t i = 0; i < data.n; ++i) data.weights.push_back(i % 5 == 0 ? 0.0 : 0.1 * static_cast<double>(i % 7));
  expect_as_reference(data, {centres_at_points(data, 4), centres_at_points(data, 1)}, 2);
}

// Only what changes its cluster is moved, and the sum of all moves is what a sum over the members would be.
TEST(KmeansStream, TotalsOfSeveralPassesAreTheSumsOfTheMembers) {
  StreamData const data = normal_data(1100, 7, 7);
  StreamModel model = centres_at_points(data, 5);
  DeviceRuns device(data, {model});
  PassResult result = device.pass(StreamVariant::four_points, 3, true)[0];
  EXPECT_EQ(result.changed, data.n);
  std::vector<std::int64_t> sums = result.totals;
  for (int step = 0; step < 4; ++step) {
    for (double& value : model.centres) value *= 0.75;
    device.set_centres(0, model);
    result = device.pass(variants[step], 2 + step, step % 2 == 0)[0];
    EXPECT_LT(result.changed, data.n);
    for (std::size_t e = 0; e < sums.size(); ++e) sums[e] += result.totals[e];
    PassResult const whole = reference_pass(data, model);
    EXPECT_EQ(result.labels, whole.labels);
    EXPECT_EQ(sums, whole.totals);
  }
  result = device.pass(StreamVariant::one_point, 2, true)[0];
  EXPECT_EQ(result.changed, 0) << "the centres stayed";
}

TEST(KmeansStream, InertiaRunsInEightLanesOverRangesOfPoints) {
  for (int const d : {1, 7, 8, 19}) {
    StreamData data = normal_data(2500, d, 8);
    for (bool const weighted : {false, true}) {
      if (weighted) data.weights.assign(static_cast<std::size_t>(data.n), 0.3);
      StreamModel const model = centres_at_points(data, 6);
      DeviceRuns device(data, {model});
      std::vector<std::int32_t> const labels = device.pass(StreamVariant::four_points, 2, true)[0].labels;
      EXPECT_EQ(device.inertia(0), reference_inertia(data, model, labels)) << d;
    }
  }
}

TEST(KmeansStream, FarthestPointsComeInOrderTheLowestOfEqualsFirst) {
  StreamData data = normal_data(900, 2, 9);
  for (float& value : data.rows) value = std::round(value);  // many equal distances, and points on their centre
  for (std::int64_t i = 0; i < data.n; ++i) data.weights.push_back(i % 3 == 0 ? 0.0 : 1.0);
  data.describe();
  StreamModel model = centres_at_points(data, 3);
  for (int j = 0; j < data.d; ++j) model.centres[place(j)] = data.centred(1, j);
  DeviceRuns device(data, {model});
  std::vector<std::int32_t> const labels = device.pass(StreamVariant::four_points, 2, true)[0].labels;
  std::vector<FarthestPoint> const expected = reference_farthest(data, model, labels);
  ASSERT_GT(expected.size(), 300U);
  ASSERT_LT(expected.size(), 600U);
  FarthestPoint last{.distance = std::numeric_limits<double>::infinity(), .point = -1, .label = -1};
  for (std::size_t rank = 0; rank < 40; ++rank) {
    last = device.farthest(0, last, 3);
    EXPECT_EQ(last.point, expected[rank].point) << rank;
    EXPECT_EQ(last.distance, expected[rank].distance);
    EXPECT_EQ(last.label, expected[rank].label);
  }
  EXPECT_EQ(device.farthest(0, expected.back(), 3).distance, 0) << "no point is left";
}

// The cost model of docs/performance.md: numbers and labels are read once, changed labels written, whatever the number
// of runs, blocks and centres.
TEST(KmeansStream, PassReadsThePointsOnce) {
  constexpr std::int64_t n = 4096;
  constexpr int d = 15, blocks = 4;
  StreamData const data = normal_data(n, d, 11);
  StreamModel const few = centres_at_points(data, 6), many = centres_at_points(data, 40);
  for (std::vector<StreamModel> const& models : {std::vector{few}, std::vector{few, many}}) {
    DeviceRuns device(data, models);
    device.pass(StreamVariant::four_points, blocks, true);
    std::vector<PassResult> const results = device.pass(StreamVariant::four_points, blocks, true);
    for (PassResult const& result : results) ASSERT_EQ(result.changed, 0);
    simt::LaunchCount const launch = simt::launch_log().back();
    EXPECT_EQ(launch.grid.x, static_cast<unsigned>(blocks));
    std::uint64_t const tiles = n / (4 * stream_threads), runs = models.size();
    EXPECT_EQ(launch.barriers, tiles * (1 + 2 * runs) + 2 * blocks) << "a tile, its labels and moves, a block's ends";
    if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
    std::uint64_t own = d * 4, in_double_precision = 0;
    for (std::size_t r = 0; r < runs; ++r) {
      own += number(centre_floats(models[r].k, d)) * 4 + sizeof(StreamRun);
      in_double_precision += number(results[r].undecided * models[r].k) * 2 * d * 8;
    }
    std::uint64_t const points = n * (d * 4 + runs * 4);
    EXPECT_EQ(launch.global_load_bytes, points + blocks * own + in_double_precision);
    EXPECT_EQ(launch.global_store_bytes, 0U) << "no label changed";
  }
}

TEST(KmeansStream, FirstPassWritesEveryLabelOnce) {
  StreamData const data = normal_data(1000, 6, 12);
  DeviceRuns device(data, {centres_at_points(data, 5)});
  device.pass(StreamVariant::four_points, 2, true);
  simt::LaunchCount const launch = simt::launch_log().back();
  if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  EXPECT_EQ(launch.global_store_bytes, 4000U);
}

}  // namespace
}  // namespace regio::cuda
