/// Counts what a test program holds of memory: includes of this file replace the allocation of the whole program, so
/// that it stands in one source file of a test.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace regio::test {

inline std::atomic<std::size_t> held{0}, highest{0};

inline void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  std::size_t const now = held += malloc_usable_size(memory);
  std::size_t before = highest.load();
  while (before < now && !highest.compare_exchange_weak(before, now)) {
  }
  return memory;
}

inline void release(void* memory) noexcept {
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}

/// The most that is held at a time while `work` runs, beyond what was held before.
template <class Work>
std::size_t most_held(Work const& work) {
  std::size_t const before = held;
  highest = before;
  work();
  return highest - before;
}

}  // namespace regio::test

void* operator new(std::size_t size) { return regio::test::counted(std::malloc(std::max<std::size_t>(size, 1))); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  auto const unit = static_cast<std::size_t>(alignment);
  return regio::test::counted(std::aligned_alloc(unit, (std::max<std::size_t>(size, 1) + unit - 1) / unit * unit));
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
  try {
    return operator new(size);
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { regio::test::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { regio::test::release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { regio::test::release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { regio::test::release(memory); }
void operator delete(void* memory, std::nothrow_t const&) noexcept { regio::test::release(memory); }
