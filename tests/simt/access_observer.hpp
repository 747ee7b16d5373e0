/// Who is told of the memory accesses of kernels, and of what orders them. Present in programs whose kernels carry the
/// access hooks (access_hooks.cpp), and null elsewhere.
#pragma once

#include <cstddef>

#include "tests/simt/device_services.hpp"
#include "tests/simt/executor.hpp"

namespace simt {

class Block;

class AccessObserver {
 public:
  virtual ~AccessObserver() = default;
  virtual void launch_starts(GridLaunch const& launch) = 0;
  virtual void launch_ends(LaunchCount& count) = 0;
  virtual void block_starts(Block& block) = 0;
  virtual void block_ends(Block& block) = 0;
  virtual void block_barrier(Block& block) = 0;
  /// `lanes` of the warp have met; only if `orders_memory` do they see each other's writes.
  virtual void warp_operation(Block& block, unsigned warp, unsigned lanes, bool orders_memory) = 0;
  virtual void fence(Block& block, Scope scope) = 0;
  virtual void atomic(Block& block, void* address, std::size_t bytes, Scope scope, Position position) = 0;
};

AccessObserver* access_observer();
void set_access_observer(AccessObserver* observer);

}  // namespace simt
