/// What the executor has found wrong with a kernel or its launch.
#pragma once

#include <string>
#include <vector>

namespace simt {

enum class FindingKind {
  launch_shape,          ///< no threads, too many, or a grid that CUDA does not take
  shared_memory_limit,   ///< more shared memory asked for than a block may have
  barrier_not_reached,   ///< some threads wait at a block barrier, others have returned
  barrier_divergence,    ///< threads of a block wait at different barriers
  warp_mask,             ///< a lane calls a warp operation with a mask that leaves the lane out, or a bad width
  warp_divergence,       ///< lanes that name each other in their masks wait in different operations
  absent_lane,           ///< a shuffle reads a lane that takes no part
  deadlock,              ///< threads wait for others that never come
  no_progress,           ///< threads wait in a loop for memory that nobody changes
  race,                  ///< two threads access the same memory without order, one of them writing
  uninitialised_shared,  ///< shared memory read before it was written
  out_of_bounds,         ///< access outside of an allocation or a variable
  misaligned,            ///< access at an address that is no multiple of its size
  foreign_memory,        ///< device code accesses memory of the host, or the local memory of another thread
  red_zone,              ///< bytes beside an allocation were overwritten
  stream_order,          ///< queued work uses memory in an order that the streams do not promise
};
char const* name_of(FindingKind kind);

struct Finding {
  FindingKind kind;
  std::string text;  ///< which kernel, block and thread; what; where
};

/// In the order in which they were found, from the start of the program or the last clear().
std::vector<Finding>& findings();

/// Records a finding, and prints it and aborts in fail_fast mode. Called by a CUDA thread, it ends the launch and does
/// not return.
void report(FindingKind kind, std::string const& text);

}  // namespace simt
