/// Counts what the accesses of a launch cost: bytes and 32-byte sectors of global memory, bytes of shared memory,
/// passes over its banks and conflicts in them.
///
/// Threads run one after the other here, so the accesses that a warp makes at once on a device are put together from
/// those of its lanes: the n-th time that each lane passes one place in the program since the warp last met as a whole
/// (a block barrier or a warp operation of all lanes). That is exact where lanes take the same way; lanes that went
/// through a loop a different number of times are paired by their count.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "tests/simt/block.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/memory_access.hpp"

namespace simt {

class AccessCounter {
 public:
  void launch_starts() { count_ = {}; }
  /// Adds what was counted.
  void launch_ends(LaunchCount& count) const;
  void block_starts(Block const& block);
  void block_ends(Block const& block);
  /// All lanes of the warp that have not returned have met.
  void warp_met(Block const& block, unsigned warp);
  void block_met(Block const& block);
  /// Of the running thread; not for atomic operations.
  void access(Block const& block, bool shared, MemoryAccess const& access);

 private:
  /// One access of a warp, as far as its lanes have made it.
  struct WarpAccess {
    unsigned lanes = 0;
    std::size_t bytes = 0;
    std::array<std::uintptr_t, warp_lanes> address;
  };
  /// One place in the program.
  struct Place {
    bool shared = false, write = false;
    std::array<std::uint32_t, warp_lanes> passes{};  ///< of each lane, since the warp last met
    std::vector<WarpAccess> accesses;                ///< by pass
  };
  using Warp = std::unordered_map<std::uintptr_t, Place>;

  std::vector<Warp>& warps_of(Block const& block);
  void count(Place const& place, WarpAccess const& access);

  std::unordered_map<Block const*, std::vector<Warp>> blocks_;
  Block const* last_block_ = nullptr;
  std::vector<Warp>* last_warps_ = nullptr;
  LaunchCount count_;
};

}  // namespace simt
