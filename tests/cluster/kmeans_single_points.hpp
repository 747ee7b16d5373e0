/// Points in single precision for tests of k-means.
#pragma once

#include <regio/kmeans.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"

namespace regio {

/// Points in single precision and the same numbers in double precision.
struct SinglePoints {
  explicit SinglePoints(Points const& points) : wide(points), values(points.values.begin(), points.values.end()) {
    for (std::size_t e = 0; e < values.size(); ++e) wide.values[e] = values[e];
  }

  [[nodiscard]] MatrixView<float const> view() const { return {values.data(), wide.n, wide.d}; }

  Points wide;
  std::vector<float> values;
};

inline SinglePoints normal_single_points(Index n, Index d, std::uint64_t seed) {
  return SinglePoints(normal_points(n, d, seed));
}

inline std::vector<double> test_weights(Index n) {
  std::vector<double> weights(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 0.1 * static_cast<double>(i % 11);
  return weights;
}

/// A batch whose problems share points: several k, weights, restarts, and a warm chain.
struct SharedBatch {
  SharedBatch() {
    for (Index k : {2, 5, 9, 12}) {
      problems.push_back({.single_points = points.view(), .clusters = k, .restarts = k == 5 ? 3 : 1});
      problems.back().stream = static_cast<std::uint64_t>(k);
    }
    problems[1].weights = weights;
    problems.push_back({.single_points = points.view(), .clusters = 9, .warm_from = 2});
    problems.push_back({.single_points = others.view(), .clusters = 4});
    problems.push_back({.single_points = points.view(), .clusters = 9, .warm_from = 4});
  }

  SinglePoints points = normal_single_points(30011, 6, 21), others = normal_single_points(70001, 3, 22);
  std::vector<double> weights = test_weights(30011);
  std::vector<KmeansProblem> problems;
  KmeansOptions options{.restarts = 2, .max_iterations = 15};
};

}  // namespace regio
