/// The numbers that clusters are shown under.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/cluster_study.hpp>

namespace regio {

/// The points that decide the order of the clusters: those of one year, or of all years for a pooled typology.
struct OrderedPoints {
  VectorView<std::int32_t const> labels;  ///< [n]
  VectorView<double const> distance;      ///< [n] to the centre of the own cluster
  VectorView<double const> target = {};   ///< [n]; needed by LabelOrder::target alone
};

/// Place of each cluster 0 .. clusters-1 in the order: by ascending mean distance of the members to their centre (the
/// paper's rule), by descending mean of the target, by descending size, or as they are. Equal ones follow
/// their first members; clusters without members come last, unless the order is `none`.
std::vector<std::int32_t> label_places(LabelOrder order, OrderedPoints const& points, Index clusters);

}  // namespace regio
