/// Textbook k-means: slow, plain, and independent of regio.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace oracle {

using Table = std::vector<std::vector<double>>;

struct Clustering {
  std::vector<int> labels;
  Table centres;
  double inertia = 0;
  int iterations = 0;
  bool had_empty_cluster = false;
};

inline double squared_distance(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

/// The nearest centre, the first of equals.
inline int nearest(std::vector<double> const& x, Table const& centres) {
  int best = 0;
  for (std::size_t c = 1; c < centres.size(); ++c) {
    if (squared_distance(x, centres[c]) < squared_distance(x, centres[static_cast<std::size_t>(best)])) {
      best = static_cast<int>(c);
    }
  }
  return best;
}

inline double inertia_of(Table const& x, std::vector<double> const& w, std::vector<int> const& labels,
                         Table const& centres) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += w[i] * squared_distance(x[i], centres[static_cast<std::size_t>(labels[i])]);
  }
  return sum;
}

/// Lloyd 1982: assign, average, until the assignment stands still or the centres move less than the tolerance times the
/// mean variance of the features. Stops early, and says so, when a cluster loses all its weight.
inline Clustering lloyd(Table const& x, std::vector<double> const& w, Table centres, double tolerance,
                        int max_iterations) {
  std::size_t const n = x.size(), d = x[0].size(), k = centres.size();
  double mean_variance = 0;
  for (std::size_t j = 0; j < d; ++j) {
    double mean = 0, variance = 0;
    for (auto const& row : x) mean += row[j] / static_cast<double>(n);
    for (auto const& row : x) variance += (row[j] - mean) * (row[j] - mean) / static_cast<double>(n);
    mean_variance += variance / static_cast<double>(d);
  }
  Clustering result;
  result.labels.assign(n, -1);
  bool still = false;
  while (!still && result.iterations < max_iterations) {
    ++result.iterations;
    std::vector<int> labels(n);
    for (std::size_t i = 0; i < n; ++i) labels[i] = nearest(x[i], centres);
    still = labels == result.labels;
    result.labels = labels;
    Table means(k, std::vector<double>(d, 0.0));
    std::vector<double> weight(k, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      auto const c = static_cast<std::size_t>(labels[i]);
      weight[c] += w[i];
      for (std::size_t j = 0; j < d; ++j) means[c][j] += w[i] * x[i][j];
    }
    double shift = 0;
    for (std::size_t c = 0; c < k; ++c) {
      if (weight[c] == 0) {
        result.had_empty_cluster = true;
        return result;
      }
      for (double& value : means[c]) value /= weight[c];
      shift += squared_distance(means[c], centres[c]);
    }
    centres = means;
    if (!still && shift <= tolerance * mean_variance) break;
  }
  for (std::size_t i = 0; i < n; ++i) result.labels[i] = nearest(x[i], centres);
  result.centres = centres;
  result.inertia = inertia_of(x, w, result.labels, centres);
  return result;
}

/// The least inertia over every division of the points into at most k clusters, by enumeration.
inline double global_optimum(Table const& x, std::vector<double> const& w, int k) {
  std::size_t const n = x.size(), d = x[0].size();
  std::vector<int> labels(n, 0);
  double best = std::numeric_limits<double>::infinity();
  for (;;) {
    Table centres(static_cast<std::size_t>(k), std::vector<double>(d, 0.0));
    std::vector<double> weight(static_cast<std::size_t>(k), 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      weight[static_cast<std::size_t>(labels[i])] += w[i];
      for (std::size_t j = 0; j < d; ++j) centres[static_cast<std::size_t>(labels[i])][j] += w[i] * x[i][j];
    }
    for (std::size_t c = 0; c < centres.size(); ++c) {
      for (double& value : centres[c]) value = weight[c] > 0 ? value / weight[c] : 0.0;
    }
    best = std::min(best, inertia_of(x, w, labels, centres));
    std::size_t i = 0;
    while (i < n && ++labels[i] == k) labels[i++] = 0;
    if (i == n) return best;
  }
}

}  // namespace oracle
