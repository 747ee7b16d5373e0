/// The planned operation of the interaction index: shipments whose shapes were checked, and where their totals go.
#pragma once

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

/// Adds up the shipments of every item; reads them once.
struct InteractionIndexOperation {
  static constexpr std::string_view name = "interaction_index";

  std::span<ShipmentItem> items;
  Control control = {};
  SimdTarget target = best_simd_target();
};

}  // namespace regio
