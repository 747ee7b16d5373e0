#include "tests/simt/device_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/simt/address_sanitizer.hpp"
#include "tests/simt/fault_message.hpp"
#include "tests/simt/finding.hpp"

namespace simt {
namespace {

constexpr std::size_t alignment = 256;
constexpr std::size_t red_zone_bytes = 256;  // at least; rounding up to the alignment adds to it
constexpr std::size_t arena_bytes = std::size_t{1} << 40;
constexpr unsigned char red_zone_pattern = 0xC5;
constexpr unsigned char fresh_pattern = 0xFF;

std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

/// A range of addresses that is handed out from low to high. Not thread-safe: see Memory.
class Arena {
 public:
  explicit Arena(Space space)
      : space_(space), protection_(space == Space::device ? PROT_NONE : PROT_READ | PROT_WRITE) {
    void* const memory = mmap(nullptr, arena_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
      throw std::system_error(errno, std::generic_category(), "simt: no addresses for an arena");
    base_ = static_cast<std::byte*>(memory);
    top_ = base_;
  }

  std::byte* allocate(int device, std::size_t bytes) {
    std::size_t const needed = red_zone_bytes + rounded_up(bytes, alignment) + red_zone_bytes;
    if (bytes > arena_bytes || needed > arena_bytes - static_cast<std::size_t>(top_ - base_)) throw std::bad_alloc();
    std::byte* const begin = top_ + red_zone_bytes;
    top_ += needed;
    protect();
    std::memset(begin - red_zone_bytes, red_zone_pattern, red_zone_bytes);
    std::memset(begin, fresh_pattern, bytes);
    std::memset(begin + bytes, red_zone_pattern, static_cast<std::size_t>(top_ - (begin + bytes)));
    poison(begin - red_zone_bytes, needed);
    unpoison(begin, bytes);
    live_[begin] = {begin, bytes, space_, device};
    return begin;
  }

  void release(void* memory) {
    auto const entry = live_.find(static_cast<std::byte*>(memory));
    if (entry == live_.end()) throw std::logic_error("simt: freed memory that is not allocated here, or twice");
    check(entry->second, "before it was freed");
    // Whole pages go back to the system; the addresses are not used again.
    auto const page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    auto const begin = rounded_up(reinterpret_cast<std::uintptr_t>(entry->second.begin), page);
    auto const end = (reinterpret_cast<std::uintptr_t>(entry->second.begin) + entry->second.bytes) / page * page;
    if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    poison(entry->second.begin, entry->second.bytes);
    live_.erase(entry);
  }

  [[nodiscard]] bool contains(void const* address) const { return address >= base_ && address < base_ + arena_bytes; }

  [[nodiscard]] Place place_of(void const* address) const {
    auto* const byte = static_cast<std::byte*>(const_cast<void*>(address));
    auto entry = live_.upper_bound(byte);
    if (entry == live_.begin()) return {Space::unknown, -1, 0};
    Allocation const& allocation = (--entry)->second;
    auto const offset = static_cast<std::size_t>(byte - allocation.begin);
    if (offset > allocation.bytes) return {Space::unknown, -1, 0};
    return {space_, allocation.device, allocation.bytes - offset};
  }

  void set_open(bool open) {
    protection_ = open ? PROT_READ | PROT_WRITE : PROT_NONE;
    protect();
  }

  void list(std::vector<Allocation>& allocations) const {
    for (auto const& [begin, allocation] : live_) allocations.push_back(allocation);
  }

  /// Device memory must be open.
  void check(std::string const& by) const {
    for (auto const& [begin, allocation] : live_) check(allocation, by);
  }

 private:
  void protect() const {
    if (top_ == base_) return;
    auto const bytes =
        rounded_up(static_cast<std::size_t>(top_ - base_), static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
    if (mprotect(base_, bytes, protection_) != 0) {
      throw std::system_error(errno, std::generic_category(), "simt: cannot protect device memory");
    }
  }

  /// The address sanitizer watches the zones itself, and would object to their being read here.
  static void check(Allocation const& allocation, std::string const& by) {
    if (address_sanitizer) return;
    auto* const end = allocation.begin + allocation.bytes;
    auto* const zone_end = allocation.begin + rounded_up(allocation.bytes, alignment) + red_zone_bytes;
    auto const written = [](std::byte value) { return value != std::byte{red_zone_pattern}; };
    std::byte* const before = std::find_if(allocation.begin - red_zone_bytes, allocation.begin, written);
    std::byte* const after = std::find_if(end, zone_end, written);
    if (before == allocation.begin && after == zone_end) return;
    std::string const where = before != allocation.begin
                                  ? std::to_string(allocation.begin - before) + " bytes before the start"
                                  : std::to_string(after - end) + " bytes after the end";
    // Repaired, so that one mistake is reported once.
    std::memset(allocation.begin - red_zone_bytes, red_zone_pattern, red_zone_bytes);
    std::memset(end, red_zone_pattern, static_cast<std::size_t>(zone_end - end));
    report(FindingKind::red_zone, "memory was overwritten " + (by.empty() ? "" : by + " ") + where +
                                      " of an allocation of " + std::to_string(allocation.bytes) + " bytes");
  }

  Space space_;
  int protection_;
  std::byte* base_;
  std::byte* top_;
  std::map<std::byte*, Allocation> live_;
};

/// Both arenas, for any host thread.
struct Memory {
  std::recursive_mutex mutex;
  Arena device{Space::device};
  Arena pinned{Space::pinned};
  int openings = 0;
};

Memory& memory() {
  // Never destroyed: buffers that outlive main() may still be freed.
  static Memory& memory = *[] {
    install_fault_messages();
    return new Memory;
  }();
  return memory;
}

}  // namespace

void* device_allocate(int device, std::size_t bytes) {
  std::lock_guard const lock(memory().mutex);
  DeviceMemoryOpen const open;
  return memory().device.allocate(device, bytes);
}

void device_free(void* pointer) {
  if (pointer == nullptr) return;
  std::lock_guard const lock(memory().mutex);
  DeviceMemoryOpen const open;
  memory().device.release(pointer);
}

void* pinned_allocate(std::size_t bytes) {
  std::lock_guard const lock(memory().mutex);
  return memory().pinned.allocate(-1, bytes);
}

void pinned_free(void* pointer) {
  if (pointer == nullptr) return;
  std::lock_guard const lock(memory().mutex);
  memory().pinned.release(pointer);
}

Place place_of(void const* pointer) {
  std::lock_guard const lock(memory().mutex);
  if (memory().device.contains(pointer)) return memory().device.place_of(pointer);
  if (memory().pinned.contains(pointer)) return memory().pinned.place_of(pointer);
  return {Space::host, -1, 0};
}

DeviceMemoryOpen::DeviceMemoryOpen() {
  std::lock_guard const lock(memory().mutex);
  if (memory().openings++ == 0) memory().device.set_open(true);
}

DeviceMemoryOpen::~DeviceMemoryOpen() {
  std::lock_guard const lock(memory().mutex);
  if (--memory().openings == 0) memory().device.set_open(false);
}

std::vector<Allocation> live_allocations() {
  std::lock_guard const lock(memory().mutex);
  std::vector<Allocation> allocations;
  memory().device.list(allocations);
  memory().pinned.list(allocations);
  std::sort(allocations.begin(), allocations.end(),
            [](Allocation const& a, Allocation const& b) { return a.begin < b.begin; });
  return allocations;
}

void check_red_zones(std::string const& by) {
  std::lock_guard const lock(memory().mutex);
  DeviceMemoryOpen const open;
  memory().device.check(by);
  memory().pinned.check(by);
}

bool in_device_arena(void const* address) { return memory().device.contains(address); }

}  // namespace simt
