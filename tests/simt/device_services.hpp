/// What the device vocabulary (device.hpp) asks of the executor. Everything here is called by a running CUDA thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tests/simt/position.hpp"

namespace simt {

/// The running thread's number in its warp.
unsigned lane();

enum class BarrierKind { plain, count, all, any };
/// Returns the number of threads whose predicate holds, or for all and any 1 or 0.
int block_barrier(BarrierKind kind, bool predicate, Position position);

/// The values that the lanes of a warp bring to an operation.
struct WarpValues {
  unsigned lanes = 0;  ///< those that take part
  std::array<std::uint64_t, 32> value{};
};

/// An operation of a warp, known by its address. What a lane gets is a function of all values, the lane, and its
/// argument.
struct WarpOperation {
  char const* name;
  std::uint64_t (*result)(WarpValues const& values, unsigned lane, unsigned argument);
  bool reads_lane = false;     ///< the argument is the lane that is read
  bool orders_memory = false;  ///< only __syncwarp does
};
/// Waits until all lanes of the mask that have not returned call the same operation with the same mask.
std::uint64_t warp_operation(WarpOperation const& operation, unsigned mask, std::uint64_t value, unsigned argument,
                             Position position);

/// Reports a width of a shuffle that is not a power of two up to 32.
void require_group_width(int width, Position position);

/// Lets other threads run, of this block and of others.
void pause_thread();

enum class Scope { block, device };
void fence(Scope scope);
/// Round each atomic operation; another thread may run before it. `changed`: the operation left another value.
void before_atomic(void* address, std::size_t bytes, Scope scope, Position position);
void after_atomic(bool changed);

void* dynamic_shared_memory();

}  // namespace simt
