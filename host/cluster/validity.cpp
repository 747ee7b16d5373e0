#include "cluster/validity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace regio {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double squared_distance(VectorView<double const> a, VectorView<double const> b) {
  double sum = 0;
  for (Index j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

/// Sizes and means of the clusters; the mean of a label without points stays 0. Means are taken from the differences to
/// a member, so that the mean of coinciding points is that point.
struct ClusterMeans {
  std::vector<Index> size;
  std::vector<double> mean;  ///< [cluster, d]
  Index features = 0;
  Index occupied = 0;

  ClusterMeans(MatrixView<double const> points, VectorView<std::int32_t const> labels, Index clusters)
      : size(static_cast<std::size_t>(clusters)),
        mean(static_cast<std::size_t>(clusters * points.columns())),
        features(points.columns()) {
    std::vector<Index> member(static_cast<std::size_t>(clusters));
    for (Index i = 0; i < points.rows(); ++i) {
      auto const c = static_cast<std::size_t>(labels[i]);
      if (size[c]++ == 0) member[c] = i;
      for (Index j = 0; j < features; ++j) mean_of(c)[j] += points(i, j) - points(member[c], j);
    }
    for (std::size_t c = 0; c < size.size(); ++c) {
      if (size[c] == 0) continue;
      ++occupied;
      for (Index j = 0; j < features; ++j) {
        mean_of(c)[j] = points(member[c], j) + mean_of(c)[j] / static_cast<double>(size[c]);
      }
    }
  }

  double* mean_of(std::size_t c) { return mean.data() + static_cast<Index>(c) * features; }
  [[nodiscard]] bool has(Index c) const { return size[static_cast<std::size_t>(c)] > 0; }
  [[nodiscard]] VectorView<double const> of(Index c) const {
    return {&mean[static_cast<std::size_t>(c * features)], features};
  }
  /// Neither one cluster nor as many clusters as points.
  [[nodiscard]] bool divides(Index points) const { return occupied >= 2 && occupied < points; }
};

}  // namespace

double calinski_harabasz(MatrixView<double const> points, VectorView<std::int32_t const> labels, Index clusters) {
  Index const n = points.rows();
  ClusterMeans const means(points, labels, clusters);
  if (!means.divides(n)) return undefined;
  std::vector<std::int32_t> const together(static_cast<std::size_t>(n), 0);
  ClusterMeans const common(points, together, 1);
  double between = 0;
  for (Index c = 0; c < clusters; ++c) {
    if (!means.has(c)) continue;
    between +=
        static_cast<double>(means.size[static_cast<std::size_t>(c)]) * squared_distance(means.of(c), common.of(0));
  }
  double within = 0;
  for (Index i = 0; i < n; ++i) within += squared_distance(points.row(i), means.of(labels[i]));
  if (within == 0) return undefined;
  return (between / static_cast<double>(means.occupied - 1)) / (within / static_cast<double>(n - means.occupied));
}

double davies_bouldin(MatrixView<double const> points, VectorView<std::int32_t const> labels, Index clusters) {
  ClusterMeans const means(points, labels, clusters);
  if (!means.divides(points.rows())) return undefined;
  std::vector<double> scatter(static_cast<std::size_t>(clusters));
  for (Index i = 0; i < points.rows(); ++i) {
    scatter[static_cast<std::size_t>(labels[i])] += std::sqrt(squared_distance(points.row(i), means.of(labels[i])));
  }
  for (Index c = 0; c < clusters; ++c) {
    if (means.has(c))
      scatter[static_cast<std::size_t>(c)] /= static_cast<double>(means.size[static_cast<std::size_t>(c)]);
  }
  double sum = 0;
  for (Index a = 0; a < clusters; ++a) {
    if (!means.has(a)) continue;
    double worst = 0;
    for (Index b = 0; b < clusters; ++b) {
      if (b == a || !means.has(b)) continue;
      double const apart = std::sqrt(squared_distance(means.of(a), means.of(b)));
      if (apart == 0) return undefined;
      worst = std::max(worst, (scatter[static_cast<std::size_t>(a)] + scatter[static_cast<std::size_t>(b)]) / apart);
    }
    sum += worst;
  }
  return sum / static_cast<double>(means.occupied);
}

void silhouette_widths(MatrixView<double const> points, std::vector<Labelling> const& labellings, Index begin,
                       Index end, MatrixView<double> widths) {
  Index const n = points.rows();
  std::vector<std::vector<Index>> sizes;
  std::vector<bool> divided;
  for (Labelling const& labelling : labellings) {
    std::vector<Index>& size = sizes.emplace_back(static_cast<std::size_t>(labelling.clusters));
    for (std::int32_t const label : labelling.labels) ++size[static_cast<std::size_t>(label)];
    Index const occupied = labelling.clusters - static_cast<Index>(std::count(size.begin(), size.end(), Index{0}));
    divided.push_back(occupied >= 2 && occupied < n);
  }
  std::vector<double> distance(static_cast<std::size_t>(n));
  std::vector<double> sum;
  for (Index i = begin; i < end; ++i) {
    for (Index other = 0; other < n; ++other) {
      distance[static_cast<std::size_t>(other)] = std::sqrt(squared_distance(points.row(i), points.row(other)));
    }
    for (std::size_t l = 0; l < labellings.size(); ++l) {
      double& width = widths(static_cast<Index>(l), i);
      if (!divided[l]) {
        width = undefined;
        continue;
      }
      Labelling const& labelling = labellings[l];
      sum.assign(static_cast<std::size_t>(labelling.clusters), 0.0);
      for (Index other = 0; other < n; ++other) {
        sum[static_cast<std::size_t>(labelling.labels[other])] += distance[static_cast<std::size_t>(other)];
      }
      auto const own = static_cast<std::size_t>(labelling.labels[i]);
      width = 0;
      if (sizes[l][own] == 1) continue;
      double const inside = sum[own] / static_cast<double>(sizes[l][own] - 1);
      double outside = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < sum.size(); ++c) {
        if (c != own && sizes[l][c] > 0) outside = std::min(outside, sum[c] / static_cast<double>(sizes[l][c]));
      }
      double const larger = std::max(inside, outside);
      if (larger > 0) width = (outside - inside) / larger;
    }
  }
}

}  // namespace regio
