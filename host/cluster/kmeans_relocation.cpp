#include "cluster/kmeans_relocation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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

std::vector<Relocation> relocations(CentredPoints const& points, double const* centres, Index k,
                                    double const* cluster_weights, std::int32_t const* labels) {
  std::vector<Relocation> moves;
  for (Index c = 0; c < k; ++c) {
    if (cluster_weights[c] == 0) moves.push_back({.to = static_cast<std::int32_t>(c)});
  }
  // The farthest points so far, farthest first; as many as there are empty clusters.
  std::vector<std::pair<double, Index>> farthest;
  auto const before = [](std::pair<double, Index> const& a, std::pair<double, Index> const& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  };
  for (Index i = 0; i < points.count(); ++i) {
    if (points.weights[i] <= 0) continue;
    std::pair<double, Index> const point{distance_from_centre(points, i, centres + labels[i] * points.row_length()), i};
    if (point.first <= 0) continue;
    if (farthest.size() == moves.size()) {
      if (!before(point, farthest.back())) continue;
      farthest.pop_back();
    }
    farthest.insert(std::upper_bound(farthest.begin(), farthest.end(), point, before), point);
  }
  moves.resize(farthest.size());
  for (std::size_t m = 0; m < moves.size(); ++m) {
    moves[m].point = farthest[m].second;
    moves[m].from = labels[farthest[m].second];
  }
  return moves;
}

}  // namespace regio
