/// From the components of the index to the index and its ranks.
#pragma once

#include <array>
#include <vector>

#include <regio/interaction_index.hpp>

namespace regio {

/// Refuses options that no index can be computed with. `where` names the caller.
void check_interaction_options(std::string const& where, InteractionOptions const& options);

/// Refuses a list of traded industries of another size, or of none.
void check_traded(std::string const& where, VectorView<std::uint8_t const> traded, Index industries);

/// The totals of `shipments`, all zero.
ShipmentTotals empty_totals(Shipments const& shipments);

/// What the components A and V are made of: deliveries and supplies of each region.
struct RegionDeliveries {
  std::vector<double> out, in, supplies;  ///< [regions]
};

/// Index and ranks; Q and R are given as they are.
InteractionIndex interaction_from(std::vector<double> industries, std::vector<double> links,
                                  RegionDeliveries const& deliveries, InteractionOptions const& options);

}  // namespace regio
