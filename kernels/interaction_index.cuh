/// The launches that add up the shipments of one period, for the host. All pointers are the device's.
///
/// The order of additions is that of host/interaction/interaction_index_operation.hpp; sums do not depend on the grid.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace regio::cuda {

/// As destinations_of_tile of the operation.
inline constexpr int tile_destinations = 16;

/// Whole chunks of origins of a table.
struct ShipmentTableArguments {
  double const* value;      ///< [origins, regions, industries]
  double* flows;            ///< [regions, regions], out: rows of these origins
  double* out_by_tile;      ///< [origins, tiles of destinations, industries], out
  double* out_by_industry;  ///< [regions, industries], out: rows of these origins
  double* in_by_chunk;      ///< [all chunks, regions, industries], out: those of these chunks
  unsigned* invalid;        ///< 1 once a value is negative or not finite
  std::int64_t regions, industries;
  std::int64_t first_origin, origins;     ///< of the part
  std::int64_t origins_of_chunk, chunks;  ///< chunks of the part
};

/// Entries of a list.
struct ShipmentListArguments {
  std::int32_t const *origin, *destination, *industry;  ///< [shipments]
  double const* value;                                  ///< [shipments]
  std::uint8_t const* is_raw;                           ///< [shipments], null: the use is that of the industry
  double* keys;                                         ///< [shipments] which sum an entry belongs to
  std::uint64_t* positions;                             ///< [shipments] entries in the order of their keys
  double* flows;                                        ///< [regions, regions], zeros before
  double *out_by_industry, *in_by_industry;             ///< [regions, industries], zeros before
  double* raw_by_industry;                              ///< the same of raw materials and supplies; null without is_raw
  unsigned* invalid;  ///< 1 once a value is negative or not finite, or a code out of range
  std::int64_t shipments, regions, industries;
  std::int64_t origins_of_chunk;
};

/// The sums of a list.
enum class ShipmentSum : int { flows, deliveries_out, deliveries_in };

struct ShipmentTotalsArguments {
  double const* in_by_chunk;           ///< [chunks, regions, industries]; null: in_by_industry stands
  double const* raw_by_industry;       ///< [regions, industries]; null: supplies are those of the raw industries
  std::uint8_t const* raw_industries;  ///< [industries] 1 of raw ones
  double const* out_by_industry;       ///< [regions, industries]
  double* in_by_industry;              ///< [regions, industries], out where there are chunks
  double *deliveries_out, *deliveries_in, *supplies_in;  ///< [regions], out
  std::int64_t regions, industries, chunks;
};

/// Reads the table once: "interaction_index" sums flows, deliveries out by tile and deliveries in by chunk, a block for
/// a tile and a chunk; "interaction_index_out" adds the tiles. Shared bytes are those of shipment_table_bytes().
cudaError_t launch_shipment_table(cudaStream_t stream, std::int64_t most_shared_bytes,
                                  ShipmentTableArguments const& arguments);

/// "interaction_index_keys": keys of the entries at positions[]; of flows positions are set, in the order of the list,
/// and codes and values are checked; of deliveries out positions are set too.
cudaError_t launch_shipment_keys(cudaStream_t stream, ShipmentSum sum, ShipmentListArguments const& arguments);
/// "interaction_index_flows", "interaction_index_list_out", "interaction_index_list_in": sums of equal keys, in the
/// order of positions[]. For deliveries in, entries of a key are ordered by origin.
cudaError_t launch_shipment_sums(cudaStream_t stream, ShipmentSum sum, ShipmentListArguments const& arguments);

/// "interaction_index_totals": adds the chunks, and the industries of each region.
cudaError_t launch_shipment_totals(cudaStream_t stream, ShipmentTotalsArguments const& arguments);

}  // namespace regio::cuda
