/// Seeded data for the k-means tests, and conversions to the oracle's tables.
#pragma once

#include <regio/kmeans.hpp>

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

}  // namespace regio
