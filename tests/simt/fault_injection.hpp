/// Makes calls of the runtime, or the work that they queue, fail on purpose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/simt/runtime.hpp"

namespace simt {

struct Fault {
  std::uint64_t at = 1;  ///< which call (or piece of work) fails, counted from 1 since the last reset_runtime()
  cudaError_t error = cudaErrorUnknown;
  bool device_lost = false;   ///< every later call on that device fails with the same error too
  std::string function = {};  ///< counts the calls of this function alone; empty: of all
};

/// A call that fails does nothing, but one that gives something back: CUDA's may report earlier work's failure, and has
/// done its own work all the same.
void fail_call(Fault const& fault);
/// Work that fails when its turn comes (a kernel, a copy): CUDA tells it at a later call, and the device is lost.
void fail_work(std::uint64_t at, cudaError_t error);

/// action() runs just before the call of that number does, and must not call the runtime.
void before_call(std::size_t at, std::function<void()> action);

/// The functions called since the last reset_runtime(), in order. Those that ask for errors are left out.
std::vector<std::string> call_log();
/// How many pieces of work have run since the last reset_runtime().
std::uint64_t work_count();

}  // namespace simt
