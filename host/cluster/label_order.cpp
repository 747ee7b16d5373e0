#include "cluster/label_order.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace regio {

std::vector<std::int32_t> label_places(LabelOrder order, OrderedPoints const& points, Index clusters) {
  auto const count = static_cast<std::size_t>(clusters);
  std::vector<std::int32_t> place(count);
  std::iota(place.begin(), place.end(), 0);
  if (order == LabelOrder::none) return place;
  std::vector<double> size(count), sum(count);
  std::vector<Index> first_member(count, points.labels.size());
  for (Index i = points.labels.size() - 1; i >= 0; --i) {
    auto const c = static_cast<std::size_t>(points.labels[i]);
    size[c] += 1;
    first_member[c] = i;
    if (order == LabelOrder::mean_distance) sum[c] += points.distance[i];
    if (order == LabelOrder::target) sum[c] -= points.target[i];
  }
  std::vector<double> key(count, std::numeric_limits<double>::infinity());
  for (std::size_t c = 0; c < count; ++c) {
    if (size[c] > 0) key[c] = order == LabelOrder::size ? -size[c] : sum[c] / size[c];
  }
  std::vector<std::size_t> sorted(count);
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(key[a], first_member[a]) < std::pair(key[b], first_member[b]);
  });
  for (std::size_t p = 0; p < count; ++p) place[sorted[p]] = static_cast<std::int32_t>(p);
  return place;
}

}  // namespace regio
