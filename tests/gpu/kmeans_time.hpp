/// Times that follow from the cost model (kmeans_cost.hpp) on a device: the least possible, and what we expect.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "kernels/kmeans_layout.cuh"
#include "tests/gpu/kmeans_cost.hpp"

namespace regio::test {

struct CudaDevice {
  std::string name;
  int multiprocessors = 0;
  double clock = 0;               ///< Hz
  int capability = 0;             ///< 90 for 9.0
  std::int64_t shared_bytes = 0;  ///< of a multiprocessor
};

/// Instructions of a warp in double precision that a multiprocessor begins in a cycle (CUDA C++ Programming Guide 13.0,
/// table of the throughput of arithmetic instructions).
inline double double_rate(CudaDevice const& device) {
  switch (device.capability) {
    case 90:
    case 100: return 2;
    case 80: return 1;
    default: return 1.0 / 16;
  }
}

/// We expect this share of the limit's rate: the start scans points one by one, short loops and barriers of a warp
/// leave slots empty, and sixteen warps do not always hide it.
inline constexpr double expected_share = 0.25;
/// Bytes a second between host and device, over PCIe 5.
inline constexpr double copy_rate = 55e9;

struct TimeLimit {
  double seconds = 0;
  bool by_shared_memory = false;  ///< or by double precision
};

/// The least time for so many runs of this cost: one pass over the banks a cycle, and double_rate().
inline TimeLimit limit_of(WarpCost const& run, double runs, CudaDevice const& device) {
  double const arithmetic = static_cast<double>(run.instructions()) / double_rate(device);
  auto const shared = static_cast<double>(run.shared_passes);
  return {runs * std::max(arithmetic, shared) / (device.multiprocessors * device.clock), shared > arithmetic};
}

/// One run of so many iterations, its first centres included.
inline WarpCost run_cost(KmeansShape const& shape, bool plus_plus, double iterations) {
  KmeansRunCost const cost(shape);
  constexpr int parts = 16;  // of an iteration, since a mean of many runs is no whole number
  WarpCost const of_iterations = static_cast<std::int64_t>(parts * iterations) * (cost.assignment() + cost.update());
  WarpCost const start = plus_plus ? cost.plus_plus() : cost.given_centres();
  return start + cost.frame() +
         WarpCost{of_iterations.arithmetic / parts, of_iterations.comparisons / parts, of_iterations.divisions / parts,
                  of_iterations.shared_passes / parts};
}

/// Whether sixteen such runs find room in the shared memory of a multiprocessor, so that a warp makes each
/// (kmeans_route in host/cuda); larger ones are made by blocks, for which there is no model.
inline bool is_made_by_a_warp(KmeansShape const& shape, bool plus_plus, CudaDevice const& device) {
  constexpr std::int64_t warps_of_block = 4, blocks = 4, kept_of_block = 1024 + 256;
  cuda::KmeansLayout<std::int64_t> const layout{
      .points = shape.n,
      .features = static_cast<int>(shape.d),
      .clusters = static_cast<int>(shape.k),
      .candidates = plus_plus ? static_cast<int>(candidates_for(shape.k)) : 0};
  std::int64_t const of_run = cuda::shared_bytes(layout, cuda::KmeansPlacement::shared);
  return blocks * (warps_of_block * of_run + kept_of_block) <= device.shared_bytes;
}

}  // namespace regio::test
