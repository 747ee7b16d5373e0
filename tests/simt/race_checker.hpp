/// Finds accesses of two threads to the same bytes that nothing orders, one of them writing, by the rules of CUDA's
/// memory model, and reads of shared memory that nobody has written.
///
/// What orders: block barriers for the block; __syncwarp for the lanes of its mask; between any two threads an atomic
/// or volatile access of each to one address, with a fence of sufficient scope before the one and behind the other. A
/// fence before a barrier counts for all who meet there, as it does on devices. Shuffles and votes order nothing. Two
/// atomic or volatile accesses do not race, unless one is of block scope and the threads are of different blocks.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "tests/simt/address_map.hpp"
#include "tests/simt/memory_access.hpp"

namespace simt {

class RaceChecker {
 public:
  void launch_starts();
  void block_starts(Block& block);
  void block_barrier(Block& block);
  void warp_barrier(Block& block, unsigned warp, unsigned lanes);
  void fence(Block& block, Scope scope);
  /// Of the running thread, to shared or global memory, inside of the location's object.
  void access(Block& block, Location const& location, MemoryAccess const& access, AddressMap& addresses);

 private:
  /// What one thread knows to have happened in one block: everything before the interval between two barriers, and in
  /// that interval the named threads' accesses up to a clock.
  struct KnownOfBlock {
    std::uint32_t interval = 0;
    std::map<std::uint16_t, std::uint32_t> clock;
  };
  using Knowledge = std::map<std::uint32_t, KnownOfBlock>;  ///< by block
  using SharedKnowledge = std::shared_ptr<Knowledge const>;

  /// An access that later ones are compared with.
  struct Moment {
    Site site;
    std::uint32_t block, interval, clock;
    std::uint16_t thread;
    std::uint8_t bytes;  ///< bit b: byte b of the cell
    AccessKind kind;
  };
  /// Four bytes of memory: the accesses that may still race with one to come.
  using Cell = boost::container::small_vector<Moment, 2>;

  struct WarpClocks {
    std::uint32_t interval = 0;  ///< of which `seen` speaks
    std::array<std::array<std::uint32_t, warp_lanes>, warp_lanes> seen{};
  };
  /// What fences and strong accesses have told a thread, beyond what barriers tell.
  struct Ordering {
    SharedKnowledge known;                            ///< of other blocks, and of this one's present interval
    SharedKnowledge released_block, released_device;  ///< what it knew at its last fence
    SharedKnowledge pending_block, pending_device;    ///< picked up from strong accesses since its last fence
    void join(Ordering const& other);
  };
  struct ThreadState {
    std::uint32_t clock = 1;
    Ordering ordering;
  };
  struct BlockState {
    std::uint32_t block = 0;
    std::uint32_t interval = 0;
    bool fenced = false;  ///< some thread of it has an Ordering that is not empty
    std::vector<WarpClocks> warps;
    std::vector<ThreadState> threads;
    std::vector<Cell> dynamic_cells, static_cells;
    std::vector<bool> dynamic_written, static_written;  ///< by byte
    std::uintptr_t static_begin = 0;
  };
  /// What atomic and volatile accesses to one address carry from thread to thread.
  struct Channel {
    SharedKnowledge device;
    std::unordered_map<std::uint32_t, SharedKnowledge> block;
  };
  struct Page {
    std::uint32_t launch = 0;
    std::array<Cell, 1024> cells;
  };

  static SharedKnowledge joined(SharedKnowledge const& a, SharedKnowledge const& b);
  SharedKnowledge snapshot(BlockState const& state, unsigned thread) const;
  [[nodiscard]] bool ordered(Moment const& earlier, BlockState const& state, unsigned thread) const;
  void meet(BlockState& state, unsigned thread, MemoryAccess const& access);
  Cell& cell_at(BlockState& state, Location const& location, std::uintptr_t address);
  template <class Describe>
  void compare(Cell& cell, Moment const& now, BlockState const& state, Describe const& describe);
  static void remember(Cell& cell, Moment const& now);
  BlockState& state_of(Block const& block);

  std::uint32_t launch_ = 0, blocks_started_ = 0;
  std::unordered_map<Block const*, BlockState> blocks_;
  Block const* last_block_ = nullptr;
  BlockState* last_state_ = nullptr;
  std::unordered_map<std::uintptr_t, Channel> channels_;
  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages_;
  std::uintptr_t last_page_number_ = 0;
  Page* last_page_ = nullptr;
};

}  // namespace simt
