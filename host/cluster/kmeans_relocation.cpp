#include "cluster/kmeans_relocation.hpp"

#include <algorithm>
#include <cmath>

namespace regio {
namespace {

double distance_from_centre(CentredPoints const& points, Index i, double const* centre) {
  double sum = 0;
  for (Index j = 0; j < points.features(); ++j) {
    double const difference = (points.rows(i, j) * points.scale - points.mean[j]) - centre[j];
    sum = std::fma(difference, difference, sum);
  }
  return sum;
}

}  // namespace

void FarthestPoints::offer(double distance, Index point) {
  if (distance <= 0 || most_ == 0) return;
  std::pair<double, Index> const offered{distance, point};
  auto const before = [](std::pair<double, Index> const& a, std::pair<double, Index> const& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  };
  if (kept_.size() == most_) {
    if (!before(offered, kept_.back())) return;
    kept_.pop_back();
  }
  kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), offered, before), offered);
}

void FarthestPoints::offer_all(FarthestPoints const& others) {
  for (auto const& [distance, point] : others.kept_) offer(distance, point);
}

std::vector<Relocation> paired(std::vector<std::int32_t> const& empty, FarthestPoints const& farthest,
                               std::int32_t const* labels) {
  std::vector<Relocation> moves;
  for (std::size_t m = 0; m < std::min(empty.size(), farthest.size()); ++m) {
    moves.push_back({.point = farthest.point(m), .from = labels[farthest.point(m)], .to = empty[m]});
  }
  return moves;
}

std::vector<Relocation> relocations(CentredPoints const& points, double const* centres, Index k,
                                    double const* cluster_weights, std::int32_t const* labels) {
  std::vector<std::int32_t> empty;
  for (Index c = 0; c < k; ++c) {
    if (cluster_weights[c] == 0) empty.push_back(static_cast<std::int32_t>(c));
  }
  FarthestPoints farthest(empty.size());
  for (Index i = 0; i < points.count(); ++i) {
    if (points.weights[i] <= 0) continue;
    farthest.offer(distance_from_centre(points, i, centres + labels[i] * points.row_length()), i);
  }
  return paired(empty, farthest, labels);
}

}  // namespace regio
