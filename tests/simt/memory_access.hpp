/// One access of one CUDA thread to memory, as the hooks that the compiler put before it report it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/simt/device_services.hpp"
#include "tests/simt/position.hpp"

namespace simt {

/// Where in the program: the address behind a hook's call, or for an atomic operation its position in the source.
class Site {
 public:
  static Site of_code(void const* return_address) { return Site(reinterpret_cast<std::uintptr_t>(return_address)); }
  /// Keeps a copy of the position for the life of the program.
  static Site of_position(Position position);

  [[nodiscard]] std::uintptr_t id() const { return value_; }
  /// "kmeans_fit.cuh:42"; slow, for findings.
  [[nodiscard]] std::string text() const;

 private:
  /// Marks positions: no address of code or data has this bit.
  static constexpr std::uintptr_t position_bit = std::uintptr_t{1} << 63;

  explicit Site(std::uintptr_t value) : value_(value) {}
  std::uintptr_t value_;
};

enum class AccessKind : std::uint8_t { read, write, volatile_read, volatile_write, atomic, block_atomic };

struct MemoryAccess {
  std::uintptr_t address;
  std::size_t bytes;
  AccessKind kind;
  Site site;
};

constexpr bool is_atomic(AccessKind kind) { return kind == AccessKind::atomic || kind == AccessKind::block_atomic; }
constexpr bool reads(AccessKind kind) { return kind != AccessKind::write && kind != AccessKind::volatile_write; }
constexpr bool writes(AccessKind kind) { return kind != AccessKind::read && kind != AccessKind::volatile_read; }
/// Strong accesses of two threads do not race; a volatile access is a relaxed one in PTX.
constexpr bool strong(AccessKind kind) { return kind != AccessKind::read && kind != AccessKind::write; }

/// "reads", "writes", "updates atomically"
char const* verb_of(AccessKind kind);

}  // namespace simt
