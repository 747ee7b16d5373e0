/// The loop over a table of shipments, compiled for each SIMD target with the same bits.
#pragma once

#include <regio/views.hpp>

#include "core/simd.hpp"

namespace regio {

/// Shipments from one region to some others, and the totals that they are added to.
struct ShipmentRows {
  double const* value = nullptr;  ///< [destinations, industries]
  Index destinations = 0, industries = 0;
  Index own = -1;                     ///< the destination that is the origin itself; -1: none of these
  double const* next = nullptr;       ///< the rows that are added after these; null: not known
  double* flow = nullptr;             ///< [destinations] sums over the industries
  double* out_by_industry = nullptr;  ///< [industries] to these destinations, out; without own shipments
  double* in_by_industry = nullptr;   ///< [destinations, industries]; gets no own shipments
};

struct ShipmentKernels {
  /// Adds the rows to all totals, in the order of interaction_index_operation.hpp; returns the smallest value, NaN when
  /// one is not finite.
  double (*add_rows)(ShipmentRows const& rows);
};

ShipmentKernels const& shipment_kernels(SimdTarget target);

}  // namespace regio
