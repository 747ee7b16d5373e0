/// What g++ -fsanitize=thread calls before each memory access of a kernel. The thread sanitizer's own library is not
/// linked: the calls end here, are placed on the map of addresses, checked for bounds and alignment, and passed on to
/// the race checker and the counter.

#include <cstdint>
#include <optional>
#include <string>

#include "tests/simt/access_counter.hpp"
#include "tests/simt/access_observer.hpp"
#include "tests/simt/address_map.hpp"
#include "tests/simt/arithmetic_counter.hpp"
#include "tests/simt/block.hpp"
#include "tests/simt/counted_operation.hpp"
#include "tests/simt/memory_access.hpp"
#include "tests/simt/race_checker.hpp"

namespace simt {
namespace {

class AccessMonitor final : public AccessObserver {
 public:
  AccessMonitor() { set_access_observer(this); }

  void launch_starts(GridLaunch const& launch) override {
    addresses_.emplace(launch);
    races_.launch_starts();
    counter_.launch_starts();
    arithmetic_.launch_starts();
  }
  void launch_ends(LaunchCount& count) override {
    counter_.launch_ends(count);
    arithmetic_.launch_ends(count);
    addresses_.reset();
  }
  void block_starts(Block& block) override {
    races_.block_starts(block);
    counter_.block_starts(block);
    arithmetic_.block_starts(block);
  }
  void block_ends(Block& block) override {
    counter_.block_ends(block);
    arithmetic_.block_met(block);
  }
  void block_barrier(Block& block) override {
    races_.block_barrier(block);
    counter_.block_met(block);
    arithmetic_.block_met(block);
  }
  void warp_operation(Block& block, unsigned warp, unsigned lanes, bool orders_memory) override {
    if (orders_memory) races_.warp_barrier(block, warp, lanes);
    if (lanes != block.live_lanes(warp)) return;
    counter_.warp_met(block, warp);
    arithmetic_.warp_met(block, warp);
  }
  void fence(Block& block, Scope scope) override { races_.fence(block, scope); }
  void atomic(Block& block, void* address, std::size_t bytes, Scope scope, Position position) override {
    access(block, {.address = reinterpret_cast<std::uintptr_t>(address),
                   .bytes = bytes,
                   .kind = scope == Scope::block ? AccessKind::block_atomic : AccessKind::atomic,
                   .site = Site::of_position(position)});
  }

  void access(Block& block, MemoryAccess const& access) {
    Location const location = addresses_->locate(block, access.address);
    switch (location.region) {
      case Region::local: return;
      case Region::constant:
        if (!writes(access.kind)) return;
        report(FindingKind::foreign_memory, sentence(block, access) + "; device code may not write there");
        return;
      case Region::red_zone: report(FindingKind::out_of_bounds, sentence(block, access)); return;
      case Region::none:
        report(in_device_arena(reinterpret_cast<void const*>(access.address)) ? FindingKind::out_of_bounds
                                                                              : FindingKind::foreign_memory,
               sentence(block, access));
        return;
      case Region::dynamic_shared:
      case Region::static_shared:
      case Region::global: break;
    }
    if (access.address + access.bytes > location.begin + location.bytes) {
      report(FindingKind::out_of_bounds, sentence(block, access) + ", and goes beyond its end");
      return;
    }
    if (access.address % access.bytes != 0) {
      report(FindingKind::misaligned,
             sentence(block, access) + ", at an address that is no multiple of " + std::to_string(access.bytes));
      return;
    }
    races_.access(block, location, access, *addresses_);
    if (!is_atomic(access.kind)) counter_.access(block, location.region != Region::global, access);
  }
  void operation(Block const& block, DoubleOperation operation, std::uintptr_t site) {
    arithmetic_.operation(block, operation, site);
  }

 private:
  std::string sentence(Block const& block, MemoryAccess const& access) {
    return std::string(verb_of(access.kind)) + " " + std::to_string(access.bytes) + " bytes at " + access.site.text() +
           ": " + addresses_->describe(block, access.address);
  }

  std::optional<AddressMap> addresses_;
  RaceChecker races_;
  AccessCounter counter_;
  ArithmeticCounter arithmetic_;
};

AccessMonitor& monitor() {
  static AccessMonitor& monitor = *new AccessMonitor;
  return monitor;
}

/// The monitor observes from the start of the program.
[[maybe_unused]] AccessMonitor& monitor_from_the_start = monitor();

void on_access(void* address, std::size_t bytes, AccessKind kind, void const* return_address) {
  Block* const block = Block::current();
  if (block == nullptr || !block->in_kernel()) return;
  ExecutorScope const scope(*block);
  monitor().access(*block, {.address = reinterpret_cast<std::uintptr_t>(address),
                            .bytes = bytes,
                            .kind = kind,
                            .site = Site::of_code(return_address)});
}

/// Accesses of other sizes, such as a copy of a struct, are made in pieces of the largest size that their alignment
/// allows.
void on_range(void* address, std::size_t bytes, AccessKind kind, void const* return_address) {
  auto* piece = static_cast<std::byte*>(address);
  while (bytes > 0) {
    std::size_t size = 16;
    while (size > bytes || reinterpret_cast<std::uintptr_t>(piece) % size != 0) size /= 2;
    on_access(piece, size, kind, return_address);
    piece += size;
    bytes -= size;
  }
}

}  // namespace

void count_operation(DoubleOperation operation) {
  Block* const block = Block::current();
  if (block == nullptr || !block->in_kernel()) return;
  ExecutorScope const scope(*block);
  monitor().operation(*block, operation, Site::of_code(__builtin_return_address(0)).id());
}

}  // namespace simt

using simt::AccessKind;

#define SIMT_RETURN_ADDRESS __builtin_return_address(0)

#define SIMT_HOOKS(size)                                                                                             \
  void __tsan_read##size(void* address) { simt::on_access(address, size, AccessKind::read, SIMT_RETURN_ADDRESS); }   \
  void __tsan_write##size(void* address) { simt::on_access(address, size, AccessKind::write, SIMT_RETURN_ADDRESS); } \
  void __tsan_volatile_read##size(void* address) {                                                                   \
    simt::on_access(address, size, AccessKind::volatile_read, SIMT_RETURN_ADDRESS);                                  \
  }                                                                                                                  \
  void __tsan_volatile_write##size(void* address) {                                                                  \
    simt::on_access(address, size, AccessKind::volatile_write, SIMT_RETURN_ADDRESS);                                 \
  }                                                                                                                  \
  void __tsan_unaligned_read##size(void* address) {                                                                  \
    simt::on_range(address, size, AccessKind::read, SIMT_RETURN_ADDRESS);                                            \
  }                                                                                                                  \
  void __tsan_unaligned_write##size(void* address) {                                                                 \
    simt::on_range(address, size, AccessKind::write, SIMT_RETURN_ADDRESS);                                           \
  }

// What std::atomic and reference counts of the test's own host code become. Kernels use CUDA's atomic functions.
#define SIMT_ATOMICS(bits, Word)                                                                                \
  Word __tsan_atomic##bits##_load(Word const volatile* a, int) { return __atomic_load_n(a, __ATOMIC_SEQ_CST); } \
  void __tsan_atomic##bits##_store(Word volatile* a, Word v, int) { __atomic_store_n(a, v, __ATOMIC_SEQ_CST); } \
  Word __tsan_atomic##bits##_exchange(Word volatile* a, Word v, int) {                                          \
    return __atomic_exchange_n(a, v, __ATOMIC_SEQ_CST);                                                         \
  }                                                                                                             \
  Word __tsan_atomic##bits##_fetch_add(Word volatile* a, Word v, int) {                                         \
    return __atomic_fetch_add(a, v, __ATOMIC_SEQ_CST);                                                          \
  }                                                                                                             \
  Word __tsan_atomic##bits##_fetch_sub(Word volatile* a, Word v, int) {                                         \
    return __atomic_fetch_sub(a, v, __ATOMIC_SEQ_CST);                                                          \
  }                                                                                                             \
  Word __tsan_atomic##bits##_fetch_and(Word volatile* a, Word v, int) {                                         \
    return __atomic_fetch_and(a, v, __ATOMIC_SEQ_CST);                                                          \
  }                                                                                                             \
  Word __tsan_atomic##bits##_fetch_or(Word volatile* a, Word v, int) {                                          \
    return __atomic_fetch_or(a, v, __ATOMIC_SEQ_CST);                                                           \
  }                                                                                                             \
  Word __tsan_atomic##bits##_fetch_xor(Word volatile* a, Word v, int) {                                         \
    return __atomic_fetch_xor(a, v, __ATOMIC_SEQ_CST);                                                          \
  }                                                                                                             \
  bool __tsan_atomic##bits##_compare_exchange_strong(Word volatile* a, Word* expected, Word v, int, int) {      \
    return __atomic_compare_exchange_n(a, expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);              \
  }                                                                                                             \
  bool __tsan_atomic##bits##_compare_exchange_weak(Word volatile* a, Word* expected, Word v, int, int) {        \
    return __atomic_compare_exchange_n(a, expected, v, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);               \
  }

// The names and signatures are the compilers' interface to the thread sanitizer.
extern "C" {
SIMT_HOOKS(1)
SIMT_HOOKS(2)
SIMT_HOOKS(4)
SIMT_HOOKS(8)
SIMT_HOOKS(16)
void __tsan_read_range(void* address, std::size_t bytes) {
  simt::on_range(address, bytes, AccessKind::read, SIMT_RETURN_ADDRESS);
}
void __tsan_write_range(void* address, std::size_t bytes) {
  simt::on_range(address, bytes, AccessKind::write, SIMT_RETURN_ADDRESS);
}
SIMT_ATOMICS(8, unsigned char)
SIMT_ATOMICS(16, unsigned short)
SIMT_ATOMICS(32, unsigned)
SIMT_ATOMICS(64, unsigned long)
void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
void __tsan_atomic_signal_fence(int) {}
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_read(void**) {}
void __tsan_vptr_update(void**, void*) {}
}
