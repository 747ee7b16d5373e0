/// What lies at an address that a kernel accesses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simt/block.hpp"
#include "tests/simt/device_memory.hpp"

namespace simt {

enum class Region {
  local,           ///< the running thread's stack, its indices, its arguments
  dynamic_shared,  ///< of its block
  static_shared,   ///< of its block
  global,          ///< an allocation in device or pinned memory
  constant,        ///< variables and code of the program
  red_zone,        ///< beside shared memory
  none,            ///< everything else: a kernel has no business there
};

struct Location {
  Region region;
  std::uintptr_t begin = 0;  ///< of the object in which the address lies; 0 where that is not known
  std::size_t bytes = 0;
  char const* name = "";
};

/// Made anew for each launch: it knows the allocations and modules of that moment.
class AddressMap {
 public:
  explicit AddressMap(GridLaunch const& launch);

  /// For the thread that runs now.
  Location locate(Block const& block, std::uintptr_t address);
  /// "device memory, 8 bytes after the end of an allocation of 80 bytes"
  std::string describe(Block const& block, std::uintptr_t address);

 private:
  struct Range {
    std::uintptr_t begin, end;
    [[nodiscard]] bool contains(std::uintptr_t address) const { return address >= begin && address < end; }
  };

  [[nodiscard]] Allocation const* allocation_before(std::uintptr_t address) const;
  [[nodiscard]] Allocation const* nearest_allocation(std::uintptr_t address) const;

  Range launch_;  ///< the call that stands for the kernel's arguments
  std::vector<Allocation> allocations_;
  std::vector<Range> modules_;
  Location last_global_{Region::none};
};

}  // namespace simt
