/// Shipments laid out for being drawn with replacement: who belongs to which sum.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/interaction_index.hpp>

namespace regio {

/// Groups of shipments, group by group: those of group g are item[first[g]] .. item[first[g + 1] - 1].
struct ShipmentGroups {
  std::vector<std::int32_t> first;  ///< [groups + 1]
  std::vector<std::int32_t> item;   ///< [members]
};

/// The shipments above 0 between different regions, in the order of origin, destination, industry and use: those of an
/// origin, and those of a pair, lie behind each other.
struct ResampledShipments {
  Index regions = 0, traded_industries = 0;
  std::vector<double> value;                      ///< [shipments]
  std::vector<double> raw_value;                  ///< [shipments] value, or 0 for finished products
  ShipmentGroups by_origin;                       ///< [regions]
  ShipmentGroups by_destination;                  ///< [regions]
  std::vector<double> delivery_value;             ///< [shipments] value in the order of by_destination
  std::vector<double> delivery_raw_value;         ///< [shipments] raw_value in the same order
  ShipmentGroups by_pair;                         ///< [pairs] of an origin and a destination, in that order
  std::vector<std::int32_t> origin, destination;  ///< [pairs]
  std::vector<std::int32_t> reverse;              ///< [pairs] the pair of the other direction, or -1
  ShipmentGroups by_industry;                     ///< [slots] of an origin and a traded industry
  std::vector<std::int32_t> slot_origin;          ///< [slots]

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(value.size()); }
};

ResampledShipments resampled_shipments(InteractionProblem const& problem);

}  // namespace regio
