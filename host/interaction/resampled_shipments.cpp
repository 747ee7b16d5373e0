#include "interaction/resampled_shipments.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace regio {
namespace {

struct Shipment {
  std::int32_t origin, destination, industry;
  bool raw;
  double value;
};

std::vector<Shipment> between_regions(Shipments const& shipments) {
  auto const is_raw = [&](Index industry) {
    return !shipments.raw_industries.empty() && shipments.raw_industries[industry] != 0;
  };
  std::vector<Shipment> result;
  auto const add = [&](Index r, Index s, Index i, bool raw, double value) {
    if (r == s || value == 0) return;
    result.push_back(
        {static_cast<std::int32_t>(r), static_cast<std::int32_t>(s), static_cast<std::int32_t>(i), raw, value});
  };
  if (shipments.is_list()) {
    ShipmentList const& list = shipments.list;
    for (Index k = 0; k < list.value.size(); ++k) {
      Index const i = list.industry[k];
      add(list.origin[k], list.destination[k], i, list.is_raw.empty() ? is_raw(i) : list.is_raw[k] != 0, list.value[k]);
    }
  } else {
    for (Index r = 0; r < shipments.regions; ++r) {
      for (Index s = 0; s < shipments.regions; ++s) {
        for (Index i = 0; i < shipments.industries; ++i) add(r, s, i, is_raw(i), shipments.table(r, s, i));
      }
    }
  }
  auto const key = [](Shipment const& f) { return std::tuple(f.origin, f.destination, f.industry, f.raw); };
  std::stable_sort(result.begin(), result.end(), [&](Shipment const& f, Shipment const& g) { return key(f) < key(g); });
  // Entries of the same shipment add up.
  std::size_t last = 0;
  for (std::size_t k = 1; k < result.size(); ++k) {
    if (key(result[k]) == key(result[last])) {
      result[last].value += result[k].value;
    } else {
      result[++last] = result[k];
    }
  }
  if (!result.empty()) result.resize(last + 1);
  return result;
}

/// Members in their order, grouped by group(k) in [0, groups); -1: in none.
template <class Group>
ShipmentGroups grouped(std::size_t members, std::size_t groups, Group&& group) {
  ShipmentGroups result;
  result.first.assign(groups + 1, 0);
  for (std::size_t k = 0; k < members; ++k) {
    if (group(k) >= 0) ++result.first[static_cast<std::size_t>(group(k)) + 1];
  }
  for (std::size_t g = 0; g < groups; ++g) result.first[g + 1] += result.first[g];
  result.item.resize(static_cast<std::size_t>(result.first.back()));
  std::vector<std::int32_t> next(result.first.begin(), result.first.end() - 1);
  for (std::size_t k = 0; k < members; ++k) {
    if (group(k) < 0) continue;
    result.item[static_cast<std::size_t>(next[static_cast<std::size_t>(group(k))]++)] = static_cast<std::int32_t>(k);
  }
  return result;
}

}  // namespace

ResampledShipments resampled_shipments(InteractionProblem const& problem) {
  std::vector<Shipment> const shipments = between_regions(problem.shipments);
  auto const regions = static_cast<std::size_t>(problem.shipments.regions);
  ResampledShipments result;
  result.regions = problem.shipments.regions;
  auto const traded = [&](Index i) { return problem.traded.empty() || problem.traded[i] != 0; };
  for (Index i = 0; i < problem.shipments.industries; ++i) result.traded_industries += traded(i) ? 1 : 0;

  std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> pairs, slots;
  std::vector<std::int32_t> pair_of, slot_of;
  for (Shipment const& shipment : shipments) {
    result.value.push_back(shipment.value);
    result.raw_value.push_back(shipment.raw ? shipment.value : 0.0);
    auto const [pair, new_pair] =
        pairs.try_emplace({shipment.origin, shipment.destination}, static_cast<std::int32_t>(pairs.size()));
    pair_of.push_back(pair->second);
    if (new_pair) {
      result.origin.push_back(shipment.origin);
      result.destination.push_back(shipment.destination);
    }
    if (!traded(shipment.industry)) {
      slot_of.push_back(-1);
      continue;
    }
    auto const [slot, new_slot] =
        slots.try_emplace({shipment.origin, shipment.industry}, static_cast<std::int32_t>(slots.size()));
    slot_of.push_back(slot->second);
    if (new_slot) result.slot_origin.push_back(shipment.origin);
  }
  result.by_origin = grouped(shipments.size(), regions, [&](std::size_t k) { return shipments[k].origin; });
  result.by_destination = grouped(shipments.size(), regions, [&](std::size_t k) { return shipments[k].destination; });
  for (std::int32_t const k : result.by_destination.item) {
    result.delivery_value.push_back(result.value[static_cast<std::size_t>(k)]);
    result.delivery_raw_value.push_back(result.raw_value[static_cast<std::size_t>(k)]);
  }
  result.by_pair = grouped(shipments.size(), pairs.size(), [&](std::size_t k) { return pair_of[k]; });
  result.by_industry = grouped(shipments.size(), slots.size(), [&](std::size_t k) { return slot_of[k]; });
  for (std::size_t p = 0; p < result.origin.size(); ++p) {
    auto const found = pairs.find({result.destination[p], result.origin[p]});
    result.reverse.push_back(found == pairs.end() ? -1 : found->second);
  }
  return result;
}

}  // namespace regio
