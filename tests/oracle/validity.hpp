/// Internal indices of a partition, written as the papers print them. Includes nothing of regio.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <vector>

namespace oracle {

using Points = std::vector<std::vector<double>>;

inline double distance(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += std::pow(a[j] - b[j], 2);
  return std::sqrt(sum);
}

inline std::vector<double> mean_of(Points const& members) {
  std::vector<double> mean(members.front().size(), 0.0);
  for (auto const& x : members) {
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += x[j] / static_cast<double>(members.size());
  }
  return mean;
}

inline std::map<int, Points> clusters_of(Points const& points, std::vector<int> const& labels) {
  std::map<int, Points> clusters;
  for (std::size_t i = 0; i < points.size(); ++i) clusters[labels[i]].push_back(points[i]);
  return clusters;
}

/// trace(B) / (k - 1) over trace(W) / (n - k).
inline double calinski_harabasz(Points const& points, std::vector<int> const& labels) {
  auto const clusters = clusters_of(points, labels);
  auto const n = static_cast<double>(points.size());
  auto const k = static_cast<double>(clusters.size());
  std::vector<double> const common = mean_of(points);
  double between = 0, within = 0;
  for (auto const& [label, members] : clusters) {
    std::vector<double> const mean = mean_of(members);
    between += static_cast<double>(members.size()) * std::pow(distance(mean, common), 2);
    for (auto const& x : members) within += std::pow(distance(x, mean), 2);
  }
  return (between / (k - 1)) / (within / (n - k));
}

/// Mean over clusters of their worst (s_i + s_j) / m_ij.
inline double davies_bouldin(Points const& points, std::vector<int> const& labels) {
  auto const clusters = clusters_of(points, labels);
  auto const scatter = [](Points const& members) {
    double sum = 0;
    for (auto const& x : members) sum += distance(x, mean_of(members));
    return sum / static_cast<double>(members.size());
  };
  double total = 0;
  for (auto const& [a, members_a] : clusters) {
    double worst = 0;
    for (auto const& [b, members_b] : clusters) {
      if (a == b) continue;
      worst =
          std::max(worst, (scatter(members_a) + scatter(members_b)) / distance(mean_of(members_a), mean_of(members_b)));
    }
    total += worst;
  }
  return total / static_cast<double>(clusters.size());
}

/// Sum of |x - centre|^2, the centre of a point that of its label.
inline double inertia(Points const& points, std::vector<int> const& labels,
                      std::map<int, std::vector<double>> const& centres) {
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) sum += std::pow(distance(points[i], centres.at(labels[i])), 2);
  return sum;
}

inline std::map<int, std::vector<double>> means_of(Points const& points, std::vector<int> const& labels) {
  std::map<int, std::vector<double>> means;
  for (auto const& [label, members] : clusters_of(points, labels)) means[label] = mean_of(members);
  return means;
}

/// (b - a) / max(a, b), 0 where both are 0.
inline double width(double a, double b) { return std::max(a, b) > 0 ? (b - a) / std::max(a, b) : 0; }

/// Mean over the points of the width with a the distance to the own centre, b the least one to another; 0 for a point
/// alone in its cluster.
inline double simplified_silhouette(Points const& points, std::vector<int> const& labels,
                                    std::map<int, std::vector<double>> const& centres) {
  auto const clusters = clusters_of(points, labels);
  double total = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (clusters.at(labels[i]).size() == 1) continue;
    double b = std::numeric_limits<double>::infinity();
    for (auto const& [label, centre] : centres) {
      if (label != labels[i]) b = std::min(b, distance(points[i], centre));
    }
    total += width(distance(points[i], centres.at(labels[i])), b);
  }
  return total / static_cast<double>(points.size());
}

/// Widths of Rousseeuw's silhouette; 0 for a point alone in its cluster.
inline std::vector<double> silhouette_widths(Points const& points, std::vector<int> const& labels) {
  auto const clusters = clusters_of(points, labels);
  std::vector<double> widths;
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto const mean_distance = [&](Points const& members, double count) {
      double sum = 0;
      for (auto const& x : members) sum += distance(points[i], x);
      return sum / count;
    };
    Points const& own = clusters.at(labels[i]);
    if (own.size() == 1) {
      widths.push_back(0);
      continue;
    }
    double b = std::numeric_limits<double>::infinity();
    for (auto const& [label, members] : clusters) {
      if (label != labels[i]) b = std::min(b, mean_distance(members, static_cast<double>(members.size())));
    }
    widths.push_back(width(mean_distance(own, static_cast<double>(own.size() - 1)), b));
  }
  return widths;
}

inline double silhouette(Points const& points, std::vector<int> const& labels) {
  double total = 0;
  for (double const width : silhouette_widths(points, labels)) total += width;
  return total / static_cast<double>(points.size());
}

}  // namespace oracle
