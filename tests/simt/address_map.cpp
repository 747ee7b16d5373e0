#include "tests/simt/address_map.hpp"

#include <link.h>

#include <algorithm>

#include "tests/simt/device.hpp"

namespace simt {
namespace {

std::uintptr_t number(void const* address) { return reinterpret_cast<std::uintptr_t>(address); }

bool inside(std::uintptr_t address, void const* begin, std::size_t bytes) {
  return address >= number(begin) && address - number(begin) < bytes;
}

/// How far beside dynamic shared memory an address is still taken for an overrun of it.
constexpr std::size_t reach = SharedMemory::red_zone_bytes;

std::string relative_to(std::uintptr_t address, std::uintptr_t begin, std::size_t bytes) {
  if (address < begin) return std::to_string(begin - address) + " bytes before the start of";
  if (address < begin + bytes) return "byte " + std::to_string(address - begin) + " of";
  return std::to_string(address - (begin + bytes)) + " bytes after the end of";
}

}  // namespace

AddressMap::AddressMap(GridLaunch const& launch)
    : launch_{number(&launch), number(&launch + 1)}, allocations_(live_allocations()) {
  dl_iterate_phdr(
      [](dl_phdr_info* information, std::size_t, void* list) {
        for (int h = 0; h < information->dlpi_phnum; ++h) {
          auto const& header = information->dlpi_phdr[h];
          if (header.p_type != PT_LOAD) continue;
          std::uintptr_t const begin = information->dlpi_addr + header.p_vaddr;
          static_cast<std::vector<Range>*>(list)->push_back({begin, begin + header.p_memsz});
        }
        return 0;
      },
      &modules_);
}

Allocation const* AddressMap::allocation_before(std::uintptr_t address) const {
  auto const behind =
      std::upper_bound(allocations_.begin(), allocations_.end(), address,
                       [](std::uintptr_t value, Allocation const& a) { return value < number(a.begin); });
  return behind == allocations_.begin() ? nullptr : &*(behind - 1);
}

Allocation const* AddressMap::nearest_allocation(std::uintptr_t address) const {
  Allocation const* const before = allocation_before(address);
  Allocation const* const behind = before == nullptr ? allocations_.data() : before + 1;
  if (behind == allocations_.data() + allocations_.size()) return before;
  if (before == nullptr) return behind;
  return address - number(before->begin + before->bytes) < number(behind->begin) - address ? before : behind;
}

Location AddressMap::locate(Block const& block, std::uintptr_t address) {
  if (inside(address, block.running_stack(), Fibre::stack_bytes) || inside(address, &threadIdx, sizeof threadIdx) ||
      inside(address, &blockIdx, sizeof blockIdx) || inside(address, &blockDim, sizeof blockDim) ||
      inside(address, &gridDim, sizeof gridDim)) {
    return {Region::local};
  }
  if (last_global_.region == Region::global && address - last_global_.begin < last_global_.bytes) return last_global_;

  SharedMemory const& shared = block.shared_memory();
  if (inside(address, shared.dynamic() - reach, shared.dynamic_bytes() + 2 * reach)) {
    bool const within = inside(address, shared.dynamic(), shared.dynamic_bytes());
    return {within ? Region::dynamic_shared : Region::red_zone, number(shared.dynamic()), shared.dynamic_bytes(),
            "dynamic shared memory"};
  }
  if (SharedVariable const* const variable = shared.variable_at(reinterpret_cast<void const*>(address))) {
    return {variable->red_zone ? Region::red_zone : Region::static_shared, number(variable->begin), variable->bytes,
            variable->name};
  }
  if (Allocation const* const allocation = allocation_before(address)) {
    if (inside(address, allocation->begin, allocation->bytes)) {
      return last_global_ = {Region::global, number(allocation->begin), allocation->bytes,
                             allocation->space == Space::device ? "device memory" : "pinned memory"};
    }
  }
  if (launch_.contains(address)) return {Region::local};
  if (std::any_of(modules_.begin(), modules_.end(), [&](Range const& module) { return module.contains(address); })) {
    return {Region::constant};
  }
  return {Region::none};
}

std::string AddressMap::describe(Block const& block, std::uintptr_t address) {
  Location const location = locate(block, address);
  switch (location.region) {
    case Region::local: return "local memory";
    case Region::constant: return "a variable of the program";
    case Region::static_shared:
    case Region::global:
    case Region::dynamic_shared:
      return relative_to(address, location.begin, location.bytes) + " " + location.name + " (" +
             std::to_string(location.bytes) + " bytes)";
    case Region::red_zone:
      if (inside(address, block.shared_memory().dynamic() - reach, block.shared_memory().dynamic_bytes() + 2 * reach)) {
        return relative_to(address, location.begin, location.bytes) + " dynamic shared memory (" +
               std::to_string(location.bytes) + " bytes)";
      }
      return "memory beside " + block.shared_memory().neighbours_of(reinterpret_cast<void const*>(address));
    case Region::none: break;
  }
  if (in_device_arena(reinterpret_cast<void const*>(address))) {
    Allocation const* const allocation = nearest_allocation(address);
    if (allocation == nullptr) return "device memory, of which nothing is allocated";
    return "device memory " + relative_to(address, number(allocation->begin), allocation->bytes) +
           " the nearest allocation (" + std::to_string(allocation->bytes) + " bytes)";
  }
  return block.any_stack_contains(address) ? "the local memory of another thread" : "memory of the host";
}

}  // namespace simt
