// A table is read once. A block takes sixteen destinations and a chunk of origins: eight threads are the lanes of a
// destination's row, whose industries they add to the flow, to the deliveries into the destination (in shared memory
// where it holds them) and, with the rows of the other destinations, to the deliveries out of the origin. A list is
// sorted by the sum that its entries belong to, and a thread adds the entries of a sum in their order.
#include "kernels/interaction_index.cuh"

#include <cfloat>
#include <cstddef>

#include "core/host_device.hpp"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {
namespace {

constexpr int row_lanes = 8, table_threads = tile_destinations * row_lanes, table_warps = table_threads / warp_threads;
/// Industries of a row whose groups of destinations are in shared memory at a time, and numbers that a thread has under
/// way.
constexpr int most_staged = 256, numbers_under_way = 4;
constexpr int threads_of_totals = 128, threads_of_list = 256;
/// Grids beyond it are run through in steps.
constexpr std::int64_t most_blocks = std::int64_t{1} << 20;

__device__ bool is_shipment(double value) { return value >= 0 && value <= DBL_MAX; }

/// Industries that are staged at a time: a multiple of the lanes.
REGIO_HOST_DEVICE constexpr std::int64_t staged_industries(std::int64_t industries) {
  std::int64_t const padded = (industries + row_lanes - 1) / row_lanes * row_lanes;
  return padded < most_staged ? padded : most_staged;
}

/// Two times the sums over groups of four destinations, a group for each warp.
REGIO_HOST_DEVICE constexpr std::int64_t staged_numbers(std::int64_t industries) {
  return 2 * table_warps * staged_industries(industries);
}

struct TableSums {
  ShipmentTableArguments table;
  std::int64_t staged;    ///< industries at a time
  bool in_shared_memory;  ///< deliveries in
};

/// One thread's part of a block's work.
class TableBlock {
 public:
  __device__ TableBlock(TableSums const& sums, double* shared)
      : sums_(sums),
        table_(sums.table),
        groups_(shared),
        destination_(std::int64_t{blockIdx.x} * tile_destinations + threadIdx.x / row_lanes),
        is_region_(destination_ < table_.regions) {
    std::int64_t const chunk = table_.first_origin / table_.origins_of_chunk + blockIdx.y;
    in_ = sums.in_shared_memory
              ? shared + staged_numbers(table_.industries) + threadIdx.x / row_lanes * table_.industries
              : table_.in_by_chunk + (chunk * table_.regions + destination_) * table_.industries;
    in_of_chunk_ = table_.in_by_chunk + (chunk * table_.regions + destination_) * table_.industries;
  }

  __device__ void run() {
    if (is_region_) {
      for (std::int64_t i = lane(); i < table_.industries; i += row_lanes) in_[i] = 0;
    }
    std::int64_t const begin = std::int64_t{blockIdx.y} * table_.origins_of_chunk;
    std::int64_t const all = begin + table_.origins_of_chunk, end = all < table_.origins ? all : table_.origins;
    for (std::int64_t origin = begin; origin < end; ++origin) add_row(origin);
    if (invalid_) atomicOr(table_.invalid, 1U);
    if (!sums_.in_shared_memory || !is_region_) return;
    for (std::int64_t i = lane(); i < table_.industries; i += row_lanes) in_of_chunk_[i] = in_[i];
  }

 private:
  __device__ static int lane() { return static_cast<int>(threadIdx.x) % row_lanes; }

  /// `origin` counts within the part.
  __device__ void add_row(std::int64_t origin) {
    std::int64_t const own = table_.first_origin + origin;
    double const* const row = table_.value + (origin * table_.regions + destination_) * table_.industries;
    double* const out = table_.out_by_tile + (origin * gridDim.x + blockIdx.x) * table_.industries;
    double flow = 0;
    for (std::int64_t first = 0; first < table_.industries; first += sums_.staged) {
      std::int64_t const left = table_.industries - first;
      int const width = static_cast<int>(left < sums_.staged ? left : sums_.staged);
      double* const of_warp =
          groups_ + (static_cast<unsigned>(side_ * table_warps) + threadIdx.x / warp_threads) * sums_.staged;
      for (int step = 0; step < width; step += row_lanes * numbers_under_way) {
        add_numbers(row + first, step, width, destination_ != own, flow, in_ + first, of_warp);
      }
      __syncthreads();
      double const* const group = groups_ + side_ * table_warps * sums_.staged;
      for (int i = static_cast<int>(threadIdx.x); i < width; i += table_threads) {
        double sum = 0;
        for (int warp = 0; warp < table_warps; ++warp) sum += group[warp * sums_.staged + i];
        out[first + i] = sum;
      }
      // The other side is written next; whoever writes this one again has passed the barrier in between.
      side_ = 1 - side_;
    }
    for (int half = row_lanes / 2; half > 0; half /= 2) flow += __shfl_xor_sync(whole_warp, flow, half);
    if (is_region_ && lane() == 0) table_.flows[own * table_.regions + destination_] = flow;
  }

  /// The thread's numbers of industries [step, step + 32), of which `width` are there.
  __device__ void add_numbers(double const* row, int step, int width, bool counts, double& flow, double* in,
                              double* of_warp) {
    double value[numbers_under_way];
#pragma unroll
    for (int k = 0; k < numbers_under_way; ++k) {
      int const i = step + k * row_lanes + lane();
      value[k] = is_region_ && i < width ? __ldg(row + i) : 0.0;
    }
#pragma unroll
    for (int k = 0; k < numbers_under_way; ++k) {
      if (step + k * row_lanes >= width) break;  // the same for all threads of a warp
      int const i = step + k * row_lanes + lane();
      invalid_ = invalid_ || !is_shipment(value[k]);
      flow += value[k];
      if (counts && is_region_ && i < width) in[i] += value[k];
      double delivered = counts ? value[k] : 0.0;
      delivered += __shfl_xor_sync(whole_warp, delivered, row_lanes);
      delivered += __shfl_xor_sync(whole_warp, delivered, 2 * row_lanes);
      if (threadIdx.x % warp_threads < row_lanes && i < width) of_warp[i] = delivered;
    }
  }

  TableSums const& sums_;
  ShipmentTableArguments const& table_;
  double* groups_;  ///< [two sides, warps, staged industries] sums over the four destinations of a warp
  std::int64_t destination_;
  bool is_region_;
  double *in_, *in_of_chunk_;  ///< [industries] deliveries into the destination
  bool invalid_ = false;
  int side_ = 0;
};

__global__ void __launch_bounds__(table_threads) interaction_index(TableSums sums) {
  REGIO_DYNAMIC_SHARED(double, shared);
  TableBlock(sums, shared).run();
}

/// Deliveries out by industry from those to the tiles.
__global__ void __launch_bounds__(threads_of_totals)
    interaction_index_out(ShipmentTableArguments table, std::int64_t tiles) {
  std::int64_t const count = table.origins * table.industries, step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t k = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; k < count; k += step) {
    std::int64_t const origin = k / table.industries, i = k % table.industries;
    double const* const of_tile = table.out_by_tile + origin * tiles * table.industries + i;
    double sum = 0;
    for (std::int64_t tile = 0; tile < tiles; ++tile) sum += of_tile[tile * table.industries];
    table.out_by_industry[(table.first_origin + origin) * table.industries + i] = sum;
  }
}

/// Codes and value of one entry.
struct ListEntry {
  std::int64_t origin, destination, industry;
  double value;

  __device__ ListEntry(ShipmentListArguments const& list, std::uint64_t k)
      : origin(list.origin[k]), destination(list.destination[k]), industry(list.industry[k]), value(list.value[k]) {}

  [[nodiscard]] __device__ bool is_valid(ShipmentListArguments const& list) const {
    return origin >= 0 && origin < list.regions && destination >= 0 && destination < list.regions && industry >= 0 &&
           industry < list.industries && is_shipment(value);
  }
};

template <ShipmentSum sum>
__global__ void __launch_bounds__(threads_of_list) interaction_index_keys(ShipmentListArguments list) {
  auto const count = static_cast<std::uint64_t>(list.shipments), step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t place = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; place < count; place += step) {
    std::uint64_t const k = sum == ShipmentSum::deliveries_in ? list.positions[place] : place;
    ListEntry const entry(list, k);
    std::int64_t key = 0;  // of what is not valid: its sums mean nothing, but stand where there is memory
    if (entry.is_valid(list)) {
      if constexpr (sum == ShipmentSum::flows) key = entry.origin * list.regions + entry.destination;
      if constexpr (sum == ShipmentSum::deliveries_out) key = entry.origin * list.industries + entry.industry;
      if constexpr (sum == ShipmentSum::deliveries_in) key = entry.destination * list.industries + entry.industry;
    } else if constexpr (sum == ShipmentSum::flows) {
      atomicOr(list.invalid, 1U);
    }
    list.keys[place] = static_cast<double>(key);
    list.positions[place] = k;
  }
}

/// body(k) for the entries of the sum that begins at `place`.
template <class Body>
__device__ void for_entries(ShipmentListArguments const& list, std::int64_t place, Body&& body) {
  double const key = list.keys[place];
  for (; place < list.shipments && list.keys[place] == key; ++place) body(list.positions[place]);
}

__device__ double sum_of_entries(ShipmentListArguments const& list, std::int64_t place, bool counts_own) {
  double sum = 0;
  for_entries(list, place, [&](std::uint64_t k) {
    if (counts_own || list.origin[k] != list.destination[k]) sum += list.value[k];
  });
  return sum;
}

/// Deliveries into a region of one industry, all of them and those of raw materials and supplies.
__device__ void sum_deliveries_in(ShipmentListArguments const& list, std::int64_t place, std::int64_t key) {
  double sum = 0, of_chunk = 0, raw = 0, raw_of_chunk = 0;
  std::int64_t chunk = 0;
  for_entries(list, place, [&](std::uint64_t k) {
    if (list.origin[k] == list.destination[k]) return;
    if (list.origin[k] / list.origins_of_chunk != chunk) {
      chunk = list.origin[k] / list.origins_of_chunk;
      sum += of_chunk;
      raw += raw_of_chunk;
      of_chunk = raw_of_chunk = 0;
    }
    of_chunk += list.value[k];
    if (list.is_raw != nullptr && list.is_raw[k] != 0) raw_of_chunk += list.value[k];
  });
  list.in_by_industry[key] = sum + of_chunk;
  if (list.raw_by_industry != nullptr) list.raw_by_industry[key] = raw + raw_of_chunk;
}

template <ShipmentSum sum>
__global__ void __launch_bounds__(threads_of_list) interaction_index_list(ShipmentListArguments list) {
  std::int64_t const step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t place = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; place < list.shipments;
       place += step) {
    if (place > 0 && list.keys[place - 1] == list.keys[place]) continue;
    auto const key = static_cast<std::int64_t>(list.keys[place]);
    if constexpr (sum == ShipmentSum::flows) list.flows[key] = sum_of_entries(list, place, true);
    if constexpr (sum == ShipmentSum::deliveries_out) list.out_by_industry[key] = sum_of_entries(list, place, false);
    if constexpr (sum == ShipmentSum::deliveries_in) sum_deliveries_in(list, place, key);
  }
}

/// A block for a region.
__global__ void __launch_bounds__(threads_of_totals) interaction_index_totals(ShipmentTotalsArguments totals) {
  std::int64_t const first = std::int64_t{blockIdx.x} * totals.industries, cells = totals.regions * totals.industries;
  double* const in = totals.in_by_industry + first;
  if (totals.in_by_chunk != nullptr) {
    for (std::int64_t i = threadIdx.x; i < totals.industries; i += blockDim.x) {
      double sum = 0;
      for (std::int64_t chunk = 0; chunk < totals.chunks; ++chunk) sum += totals.in_by_chunk[chunk * cells + first + i];
      in[i] = sum;
    }
    __syncthreads();
  }
  // Three sums one number after the other, each by a warp of its own.
  auto const sum = [&](double const* value, std::uint8_t const* counts) {
    double result = 0;
    for (std::int64_t i = 0; i < totals.industries; ++i) {
      if (counts == nullptr || counts[i] != 0) result += value[i];
    }
    return result;
  };
  std::int64_t const region = blockIdx.x;
  if (threadIdx.x == 0) {
    totals.deliveries_out[region] = sum(totals.out_by_industry + first, nullptr);
  } else if (threadIdx.x == warp_threads) {
    totals.deliveries_in[region] = sum(in, nullptr);
  } else if (threadIdx.x == 2 * warp_threads) {
    bool const by_use = totals.raw_by_industry != nullptr;
    totals.supplies_in[region] = by_use ? sum(totals.raw_by_industry + first, nullptr) : sum(in, totals.raw_industries);
  }
}

unsigned blocks_for(std::int64_t count, int threads) {
  std::int64_t const blocks = (count + threads - 1) / threads;
  return static_cast<unsigned>(blocks < most_blocks ? blocks : most_blocks);
}

}  // namespace

cudaError_t launch_shipment_table(cudaStream_t stream, std::int64_t most_shared_bytes,
                                  ShipmentTableArguments const& arguments) {
  constexpr std::int64_t number_bytes = sizeof(double);
  std::int64_t const tiles = (arguments.regions + tile_destinations - 1) / tile_destinations;
  std::int64_t const staged = staged_numbers(arguments.industries) * number_bytes,
                     both = staged + tile_destinations * arguments.industries * number_bytes;
  bool const in_shared_memory = both <= most_shared_bytes;
  LaunchShape const shape{dim3(static_cast<unsigned>(tiles), static_cast<unsigned>(arguments.chunks)),
                          dim3(table_threads), static_cast<std::size_t>(in_shared_memory ? both : staged)};
  cudaError_t const status = launch("interaction_index", interaction_index, shape, stream,
                                    TableSums{arguments, staged_industries(arguments.industries), in_shared_memory});
  if (status != cudaSuccess) return status;
  unsigned const blocks = blocks_for(arguments.origins * arguments.industries, threads_of_totals);
  return launch("interaction_index_out", interaction_index_out, {dim3(blocks), dim3(threads_of_totals)}, stream,
                arguments, tiles);
}

cudaError_t launch_shipment_keys(cudaStream_t stream, ShipmentSum sum, ShipmentListArguments const& arguments) {
  LaunchShape const shape{dim3(blocks_for(arguments.shipments, threads_of_list)), dim3(threads_of_list)};
  auto const launch_kernel = [&](auto kernel) {
    return launch("interaction_index_keys", kernel, shape, stream, arguments);
  };
  switch (sum) {
    case ShipmentSum::deliveries_out: return launch_kernel(interaction_index_keys<ShipmentSum::deliveries_out>);
    case ShipmentSum::deliveries_in: return launch_kernel(interaction_index_keys<ShipmentSum::deliveries_in>);
    case ShipmentSum::flows: break;
  }
  return launch_kernel(interaction_index_keys<ShipmentSum::flows>);
}

cudaError_t launch_shipment_sums(cudaStream_t stream, ShipmentSum sum, ShipmentListArguments const& arguments) {
  LaunchShape const shape{dim3(blocks_for(arguments.shipments, threads_of_list)), dim3(threads_of_list)};
  auto const launch_kernel = [&](char const* name, auto kernel) {
    return launch(name, kernel, shape, stream, arguments);
  };
  switch (sum) {
    case ShipmentSum::deliveries_out:
      return launch_kernel("interaction_index_list_out", interaction_index_list<ShipmentSum::deliveries_out>);
    case ShipmentSum::deliveries_in:
      return launch_kernel("interaction_index_list_in", interaction_index_list<ShipmentSum::deliveries_in>);
    case ShipmentSum::flows: break;
  }
  return launch_kernel("interaction_index_flows", interaction_index_list<ShipmentSum::flows>);
}

cudaError_t launch_shipment_totals(cudaStream_t stream, ShipmentTotalsArguments const& arguments) {
  return launch("interaction_index_totals", interaction_index_totals,
                {dim3(static_cast<unsigned>(arguments.regions)), dim3(threads_of_totals)}, stream, arguments);
}

}  // namespace regio::cuda
