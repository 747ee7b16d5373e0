#include "cluster/label_census.hpp"

#include <algorithm>

#include "cluster/streamed_scores.hpp"

namespace regio {
namespace {

/// Of the labels begin .. end-1.
LabelCensus count_range(VectorView<std::int32_t const> labels, Index clusters, Index begin, Index end) {
  LabelCensus census;
  census.sizes.assign(static_cast<std::size_t>(clusters), 0);
  census.first_member.assign(static_cast<std::size_t>(clusters), -1);
  for (Index i = begin; i < end; ++i) {
    if (labels[i] < 0 || labels[i] >= clusters) {
      census.first_outside = i;
      return census;
    }
    auto const c = static_cast<std::size_t>(labels[i]);
    if (census.sizes[c]++ == 0) census.first_member[c] = i;
  }
  return census;
}

}  // namespace

LabelCensus count_labels(VectorView<std::int32_t const> labels, Index clusters, ChunkLoop const& for_chunks) {
  Index const n = labels.size(), range = score_chunk(n, clusters);
  std::vector<LabelCensus> parts(static_cast<std::size_t>(chunk_count(n, range)));
  for_chunks(n, range, [&](Index chunk, Index begin, Index end) {
    parts[static_cast<std::size_t>(chunk)] = count_range(labels, clusters, begin, end);
  });
  LabelCensus census = std::move(parts.front());
  for (std::size_t part = 1; part < parts.size() && census.first_outside < 0; ++part) {
    census.first_outside = parts[part].first_outside;
    for (std::size_t c = 0; c < census.sizes.size(); ++c) {
      census.sizes[c] += parts[part].sizes[c];
      if (census.first_member[c] < 0) census.first_member[c] = parts[part].first_member[c];
    }
  }
  census.occupied = std::count_if(census.sizes.begin(), census.sizes.end(), [](Index size) { return size > 0; });
  return census;
}

}  // namespace regio
