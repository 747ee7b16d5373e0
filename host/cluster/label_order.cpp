#include "cluster/label_order.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace regio {

std::vector<std::int32_t> label_places(LabelOrder order, OrderedPoints const& points, Index clusters) {
  auto const count = static_cast<std::size_t>(clusters);
  std::vector<std::int32_t> place(count);
  std::iota(place.begin(), place.end(), 0);
  if (order == LabelOrder::none) return place;
  std::vector<double> size(count), sum(count);
  for (Index i = 0; i < points.labels.size(); ++i) {
    auto const c = static_cast<std::size_t>(points.labels[i]);
    size[c] += 1;
    if (order == LabelOrder::mean_distance) sum[c] += points.distance[i];
    if (order == LabelOrder::target) sum[c] -= points.target[i];
  }
  std::vector<double> key(count, std::numeric_limits<double>::infinity());
  for (std::size_t c = 0; c < count; ++c) {
    if (size[c] == 0) continue;
    key[c] = order == LabelOrder::size ? -size[c] : sum[c] / size[c];
  }
  std::vector<std::size_t> sorted(count);
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
  for (std::size_t p = 0; p < count; ++p) place[sorted[p]] = static_cast<std::int32_t>(p);
  return place;
}

}  // namespace regio
