/// Counts the operations in double precision of a launch, those of its threads and those of its warps. What lanes make
/// together is put together as accesses are (access_counter.hpp); lanes that go different ways one after the other are
/// paired as if they went at once, so that there a warp's figure is a lower bound.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/simt/block.hpp"
#include "tests/simt/counted_operation.hpp"
#include "tests/simt/executor.hpp"

namespace simt {

class ArithmeticCounter {
 public:
  void launch_starts() {
    of_threads_ = {};
    of_warps_ = {};
  }
  /// Adds what was counted.
  void launch_ends(LaunchCount& count) const {
    count.of_threads = of_threads_;
    count.of_warps = of_warps_;
  }
  void block_starts(Block const& block) {
    std::vector<Warp>& warps = blocks_[&block];
    warps.clear();
    warps.resize((static_cast<std::size_t>(block.thread_count()) + warp_lanes - 1) / warp_lanes);
  }
  void block_met(Block const& block) {
    for (Warp& warp : blocks_[&block]) met(warp);
  }
  /// All lanes of the warp that have not returned have met.
  void warp_met(Block const& block, unsigned warp) { met(blocks_[&block][warp]); }
  /// Of the running thread, at a place in the program.
  void operation(Block const& block, DoubleOperation operation, std::uintptr_t site) {
    auto const thread = static_cast<unsigned>(block.current_thread());
    ++figure(of_threads_, operation);
    Place& place = blocks_[&block][thread / warp_lanes][site];
    place.operation = operation;
    ++place.passes[thread % warp_lanes];
  }

 private:
  struct Place {
    DoubleOperation operation{};
    std::array<std::uint32_t, warp_lanes> passes{};  ///< of each lane, since the warp last met
  };
  using Warp = std::unordered_map<std::uintptr_t, Place>;

  static std::uint64_t& figure(DoubleOperations& operations, DoubleOperation operation) {
    switch (operation) {
      case DoubleOperation::comparison: return operations.comparisons;
      case DoubleOperation::division: return operations.divisions;
      case DoubleOperation::arithmetic: break;
    }
    return operations.arithmetic;
  }
  void met(Warp& warp) {
    for (auto& [site, place] : warp) {
      figure(of_warps_, place.operation) += *std::max_element(place.passes.begin(), place.passes.end());
      place.passes = {};
    }
  }

  std::unordered_map<Block const*, std::vector<Warp>> blocks_;
  DoubleOperations of_threads_, of_warps_;
};

}  // namespace simt
