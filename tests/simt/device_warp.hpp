/// Operations of a warp: __syncwarp, votes, shuffles, matches and reductions.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "tests/simt/device_services.hpp"
#include "tests/simt/position.hpp"

namespace simt {

template <class T, class... Listed>
concept OneOf = (std::same_as<T, Listed> || ...);

/// What CUDA passes between lanes.
template <class T>
concept WarpValue = OneOf<T, int, unsigned, long, unsigned long, long long, unsigned long long, float, double>;

/// What __reduce_add_sync and its like take.
template <class T>
concept ReducibleValue = OneOf<T, int, unsigned>;

template <class T>
std::uint64_t to_bits(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

template <class T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(static_cast<void*>(&value), &bits, sizeof value);
  return value;
}

/// Folds the values of the lanes that take part, from the lowest lane up.
template <class T, T (*combine)(T, T)>
std::uint64_t reduce(WarpValues const& values, unsigned, unsigned) {
  auto remaining = values.lanes;
  T result = from_bits<T>(values.value[static_cast<unsigned>(std::countr_zero(remaining))]);
  while ((remaining &= remaining - 1) != 0) {
    result = combine(result, from_bits<T>(values.value[static_cast<unsigned>(std::countr_zero(remaining))]));
  }
  return to_bits(result);
}

/// The lanes whose value equals that of `lane`.
inline std::uint64_t matching_lanes(WarpValues const& values, unsigned lane, unsigned) {
  std::uint64_t matching = 0;
  for (unsigned other = 0; other < 32; ++other) {
    if ((values.lanes >> other & 1U) != 0 && values.value[other] == values.value[lane]) matching |= 1U << other;
  }
  return matching;
}

inline std::uint64_t lanes_that_hold(WarpValues const& values, unsigned, unsigned) {
  std::uint64_t holding = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((values.lanes >> lane & 1U) != 0 && values.value[lane] != 0) holding |= 1U << lane;
  }
  return holding;
}

inline std::uint64_t value_of_lane(WarpValues const& values, unsigned, unsigned source) { return values.value[source]; }

namespace warp_operations {

inline constexpr WarpOperation sync{.name = "__syncwarp",
                                    .result = [](WarpValues const&, unsigned, unsigned) { return std::uint64_t{0}; },
                                    .orders_memory = true};
inline constexpr WarpOperation ballot{.name = "__ballot_sync", .result = lanes_that_hold};
inline constexpr WarpOperation any{.name = "__any_sync",
                                   .result = [](WarpValues const& values, unsigned lane, unsigned argument) {
                                     return std::uint64_t{lanes_that_hold(values, lane, argument) != 0};
                                   }};
inline constexpr WarpOperation all{.name = "__all_sync",
                                   .result = [](WarpValues const& values, unsigned lane, unsigned argument) {
                                     return std::uint64_t{lanes_that_hold(values, lane, argument) == values.lanes};
                                   }};
inline constexpr WarpOperation match_any{.name = "__match_any_sync", .result = matching_lanes};
inline constexpr WarpOperation match_all{.name = "__match_all_sync",
                                         .result = [](WarpValues const& values, unsigned lane, unsigned argument) {
                                           bool const equal = matching_lanes(values, lane, argument) == values.lanes;
                                           return std::uint64_t{equal ? values.lanes : 0};
                                         }};
inline constexpr WarpOperation shfl{.name = "__shfl_sync", .result = value_of_lane, .reads_lane = true};
inline constexpr WarpOperation shfl_up{.name = "__shfl_up_sync", .result = value_of_lane, .reads_lane = true};
inline constexpr WarpOperation shfl_down{.name = "__shfl_down_sync", .result = value_of_lane, .reads_lane = true};
inline constexpr WarpOperation shfl_xor{.name = "__shfl_xor_sync", .result = value_of_lane, .reads_lane = true};

template <class T>
T added(T a, T b) {
  return static_cast<T>(static_cast<unsigned>(a) + static_cast<unsigned>(b));  // the device wraps
}
template <class T>
T smaller(T a, T b) {
  return b < a ? b : a;
}
template <class T>
T larger(T a, T b) {
  return a < b ? b : a;
}
inline unsigned both(unsigned a, unsigned b) { return a & b; }
inline unsigned either(unsigned a, unsigned b) { return a | b; }
inline unsigned one_of_two(unsigned a, unsigned b) { return a ^ b; }

template <class T>
inline constexpr WarpOperation reduce_add{.name = "__reduce_add_sync", .result = reduce<T, added<T>>};
template <class T>
inline constexpr WarpOperation reduce_min{.name = "__reduce_min_sync", .result = reduce<T, smaller<T>>};
template <class T>
inline constexpr WarpOperation reduce_max{.name = "__reduce_max_sync", .result = reduce<T, larger<T>>};
inline constexpr WarpOperation reduce_and{.name = "__reduce_and_sync", .result = reduce<unsigned, both>};
inline constexpr WarpOperation reduce_or{.name = "__reduce_or_sync", .result = reduce<unsigned, either>};
inline constexpr WarpOperation reduce_xor{.name = "__reduce_xor_sync", .result = reduce<unsigned, one_of_two>};

}  // namespace warp_operations

/// The first lane of the group of `width` lanes to which the running lane belongs.
inline unsigned first_of_group(int width, Position position) {
  require_group_width(width, position);
  return lane() & ~(static_cast<unsigned>(width) - 1);
}

template <WarpValue T>
T shuffle(WarpOperation const& operation, unsigned mask, T value, unsigned source, Position position) {
  return from_bits<T>(warp_operation(operation, mask, to_bits(value), source, position));
}

}  // namespace simt

inline void __syncwarp(unsigned mask = 0xFFFFFFFFU, simt::Position position = simt::Position::here()) {
  simt::warp_operation(simt::warp_operations::sync, mask, 0, 0, position);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, simt::Position position = simt::Position::here()) {
  return static_cast<unsigned>(
      simt::warp_operation(simt::warp_operations::ballot, mask, predicate != 0 ? 1 : 0, 0, position));
}
inline int __any_sync(unsigned mask, int predicate, simt::Position position = simt::Position::here()) {
  return static_cast<int>(simt::warp_operation(simt::warp_operations::any, mask, predicate != 0 ? 1 : 0, 0, position));
}
inline int __all_sync(unsigned mask, int predicate, simt::Position position = simt::Position::here()) {
  return static_cast<int>(simt::warp_operation(simt::warp_operations::all, mask, predicate != 0 ? 1 : 0, 0, position));
}

template <simt::WarpValue T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, simt::Position position = simt::Position::here()) {
  unsigned const first = simt::first_of_group(width, position);
  unsigned const within = static_cast<unsigned>(source) & (static_cast<unsigned>(width) - 1);
  return simt::shuffle(simt::warp_operations::shfl, mask, value, first + within, position);
}
template <simt::WarpValue T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 simt::Position position = simt::Position::here()) {
  unsigned const own = simt::lane();
  bool const inside = own - simt::first_of_group(width, position) >= delta;
  return simt::shuffle(simt::warp_operations::shfl_up, mask, value, inside ? own - delta : own, position);
}
template <simt::WarpValue T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   simt::Position position = simt::Position::here()) {
  unsigned const own = simt::lane();
  unsigned const behind = simt::first_of_group(width, position) + static_cast<unsigned>(width) - own;
  return simt::shuffle(simt::warp_operations::shfl_down, mask, value, delta < behind ? own + delta : own, position);
}
template <simt::WarpValue T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  simt::Position position = simt::Position::here()) {
  unsigned const own = simt::lane();
  unsigned const source = own ^ static_cast<unsigned>(lane_mask);
  bool const inside = source < simt::first_of_group(width, position) + static_cast<unsigned>(width);
  return simt::shuffle(simt::warp_operations::shfl_xor, mask, value, inside ? source : own, position);
}

template <simt::WarpValue T>
unsigned __match_any_sync(unsigned mask, T value, simt::Position position = simt::Position::here()) {
  return static_cast<unsigned>(
      simt::warp_operation(simt::warp_operations::match_any, mask, simt::to_bits(value), 0, position));
}
template <simt::WarpValue T>
unsigned __match_all_sync(unsigned mask, T value, int* all_equal, simt::Position position = simt::Position::here()) {
  auto const lanes = static_cast<unsigned>(
      simt::warp_operation(simt::warp_operations::match_all, mask, simt::to_bits(value), 0, position));
  *all_equal = lanes != 0 ? 1 : 0;
  return lanes;
}

// From compute capability 8.0 on.
template <simt::ReducibleValue T>
T __reduce_add_sync(unsigned mask, T value, simt::Position position = simt::Position::here()) {
  return simt::shuffle(simt::warp_operations::reduce_add<T>, mask, value, 0, position);
}
template <simt::ReducibleValue T>
T __reduce_min_sync(unsigned mask, T value, simt::Position position = simt::Position::here()) {
  return simt::shuffle(simt::warp_operations::reduce_min<T>, mask, value, 0, position);
}
template <simt::ReducibleValue T>
T __reduce_max_sync(unsigned mask, T value, simt::Position position = simt::Position::here()) {
  return simt::shuffle(simt::warp_operations::reduce_max<T>, mask, value, 0, position);
}
inline unsigned __reduce_and_sync(unsigned mask, unsigned value, simt::Position position = simt::Position::here()) {
  return simt::shuffle(simt::warp_operations::reduce_and, mask, value, 0, position);
}
inline unsigned __reduce_or_sync(unsigned mask, unsigned value, simt::Position position = simt::Position::here()) {
  return simt::shuffle(simt::warp_operations::reduce_or, mask, value, 0, position);
}
inline unsigned __reduce_xor_sync(unsigned mask, unsigned value, simt::Position position = simt::Position::here()) {
  return simt::shuffle(simt::warp_operations::reduce_xor, mask, value, 0, position);
}
