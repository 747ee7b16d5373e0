// The kernels of scores by themselves: sums in the order of the points, and what they cost, as docs/performance.md
// says. That the scores are the CPU's is tested in tests/cuda/cluster_scores_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/cluster_scores.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

std::size_t place(Index at) { return static_cast<std::size_t>(at); }

/// Made-up points of a chunk, with centres; rows of 8 numbers.
struct Points {
  Points(Index points, Index numbers, Index k) : count(points), features(numbers), clusters(k) {
    for (Index e = 0; e < count * features; ++e) rows.push_back(static_cast<double>(e * 7 % 23) / 3);
    for (Index i = 0; i < count; ++i) labels.push_back(static_cast<std::int32_t>(i * i % clusters));
    for (Index e = 0; e < clusters * row_length; ++e) centres.push_back(static_cast<double>(e * 5 % 13) / 7);
    for (Index j = 0; j < row_length; ++j) shift.push_back(static_cast<double>(j) / 9);
    for (Index c = 0; c < clusters; ++c) sizes.push_back(c == 1 ? 1 : 50);
  }

  Index count, features, clusters, row_length = 8;
  std::vector<double> rows, centres, shift;
  std::vector<std::int32_t> labels;
  std::vector<Index> sizes;
};

template <class Launch>
std::vector<double> sums_of(Points const& points, Index sums, bool nearest, Launch const& launch) {
  simt::launch_log().clear();
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  simt::DeviceArray<double> const rows(points.rows), centres(points.centres), shift(points.shift), found(place(sums));
  simt::DeviceArray<std::int32_t> const labels(points.labels);
  simt::DeviceArray<Index> const sizes(points.sizes);
  simt::DeviceArray<ScoreTask> const tasks({{.rows = rows.data(),
                                             .labels = labels.data(),
                                             .references = centres.data(),
                                             .shift = shift.data(),
                                             .sizes = sizes.data(),
                                             .sums = found.data(),
                                             .count = points.count,
                                             .features = points.features,
                                             .row_length = points.row_length,
                                             .clusters = points.clusters,
                                             .single = 0,
                                             .nearest = nearest ? 1 : 0}});
  EXPECT_EQ(launch(stream, tasks.data(), 1), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  return found.values();
}

TEST(ScoreMemberSums, RunInTheOrderOfThePoints) {
  Points const points(70, 5, 3);
  std::vector<double> expected(place(points.clusters * points.row_length));
  for (Index i = 0; i < points.count; ++i) {
    for (Index j = 0; j < points.features; ++j) {
      Index const at = points.labels[place(i)] * points.row_length + j;
      expected[place(at)] += points.rows[place(i * points.features + j)] - points.centres[place(at)];
    }
  }
  EXPECT_EQ(sums_of(points, points.clusters * points.row_length, false, launch_member_sums), expected);
}

/// |x - shift - centre c|^2 of point i.
double square(Points const& points, Index i, Index c) {
  double sum = 0;
  for (Index j = 0; j < points.features; ++j) {
    double const x = points.rows[place(i * points.features + j)] - points.shift[place(j)];
    double const difference = x - points.centres[place(c * points.row_length + j)];
    sum = std::fma(difference, difference, sum);
  }
  return sum;
}

TEST(ScoreDistanceSums, RunInTheOrderOfThePoints) {
  for (Index const clusters : {3, 8, 19}) {  // one tile of centres, a whole one, two and a part
    Points const points(77, 6, clusters);
    for (bool const nearest : {true, false}) {
      std::vector<double> expected(place(3 * clusters));
      for (Index i = 0; i < points.count; ++i) {
        Index const own = points.labels[place(i)];
        double next = std::numeric_limits<double>::infinity();
        for (Index c = 0; c < clusters; ++c) {
          if (c != own) next = std::fmin(next, square(points, i, c));
        }
        double const a = std::sqrt(square(points, i, own)), b = std::sqrt(next);
        expected[place(own)] += square(points, i, own);
        expected[place(clusters + own)] += a;
        if (nearest && points.sizes[place(own)] > 1) expected[place(2 * clusters + own)] += (b - a) / std::fmax(a, b);
      }
      EXPECT_EQ(sums_of(points, 3 * clusters, nearest, launch_distance_sums), expected) << clusters << ' ' << nearest;
    }
  }
}

// The cost model of docs/performance.md: a point's numbers are read once for each eight centres.
TEST(ScoreDistanceSums, CostWhatTheModelSays) {
  Points const points(64, 6, 8);
  sums_of(points, 24, true, launch_distance_sums);
  simt::LaunchCount const launch = simt::launch_log().back();
  EXPECT_EQ(launch.name, "score_distance_sums");
  EXPECT_EQ(launch.grid.x, 1U);
  EXPECT_EQ(launch.barriers, 0U);
  EXPECT_EQ(launch.atomics, 0U);
  if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  std::uint64_t const numbers = 64 * 6 * (1 + 1 + 8) * 8;  // the point, the shift, the centres
  std::uint64_t const sums = 64 * 3 * 8, labels_and_sizes = 64 * (4 + 8), tasks = 32 * sizeof(ScoreTask);
  EXPECT_GE(launch.global_load_bytes, numbers + sums + labels_and_sizes);
  EXPECT_LE(launch.global_load_bytes, numbers + sums + labels_and_sizes + tasks);
  EXPECT_EQ(launch.global_store_bytes, sums + 24 * 8);
}

struct Widths {
  std::vector<double> values;
  simt::LaunchCount launch;
};

/// All points of one group of labellings, in tiles.
Widths widths_of(Points const& points, std::vector<std::vector<std::int32_t>> const& labellings, Index clusters) {
  simt::launch_log().clear();
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  Index const n = points.count, d = points.features, count = static_cast<Index>(labellings.size());
  std::vector<double> transposed(points.rows.size());
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < d; ++j) transposed[place(j * n + i)] = points.rows[place(i * d + j)];
  }
  std::vector<std::int32_t> all_labels;
  std::vector<Index> first{0}, all_sizes(place(clusters * count));
  for (Index l = 0; l < count; ++l) {
    for (std::int32_t const label : labellings[place(l)]) {
      all_labels.push_back(label);
      ++all_sizes[place(l * clusters + label)];
    }
    first.push_back((l + 1) * clusters);
  }
  Index const tiles = (n + silhouette_tile_points - 1) / silhouette_tile_points;
  simt::DeviceArray<double> const rows(points.rows), columns(transposed),
      sums(place(tiles * clusters * count * silhouette_tile_points)),
      widths(place(tiles * count * silhouette_tile_points));
  simt::DeviceArray<std::int32_t> const labels(all_labels);
  simt::DeviceArray<Index> const first_cluster(first), sizes(all_sizes);
  std::vector<SilhouetteTask> tasks;
  for (Index t = 0; t < tiles; ++t) {
    tasks.push_back({.rows = rows.data(),
                     .columns = columns.data(),
                     .labels = labels.data(),
                     .first_cluster = first_cluster.data(),
                     .sizes = sizes.data(),
                     .sums = sums.data() + t * clusters * count * silhouette_tile_points,
                     .widths = widths.data() + t * count * silhouette_tile_points,
                     .points = n,
                     .features = d,
                     .labellings = count,
                     .begin = t * silhouette_tile_points,
                     .count = std::min(silhouette_tile_points, n - t * silhouette_tile_points)});
  }
  simt::DeviceArray<SilhouetteTask> const device_tasks(tasks);
  EXPECT_EQ(launch_silhouette_widths(stream, device_tasks.data(), tiles), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  return {widths.values(), simt::launch_log().back()};
}

std::vector<std::int32_t> every(Index points, std::int32_t clusters) {
  std::vector<std::int32_t> labels;
  for (Index i = 0; i < points; ++i) labels.push_back(static_cast<std::int32_t>(i % clusters));
  return labels;
}

TEST(SilhouetteWidths, SumInTheOrderOfThePoints) {
  constexpr Index clusters = 4;
  for (Index const features : {1, 64, 65, 130}) {  // one tile of features, a whole one, and more
    Points const points(150, features, clusters);
    std::vector<std::vector<std::int32_t>> const labellings{every(150, 4), every(150, 3)};
    Widths const found = widths_of(points, labellings, clusters);
    for (Index i = 0; i < points.count; ++i) {
      for (std::size_t l = 0; l < labellings.size(); ++l) {
        double sum[clusters] = {};
        Index size[clusters] = {};
        for (Index other = 0; other < points.count; ++other) {
          double distance = 0;
          for (Index j = 0; j < features; ++j) {
            double const difference = points.rows[place(i * features + j)] - points.rows[place(other * features + j)];
            distance = std::fma(difference, difference, distance);
          }
          sum[labellings[l][place(other)]] += std::sqrt(distance);
          ++size[labellings[l][place(other)]];
        }
        std::int32_t const own = labellings[l][place(i)];
        double const a = sum[own] / static_cast<double>(size[own] - 1);
        double b = std::numeric_limits<double>::infinity();
        for (std::int32_t c = 0; c < clusters; ++c) {
          if (c != own && size[c] > 0) b = std::fmin(b, sum[c] / static_cast<double>(size[c]));
        }
        Index const tile = i / silhouette_tile_points, in_tile = i % silhouette_tile_points;
        EXPECT_EQ(found.values[place((tile * 2 + static_cast<Index>(l)) * silhouette_tile_points + in_tile)],
                  (b - a) / std::fmax(a, b))
            << features << " features, point " << i;
      }
    }
  }
}

// The cost model of docs/performance.md: a thread's own numbers are read once for sixteen passing points, which come
// from shared memory.
TEST(SilhouetteWidths, CostWhatTheModelSays) {
  constexpr std::uint64_t n = 160, d = 6, passing = 16, threads = silhouette_tile_points, blocks = 2;
  Points const points(n, d, 4);
  simt::LaunchCount const launch = widths_of(points, {every(n, 4)}, 4).launch;
  EXPECT_EQ(launch.name, "silhouette_widths");
  EXPECT_EQ(launch.grid.x, blocks);
  EXPECT_EQ(launch.barriers, blocks * 2 * (n / passing));
  EXPECT_EQ(launch.atomics, 0U);
  if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  EXPECT_EQ(launch.shared_load_bytes, blocks * threads * n * d * 8);
  std::uint64_t const own = blocks * threads * d * (n / passing) * 8, staged = blocks * n * d * 8;
  std::uint64_t const pairs = blocks * threads * n * (8 + 8 + 4);  // a sum, where its labelling begins, a label
  std::uint64_t const numbers = own + staged + pairs;
  EXPECT_GE(launch.global_load_bytes, numbers);
  EXPECT_LE(launch.global_load_bytes, numbers + blocks * threads * (sizeof(SilhouetteTask) + 256));
  EXPECT_EQ(launch.global_store_bytes, blocks * threads * (n + 4) * 8 + n * 8);
}

}  // namespace
}  // namespace regio::cuda
