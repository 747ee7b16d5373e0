/// Seeded data for the k-means tests, and conversions to the oracle's tables.
#pragma once

#include <regio/kmeans.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "tests/oracle/kmeans.hpp"

namespace regio {

/// A table of points that owns its numbers.
struct Points {
  Index n = 0, d = 0;
  std::vector<double> values;

  [[nodiscard]] MatrixView<double const> view() const { return {values.data(), n, d}; }
  [[nodiscard]] oracle::Table table() const {
    oracle::Table rows;
    for (Index i = 0; i < n; ++i) rows.emplace_back(view().row(i).begin(), view().row(i).end());
    return rows;
  }
};

/// Normal points around `groups` centres that are `spread` apart in standard deviations.
inline Points normal_points(Index n, Index d, std::uint64_t seed, Index groups = 4, double spread = 2) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> means(static_cast<std::size_t>(groups * d));
  for (double& mean : means) mean = spread * normal(random);
  Points points{n, d, std::vector<double>(static_cast<std::size_t>(n * d))};
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < d; ++j) {
      points.values[static_cast<std::size_t>(i * d + j)] =
          means[static_cast<std::size_t>((i % groups) * d + j)] + normal(random);
    }
  }
  return points;
}

/// Centres beside the first k points: on the points themselves a first shift would be zero or a rounding away from it.
inline std::vector<double> centres_near_points(Points const& points, Index k) {
  std::vector<double> centres(points.values.begin(), points.values.begin() + k * points.d);
  for (std::size_t e = 0; e < centres.size(); ++e) centres[e] += 0.01 * static_cast<double>(e % 7 + 1);
  return centres;
}

inline oracle::Table table_of(std::vector<double> const& values, Index d) {
  oracle::Table rows;
  for (auto from = values.begin(); from != values.end(); from += d) rows.emplace_back(from, from + d);
  return rows;
}

inline std::vector<int> labels_of(KmeansReport const& report, Index b) {
  return {report.labels(b).begin(), report.labels(b).end()};
}

/// What holds for every finished problem: labels are nearest centres, the inertia is theirs, sizes count them.
inline void expect_consistent(Points const& points, std::vector<double> weights, KmeansReport const& report, Index b) {
  if (weights.empty()) weights.assign(static_cast<std::size_t>(points.n), 1.0);
  std::vector<int> const labels = labels_of(report, b);
  oracle::Table centres;
  for (Index c = 0; c < report.centres(b).rows(); ++c) {
    centres.emplace_back(report.centres(b).row(c).begin(), report.centres(b).row(c).end());
  }
  std::vector<Index> sizes(centres.size(), 0);
  Index distinct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::vector<double> const x(points.view().row(static_cast<Index>(i)).begin(),
                                points.view().row(static_cast<Index>(i)).end());
    double const own = oracle::squared_distance(x, centres[static_cast<std::size_t>(labels[i])]);
    double const least = oracle::squared_distance(x, centres[static_cast<std::size_t>(oracle::nearest(x, centres))]);
    EXPECT_LE(own, least * (1 + 1e-9) + 1e-18) << "point " << i << " is not with its nearest centre";
    if (sizes[static_cast<std::size_t>(labels[i])]++ == 0) ++distinct;
  }
  EXPECT_EQ(std::vector<Index>(report.sizes(b).begin(), report.sizes(b).end()), sizes);
  auto const at = static_cast<std::size_t>(b);
  EXPECT_EQ(report.distinct_clusters[at], distinct);
  double const inertia = oracle::inertia_of(points.table(), weights, labels, centres);
  EXPECT_NEAR(report.inertia[at], inertia, 1e-10 * inertia + 1e-18);
}

}  // namespace regio
