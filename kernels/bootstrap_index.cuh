/// The launch of the replicates of the bootstrap of the interaction index, for the host.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace regio::cuda {

/// Partial sums over a group of shipments (host/interaction/bootstrap_index_operation.hpp).
inline constexpr int group_lanes = 8;

/// Consecutive replicates of one period. Shipments are in the order of origin, destination, industry and use, so those
/// of an origin and those of a pair follow one another. All pointers are the device's.
struct BootstrapIndexArguments {
  double const* value;                                 ///< [shipments]
  std::int32_t const* first_of_origin;                 ///< [regions + 1] into the shipments
  std::int32_t const* first_of_pair;                   ///< [pairs + 1] into the shipments
  std::int32_t const *origin, *destination, *reverse;  ///< [pairs] reverse: the pair of the other direction, or -1

  std::int32_t const* first_of_destination;           ///< [regions + 1] into the three below
  std::int32_t const* delivery;                       ///< [shipments] by destination
  double const *delivery_value, *delivery_raw_value;  ///< [shipments] of these

  std::int32_t const* first_of_slot;  ///< [slots + 1] of an origin and a traded industry
  std::int32_t const* slot_shipment;  ///< [members of slots]
  std::int32_t const* slot_origin;    ///< [slots]

  std::uint32_t shipments;
  std::int32_t regions, pairs, slots;
  std::uint64_t seed;
  double link_threshold;
  bool counts_outgoing, counts_incoming;  ///< links

  std::uint32_t begin, count;        ///< replicates begin .. begin + count - 1
  double *out, *in, *supplies;       ///< [count, regions], out
  std::int32_t *industries, *links;  ///< [count, regions], zeros before
  std::byte* workspace;              ///< [blocks, bootstrap_index_bytes()] where shared memory is too small, else null
};

/// What a block keeps of its replicate: how often each shipment was drawn, and the pairs' flows.
std::int64_t bootstrap_index_bytes(std::int64_t shipments, std::int64_t pairs);

inline constexpr unsigned most_bootstrap_threads = 1024;

/// "bootstrap_index", or "bootstrap_index_global" with a workspace: a block makes a replicate at a time. Results do not
/// depend on blocks, threads (whole warps) and workspace.
cudaError_t launch_bootstrap_index(cudaStream_t stream, unsigned blocks, unsigned threads,
                                   BootstrapIndexArguments const& arguments);

}  // namespace regio::cuda
