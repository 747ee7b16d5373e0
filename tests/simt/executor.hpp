/// Runs CUDA kernels on the CPU, compiled by the host compiler from the text that nvcc compiles: one fibre per thread,
/// several blocks at once, in an order drawn from a seed. README.md says what it finds and what it cannot see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/simt/device_memory.hpp"
#include "tests/simt/finding.hpp"
#include "tests/simt/schedule.hpp"
#include "tests/simt/vector_types.hpp"

namespace simt {

struct GridLaunch {
  std::string name;
  dim3 grid, block;
  std::size_t dynamic_shared_bytes = 0;
  std::function<void()> thread;  ///< the kernel called with its arguments, by one CUDA thread
};

/// Runs the grid to its end. Its blocks run on OS threads of the executor, one at a time. A finding ends the launch:
/// false. One grid at a time: a second caller waits.
bool execute(GridLaunch const& launch);

struct ExecutorOptions {
  Order order = Order::forward;
  std::uint64_t seed = 1;
  int resident_blocks = 3;
  std::size_t shared_limit = 227 * 1024;  ///< dynamic shared memory of a block
  bool fail_fast = true;                  ///< a finding prints itself and aborts; otherwise it is in findings()
};
ExecutorOptions& options();

/// Operations in double precision.
struct DoubleOperations {
  std::uint64_t arithmetic = 0;  ///< sums, differences, products, multiply-adds
  std::uint64_t comparisons = 0;
  std::uint64_t divisions = 0;  ///< and roots

  friend bool operator==(DoubleOperations const&, DoubleOperations const&) = default;
};

/// What one launch did. A build whose kernels carry no access hooks has `counted` false and leaves the figures of
/// memory accesses zero; barriers and atomics are always counted, double precision where it is the counted one
/// (counted_double.hpp).
struct LaunchCount {
  std::string name;
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  std::uint64_t global_load_bytes = 0;  ///< asked for by the threads
  std::uint64_t global_store_bytes = 0;
  std::uint64_t global_load_sectors = 0;  ///< of 32 bytes, each counted once per access of a warp
  std::uint64_t global_store_sectors = 0;
  std::uint64_t shared_load_bytes = 0;  ///< asked for by the threads
  std::uint64_t shared_store_bytes = 0;
  std::uint64_t shared_passes = 0;     ///< over the banks, 32 words of 4 bytes each; one is made in a cycle
  std::uint64_t shared_conflicts = 0;  ///< passes over the banks beyond those that the width of the access needs
  DoubleOperations of_threads;
  DoubleOperations of_warps;   ///< an operation that lanes make together counts once
  std::uint64_t barriers = 0;  ///< of blocks: __syncthreads and its forms
  std::uint64_t atomics = 0;   ///< of threads
  bool counted = false;
};
/// Of the launches that ended without a finding, in the order of execution.
std::vector<LaunchCount>& launch_log();

}  // namespace simt
