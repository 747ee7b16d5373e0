/// Memory of the simulated devices, and pinned host memory: arenas of their own, with red zones round each allocation.
///
/// Addresses are never used twice, so a pointer to freed memory stays recognisable. Host code that follows a device
/// pointer ends with a message, because device memory is closed to it: only kernels (execute) and the runtime's copies
/// open it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace simt {

/// At least 256 bytes aligned, filled with bytes 0xFF (NaN, -1), so that a value that was never written shows.
void* device_allocate(int device, std::size_t bytes);
/// Null is fine; any other pointer must come from device_allocate and not be freed yet (std::logic_error).
void device_free(void* memory);

void* pinned_allocate(std::size_t bytes);
void pinned_free(void* memory);

enum class Space { host, pinned, device, unknown };
struct Place {
  Space space;             ///< unknown: inside an arena, but in no allocation that lives
  int device;              ///< -1 unless space is device
  std::size_t bytes_left;  ///< from the pointer to the end of its allocation; 0 where that is not known
};
Place place_of(void const* pointer);

/// Opens device memory to this process while it lives. May be nested.
class DeviceMemoryOpen {
 public:
  DeviceMemoryOpen();
  ~DeviceMemoryOpen();
  DeviceMemoryOpen(DeviceMemoryOpen const&) = delete;
  DeviceMemoryOpen& operator=(DeviceMemoryOpen const&) = delete;
};

struct Allocation {
  std::byte* begin;
  std::size_t bytes;
  Space space;
  int device;
};
/// Those that live, of both arenas, by address.
std::vector<Allocation> live_allocations();

/// Reports every red zone that was written to. After each launch and each copy; `by` says after which.
void check_red_zones(std::string const& by = "");

/// Whether the address lies in the range of addresses set aside for devices.
bool in_device_arena(void const* address);

}  // namespace simt
