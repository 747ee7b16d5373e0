/// The calls to the address sanitizer; they do nothing in builds without it.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define SIMT_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIMT_ADDRESS_SANITIZER 1
#endif
#endif

#if defined(SIMT_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace simt {

#if defined(SIMT_ADDRESS_SANITIZER)
inline constexpr bool address_sanitizer = true;
#else
inline constexpr bool address_sanitizer = false;
#endif

inline void poison([[maybe_unused]] void const* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(SIMT_ADDRESS_SANITIZER)
  __asan_poison_memory_region(begin, bytes);
#endif
}

inline void unpoison([[maybe_unused]] void const* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(SIMT_ADDRESS_SANITIZER)
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

/// Before a switch to another stack. `own_fake_stack` null: the present stack ends here.
inline void before_switch([[maybe_unused]] void** own_fake_stack, [[maybe_unused]] void const* stack,
                          [[maybe_unused]] std::size_t bytes) {
#if defined(SIMT_ADDRESS_SANITIZER)
  __sanitizer_start_switch_fiber(own_fake_stack, stack, bytes);
#endif
}

/// After a switch; the arguments receive the stack that was left.
inline void after_switch([[maybe_unused]] void* own_fake_stack, [[maybe_unused]] void const** left_stack,
                         [[maybe_unused]] std::size_t* left_bytes) {
#if defined(SIMT_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(own_fake_stack, left_stack, left_bytes);
#endif
}

}  // namespace simt
