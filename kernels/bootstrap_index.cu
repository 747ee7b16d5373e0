// A block makes a replicate. It counts how often each shipment is drawn by atomic operations on integers, whose order
// does not show, and then adds as the CPU does: eight threads are the eight lanes of a region's sums, a thread adds a
// pair's flow in order. Deliveries into regions are stored by destination, so that only the counts are read at random.
#include "kernels/bootstrap_index.cuh"

#include <cstddef>

#include "interaction/resampling.hpp"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {
namespace {

/// What a block keeps of its replicate.
struct Drawn {
  double* flow;         ///< [pairs]
  std::int32_t* times;  ///< [shipments] how often each was drawn

  __device__ Drawn(BootstrapIndexArguments const& a, std::byte* memory)
      : flow(reinterpret_cast<double*>(memory)), times(reinterpret_cast<std::int32_t*>(flow + a.pairs)) {}
};

__device__ void draw(BootstrapIndexArguments const& a, std::uint32_t replicate, std::int32_t* times) {
  for (std::uint32_t k = threadIdx.x; k < a.shipments; k += blockDim.x) times[k] = 0;
  __syncthreads();
  std::uint32_t const blocks = a.shipments / 2 + a.shipments % 2;
  for (std::uint32_t b = threadIdx.x; b < blocks; b += blockDim.x) {
    PhiloxBlock const bits = resampling_block(a.seed, replicate, b);
    atomicAdd(&times[scaled_below(bits.word[0], bits.word[1], a.shipments)], 1);
    if (2 * b + 1 < a.shipments) atomicAdd(&times[scaled_below(bits.word[2], bits.word[3], a.shipments)], 1);
  }
  __syncthreads();
}

/// The sum of eight neighbouring threads' lanes by halves, for each of them.
__device__ double sum_of_lanes(double lane) {
  for (int half = group_lanes / 2; half > 0; half /= 2) lane += __shfl_xor_sync(whole_warp, lane, half);
  return lane;
}

/// Deliveries out of regions, and into them.
__device__ void sum_regions(BootstrapIndexArguments const& a, std::int64_t row, std::int32_t const* times) {
  int const lane = static_cast<int>(threadIdx.x) % group_lanes, groups = static_cast<int>(blockDim.x) / group_lanes;
  // All lanes of a warp come to every sum, also those without a region.
  for (int first = 0; first < a.regions; first += groups) {
    int const r = first + static_cast<int>(threadIdx.x) / group_lanes;
    bool const is_region = r < a.regions;
    double out = 0, in = 0, supplies = 0;
    if (is_region) {
      for (int k = a.first_of_origin[r] + lane; k < a.first_of_origin[r + 1]; k += group_lanes) {
        out += times[k] * a.value[k];
      }
      for (int k = a.first_of_destination[r] + lane; k < a.first_of_destination[r + 1]; k += group_lanes) {
        double const drawn = times[a.delivery[k]];
        in += drawn * a.delivery_value[k];
        supplies += drawn * a.delivery_raw_value[k];
      }
    }
    out = sum_of_lanes(out);
    in = sum_of_lanes(in);
    supplies = sum_of_lanes(supplies);
    if (!is_region || lane != 0) continue;
    a.out[row + r] = out;
    a.in[row + r] = in;
    a.supplies[row + r] = supplies;
  }
}

__device__ void count_industries(BootstrapIndexArguments const& a, std::int64_t row, std::int32_t const* times) {
  for (int slot = static_cast<int>(threadIdx.x); slot < a.slots; slot += static_cast<int>(blockDim.x)) {
    bool drawn = false;
    for (int k = a.first_of_slot[slot]; k < a.first_of_slot[slot + 1] && !drawn; ++k) {
      drawn = times[a.slot_shipment[k]] > 0;
    }
    if (drawn) atomicAdd(&a.industries[row + a.slot_origin[slot]], 1);
  }
}

__device__ void sum_pairs(BootstrapIndexArguments const& a, Drawn const& drawn) {
  for (int p = static_cast<int>(threadIdx.x); p < a.pairs; p += static_cast<int>(blockDim.x)) {
    int const end = a.first_of_pair[p + 1];
    double flow = 0;
    if (a.link_threshold > 0) {
      for (int k = a.first_of_pair[p]; k < end; ++k) flow += drawn.times[k] * a.value[k];
    } else {
      // All that is asked is whether there is a flow, and how many shipments were drawn tells it.
      for (int k = a.first_of_pair[p]; k < end; ++k) flow += drawn.times[k];
    }
    drawn.flow[p] = flow;
  }
}

/// Needs the sums of all pairs and regions.
__device__ void count_links(BootstrapIndexArguments const& a, std::int64_t row, double const* flow) {
  auto const ships = [&](int p) { return flow[p] > a.link_threshold * a.out[row + a.origin[p]]; };
  auto const receives = [&](int p) { return flow[p] > a.link_threshold * a.in[row + a.destination[p]]; };
  for (int p = static_cast<int>(threadIdx.x); p < a.pairs; p += static_cast<int>(blockDim.x)) {
    if (a.counts_outgoing && ships(p)) atomicAdd(&a.links[row + a.origin[p]], 1);
    if (!a.counts_incoming || !receives(p)) continue;
    // A partner counts once: not again where the destination ships to the origin too.
    int const reverse = a.reverse[p];
    if (a.counts_outgoing && reverse >= 0 && ships(reverse)) continue;
    atomicAdd(&a.links[row + a.destination[p]], 1);
  }
}

template <bool in_shared_memory>
__global__ void __launch_bounds__(most_bootstrap_threads, 1)
    bootstrap_index(BootstrapIndexArguments arguments, std::int64_t bytes) {
  REGIO_DYNAMIC_SHARED(std::byte, shared);
  Drawn const drawn(arguments, in_shared_memory ? shared : arguments.workspace + blockIdx.x * bytes);
  for (std::uint32_t b = blockIdx.x; b < arguments.count; b += gridDim.x) {
    std::int64_t const row = std::int64_t{b} * arguments.regions;
    draw(arguments, arguments.begin + b, drawn.times);
    sum_regions(arguments, row, drawn.times);
    count_industries(arguments, row, drawn.times);
    sum_pairs(arguments, drawn);
    __syncthreads();
    count_links(arguments, row, drawn.flow);
    __syncthreads();
  }
}

}  // namespace

std::int64_t bootstrap_index_bytes(std::int64_t shipments, std::int64_t pairs) {
  constexpr std::int64_t alignment = 16;
  std::int64_t const bytes = pairs * std::int64_t{sizeof(double)} + shipments * std::int64_t{sizeof(std::int32_t)};
  return (bytes + alignment - 1) / alignment * alignment;
}

cudaError_t launch_bootstrap_index(cudaStream_t stream, unsigned blocks, unsigned threads,
                                   BootstrapIndexArguments const& arguments) {
  std::int64_t const bytes = bootstrap_index_bytes(arguments.shipments, arguments.pairs);
  if (arguments.workspace != nullptr) {
    return launch("bootstrap_index_global", bootstrap_index<false>, {dim3(blocks), dim3(threads)}, stream, arguments,
                  bytes);
  }
  return launch("bootstrap_index", bootstrap_index<true>,
                {dim3(blocks), dim3(threads), static_cast<std::size_t>(bytes)}, stream, arguments, bytes);
}

}  // namespace regio::cuda
