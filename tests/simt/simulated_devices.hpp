/// The devices that the runtime pretends to have, and what tests ask it about a run.
///
/// All of this is for a test's own thread while no other one calls the runtime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simt/runtime.hpp"

namespace simt {

/// Two unless changed, with the limits of compute capability 9.0 but few multiprocessors and 1 GiB. Change them while
/// nothing is alive.
std::vector<cudaDeviceProp>& devices();

/// The order in which work of several streams runs, and whether it runs early or late, is drawn from this.
void set_schedule_seed(std::uint64_t seed);

struct CopyRecord {
  cudaMemcpyKind kind;
  std::size_t bytes;
  int device;  ///< of the stream
  friend bool operator==(CopyRecord const&, CopyRecord const&) = default;
};

/// Copies in the order in which they were asked for. Kernels are in launch_log(), in the order in which they ran.
std::vector<CopyRecord> copy_log();

/// A piece of work as it was given to a stream.
struct WorkRecord {
  std::string name;                ///< the kernel's, "copy to the device", ...
  std::size_t stream;              ///< a number for each stream; 0: what the host waited for
  std::vector<std::size_t> after;  ///< positions in the log of what had to be done before: in the stream, by events, by
                                   ///< the host's waiting
};

/// Work in the order in which it was given. Several host threads count as one.
std::vector<WorkRecord> work_log();
/// Whether `later` could begin only after `earlier` was done, in any schedule.
bool must_follow(std::vector<WorkRecord> const& log, std::size_t later, std::size_t earlier);

/// What was made and not yet given back.
struct LiveObjects {
  std::size_t streams = 0;
  std::size_t events = 0;
  std::size_t pools = 0;
  std::size_t device_allocations = 0;
  std::size_t pinned_allocations = 0;
  std::size_t queued_work = 0;
  std::size_t blas_handles = 0;
  friend bool operator==(LiveObjects const&, LiveObjects const&) = default;
};
LiveObjects live_objects();

/// Devices as new: none lost, default properties, no faults, empty logs, schedule seed 1. Throws std::logic_error while
/// something is alive.
void reset_runtime();

}  // namespace simt
