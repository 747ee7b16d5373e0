/// Atomic operations on the types for which CUDA has them. They are relaxed, as in CUDA: only fences round them order
/// other memory.
#pragma once

#include <type_traits>

#include "tests/simt/device_services.hpp"
#include "tests/simt/device_warp.hpp"
#include "tests/simt/position.hpp"

namespace simt {

/// Replaces *address by change(*address) and returns the former value. The access is reported as an atomic one, so the
/// hooks of plain accesses must not see it.
template <class T, class Change>
[[gnu::noinline]] __attribute__((no_sanitize("thread"))) T atomic_update(T* address, Scope scope, Position position,
                                                                         Change change) {
  before_atomic(address, sizeof(T), scope, position);
  T const before = *address;
  T const after = change(before);
  *address = after;
  after_atomic(to_bits(before) != to_bits(after));
  return before;
}

/// Sums of integers wrap on the device.
template <class T>
T wrapping_sum(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
  } else {
    return a + b;
  }
}

template <class T>
T wrapping_difference(T a, T b) {
  using Unsigned = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<Unsigned>(a) - static_cast<Unsigned>(b));
}

}  // namespace simt

// One operation: for the device, and for the block (_block). T is deduced from the address alone, as CUDA's overloads
// convert the value.
#define SIMT_ATOMIC(name, types, expression)                                                                      \
  template <class T>                                                                                              \
  requires simt::OneOf<T, SIMT_UNPACKED types> T name(T* address, std::type_identity_t<T> value,                  \
                                                      simt::Position position = simt::Position::here()) {         \
    return simt::atomic_update(address, simt::Scope::device,                                                      \
                               position, [value]([[maybe_unused]] T old) -> T expression);                        \
  }                                                                                                               \
  template <class T>                                                                                              \
  requires simt::OneOf<T, SIMT_UNPACKED types> T name##_block(T* address, std::type_identity_t<T> value,          \
                                                              simt::Position position = simt::Position::here()) { \
    return simt::atomic_update(address, simt::Scope::block,                                                       \
                               position, [value]([[maybe_unused]] T old) -> T expression);                        \
  }
#define SIMT_UNPACKED(...) __VA_ARGS__

SIMT_ATOMIC(atomicAdd, (int, unsigned, unsigned long long, float, double), { return simt::wrapping_sum(old, value); })
SIMT_ATOMIC(atomicSub, (int, unsigned), { return simt::wrapping_difference(old, value); })
SIMT_ATOMIC(atomicMin, (int, unsigned, long long, unsigned long long), { return value < old ? value : old; })
SIMT_ATOMIC(atomicMax, (int, unsigned, long long, unsigned long long), { return old < value ? value : old; })
SIMT_ATOMIC(atomicExch, (int, unsigned, unsigned long long, float), { return value; })
SIMT_ATOMIC(atomicAnd, (int, unsigned, unsigned long long), { return old & value; })
SIMT_ATOMIC(atomicOr, (int, unsigned, unsigned long long), { return old | value; })
SIMT_ATOMIC(atomicXor, (int, unsigned, unsigned long long), { return old ^ value; })
SIMT_ATOMIC(atomicInc, (unsigned), { return old >= value ? 0 : old + 1; })
SIMT_ATOMIC(atomicDec, (unsigned), { return old == 0 || old > value ? value : old - 1; })

#undef SIMT_ATOMIC
#undef SIMT_UNPACKED

template <class T>
requires simt::OneOf<T, int, unsigned, unsigned long long> T
atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value,
          simt::Position position = simt::Position::here()) {
  return simt::atomic_update(address, simt::Scope::device, position,
                             [=](T old) { return old == expected ? value : old; });
}
template <class T>
requires simt::OneOf<T, int, unsigned, unsigned long long> T
atomicCAS_block(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value,
                simt::Position position = simt::Position::here()) {
  return simt::atomic_update(address, simt::Scope::block, position,
                             [=](T old) { return old == expected ? value : old; });
}
