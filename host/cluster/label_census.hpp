/// Who belongs to which cluster, counted.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/views.hpp>

#include "cluster/kmeans_chunks.hpp"

namespace regio {

struct LabelCensus {
  std::vector<Index> sizes;         ///< [k]
  std::vector<Index> first_member;  ///< [k] its lowest position; -1: the label has no point
  Index occupied = 0;               ///< labels that have a point
  Index first_outside = -1;         ///< position of the first label outside 0 .. k-1; the rest is then not filled
};

/// Counts the labels [n] of k clusters. Cost O(n + ranges k), the ranges as those of sums over points.
LabelCensus count_labels(VectorView<std::int32_t const> labels, Index clusters, ChunkLoop const& for_chunks);

}  // namespace regio
