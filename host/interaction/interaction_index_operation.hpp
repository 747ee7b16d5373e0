/// The planned operation of the interaction index: shipments whose shapes were checked, and where their totals go.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include <regio/interaction_index.hpp>

#include "core/simd.hpp"

namespace regio {

/// The shipments of one period and their totals, which are laid out and zero.
struct ShipmentItem {
  Shipments const* shipments = nullptr;
  ShipmentTotals* totals = nullptr;
  bool valid = false;  ///< every value finite and >= 0, every code in range; totals of others mean nothing
  bool finished = false;
};

/// Destinations that are added together: a region's deliveries by industry are summed over a tile of this size first.
inline constexpr Index destinations_of_tile = 16;
/// Rows of a tile whose deliveries are added at a time, as (a + b) + (c + d).
inline constexpr Index destinations_of_group = 4;

/// How the origins of a period's shipments are divided. Deliveries into a region are summed over the origins of a chunk
/// in their order, then over the chunks in theirs.
struct OriginChunks {
  Index origins = 1;  ///< of a chunk; the last one may have fewer
  Index count = 1;
};

/// A function of the shipments' size alone: the order of additions is the same on every engine.
inline OriginChunks origin_chunks(Shipments const& shipments) {
  // Every chunk has sums of its own for deliveries into regions, which shall be little beside the shipments.
  constexpr Index most_chunks = 16, least_shipments_of_chunk = Index{1} << 15;
  Index const regions = shipments.regions;
  Index const size = shipments.is_list() ? shipments.list.value.size() : regions * regions * shipments.industries;
  Index const wanted = std::clamp<Index>(size / least_shipments_of_chunk, 1, std::min(most_chunks, regions));
  Index const origins = (regions + wanted - 1) / wanted;
  return {.origins = origins, .count = (regions + origins - 1) / origins};
}

/// Adds up the shipments of every item; reads them once. The order of additions, on every engine:
///
/// - a flow of a table: eight lanes, industry i to lane i mod 8, added as core/eight_lanes-inl.hpp adds its lanes;
/// - deliveries out by industry of a table: groups of four destinations, a tile's groups in order, tiles in order. What
///   a region ships to itself counts as 0;
/// - deliveries in by industry: origins of a chunk in order, chunks in order; supplies of a list with uses likewise;
/// - sums of a list: entries in the order of the list, but for deliveries in, where they are ordered by origin first;
/// - a region's deliveries and supplies: industries in order.
struct InteractionIndexOperation {
  static constexpr std::string_view name = "interaction_index";

  std::span<ShipmentItem> items;
  Control control = {};
  SimdTarget target = best_simd_target();
};

}  // namespace regio
