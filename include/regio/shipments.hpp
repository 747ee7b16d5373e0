/// Shipments between regions by industry: what interaction, structure and trade are computed from.
///
/// Symbols of the literature and their words here: f_rsi shipments of industry i from region r to region s.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

namespace regio {

/// Shipments one by one, in any order; those of the same regions and industry add up.
struct ShipmentList {
  VectorView<std::int32_t const> origin = {}, destination = {};  ///< [shipments] in [0, regions)
  VectorView<std::int32_t const> industry = {};                  ///< [shipments] in [0, industries)
  VectorView<double const> value = {};                           ///< [shipments] finite, >= 0
  /// [shipments] 1: raw materials and supplies, 0: finished products; empty: as `raw_industries` says.
  VectorView<std::uint8_t const> is_raw = {};
};

/// The shipments of one period, as an array or as a list. Views are only read.
struct Shipments {
  Index regions = 0, industries = 0;
  BatchView<double const> table = {};  ///< f [origin, destination, industry], finite, >= 0; or
  ShipmentList list = {};              ///< a list
  /// [industries] 1: raw materials and supplies, 0: finished products; empty: all are finished.
  VectorView<std::uint8_t const> raw_industries = {};

  [[nodiscard]] bool is_list() const noexcept { return table.empty(); }
};

}  // namespace regio
