#include <fmt/format.h>

#include <algorithm>

#include <regio/interaction_index.hpp>

#include "core/contract.hpp"
#include "interaction/shipment_checks.hpp"

namespace regio {

MergedShipments merge_regions(Shipments const& shipments, std::vector<std::int32_t> const& into) {
  check_shapes("merge_regions: shipments", shipments);
  if (static_cast<Index>(into.size()) != shipments.regions) {
    refuse("merge_regions: into", fmt::format("has {} entries for {} regions", into.size(), shipments.regions));
  }
  MergedShipments merged;
  for (std::size_t r = 0; r < into.size(); ++r) {
    if (into[r] < 0 || into[r] >= shipments.regions) {
      refuse("merge_regions: into", fmt::format("[{}] is {}; there are {} regions", r, into[r], shipments.regions));
    }
    merged.regions = std::max<Index>(merged.regions, into[r] + 1);
  }
  auto const region = [&](Index r) { return into[static_cast<std::size_t>(r)]; };
  auto const is_raw = [&](Index industry) {
    return static_cast<std::uint8_t>(!shipments.raw_industries.empty() && shipments.raw_industries[industry] != 0);
  };
  auto const add = [&](Index r, Index s, Index industry, double value, std::uint8_t raw) {
    merged.origin.push_back(region(r));
    merged.destination.push_back(region(s));
    merged.industry.push_back(static_cast<std::int32_t>(industry));
    merged.value.push_back(value);
    merged.is_raw.push_back(raw);
  };
  if (shipments.is_list()) {
    ShipmentList const& list = shipments.list;
    for (Index k = 0; k < list.value.size(); ++k) {
      if (list.origin[k] < 0 || list.origin[k] >= shipments.regions || list.destination[k] < 0 ||
          list.destination[k] >= shipments.regions || list.industry[k] < 0 ||
          list.industry[k] >= shipments.industries) {
        refuse_shipments("merge_regions: shipments", shipments);
      }
      add(list.origin[k], list.destination[k], list.industry[k], list.value[k],
          list.is_raw.empty() ? is_raw(list.industry[k]) : list.is_raw[k]);
    }
    return merged;
  }
  for (Index r = 0; r < shipments.regions; ++r) {
    for (Index s = 0; s < shipments.regions; ++s) {
      for (Index i = 0; i < shipments.industries; ++i) {
        double const value = shipments.table(r, s, i);
        if (value != 0) add(r, s, i, value, is_raw(i));
      }
    }
  }
  return merged;
}

}  // namespace regio
