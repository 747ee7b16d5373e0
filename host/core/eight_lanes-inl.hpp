/// Eight logical fp64 lanes: one AVX-512 vector, two AVX2 vectors, or eight numbers of plain C++.
///
/// Every operation is one IEEE operation per lane and multiply_add is fused, so that the three texts give the same
/// bits. Included once per target by a translation unit that includes hwy/foreach_target.h; that unit first defines the
/// macros of core/simd_targets.hpp.

// The include guard toggles with the target (see hwy/foreach_target.h).
#if defined(REGIO_CORE_EIGHT_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef REGIO_CORE_EIGHT_LANES_INL
#undef REGIO_CORE_EIGHT_LANES_INL
#else
#define REGIO_CORE_EIGHT_LANES_INL
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

#include "core/whole_numbers.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {

inline constexpr int lane_count = 8;

#if HWY_TARGET == HWY_SCALAR

struct EightLanes {
  double lane[lane_count];
};

template <class Operation>
EightLanes by_lane(Operation operation) {
  EightLanes result;
  for (int l = 0; l < lane_count; ++l) result.lane[l] = operation(l);
  return result;
}

inline EightLanes broadcast(double value) {
  return by_lane([&](int) { return value; });
}
inline EightLanes load(double const* p) {
  return by_lane([&](int l) { return p[l]; });
}
/// The first `count` numbers, then zeros; reads no further.
inline EightLanes load_first(double const* p, std::ptrdiff_t count) {
  return by_lane([&](int l) { return l < count ? p[l] : 0.0; });
}
/// The numbers at p[positions[0]], p[positions[1]], ...
inline EightLanes gather(double const* p, std::int64_t const* positions) {
  return by_lane([&](int l) { return p[positions[l]]; });
}
inline EightLanes gather(double const* p, std::uint32_t const* positions) {
  return by_lane([&](int l) { return p[positions[l]]; });
}
inline EightLanes load(float const* p) {
  return by_lane([&](int l) { return static_cast<double>(p[l]); });
}
inline EightLanes load_first(float const* p, std::ptrdiff_t count) {
  return by_lane([&](int l) { return l < count ? static_cast<double>(p[l]) : 0.0; });
}
inline void store(EightLanes const& a, double* p) { std::copy(a.lane, a.lane + lane_count, p); }
/// A store to a whole cache line (p aligned to 64 bytes) that is not to be read soon: it need not be read before it is
/// written. hwy::FlushStream() afterwards.
inline void store_past_cache(EightLanes const& a, double* p) { store(a, p); }
inline EightLanes add(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return a.lane[l] + b.lane[l]; });
}
inline EightLanes subtract(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return a.lane[l] - b.lane[l]; });
}
inline EightLanes multiply(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return a.lane[l] * b.lane[l]; });
}
/// a b + c with one rounding.
inline EightLanes multiply_add(EightLanes const& a, EightLanes const& b, EightLanes const& c) {
  return by_lane([&](int l) { return std::fma(a.lane[l], b.lane[l], c.lane[l]); });
}
/// a b - c with one rounding.
inline EightLanes multiply_subtract(EightLanes const& a, EightLanes const& b, EightLanes const& c) {
  return by_lane([&](int l) { return std::fma(a.lane[l], b.lane[l], -c.lane[l]); });
}
inline EightLanes divide(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return a.lane[l] / b.lane[l]; });
}
inline EightLanes square_root(EightLanes const& a) {
  return by_lane([&](int l) { return std::sqrt(a.lane[l]); });
}
/// a where it is larger than b, else b.
inline EightLanes larger(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return a.lane[l] > b.lane[l] ? a.lane[l] : b.lane[l]; });
}
inline EightLanes larger_magnitude(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return std::max(std::abs(a.lane[l]), std::abs(b.lane[l])); });
}
/// a where it is smaller than b, else b.
inline EightLanes smaller(EightLanes const& a, EightLanes const& b) {
  return by_lane([&](int l) { return a.lane[l] < b.lane[l] ? a.lane[l] : b.lane[l]; });
}
/// yes where a is smaller than b, else no.
inline EightLanes where_smaller(EightLanes const& a, EightLanes const& b, EightLanes const& yes, EightLanes const& no) {
  return by_lane([&](int l) { return a.lane[l] < b.lane[l] ? yes.lane[l] : no.lane[l]; });
}
/// yes where a equals b, else no.
inline EightLanes where_equal(EightLanes const& a, EightLanes const& b, EightLanes const& yes, EightLanes const& no) {
  return by_lane([&](int l) { return a.lane[l] == b.lane[l] ? yes.lane[l] : no.lane[l]; });
}
/// Where value < lowest: lowest = value and index = candidate.
inline void keep_lower(EightLanes const& value, double candidate, EightLanes& lowest, EightLanes& index) {
  for (int l = 0; l < lane_count; ++l) {
    if (value.lane[l] < lowest.lane[l]) {
      lowest.lane[l] = value.lane[l];
      index.lane[l] = candidate;
    }
  }
}
/// Stores small whole numbers as 32-bit integers; true when p already held them.
inline bool store_integers(EightLanes const& a, std::int32_t* p) {
  bool same = true;
  for (int l = 0; l < lane_count; ++l) {
    auto const value = static_cast<std::int32_t>(a.lane[l]);
    same = same && p[l] == value;
    p[l] = value;
  }
  return same;
}
/// Adds the nearest whole numbers of a, the even one of two, to the integers at p; |a| <= 2^51.
inline void add_nearest_whole(EightLanes const& a, std::int64_t* p) {
  for (int l = 0; l < lane_count; ++l) p[l] += static_cast<std::int64_t>(nearest_whole(a.lane[l]));
}
inline void subtract_nearest_whole(EightLanes const& a, std::int64_t* p) {
  for (int l = 0; l < lane_count; ++l) p[l] -= static_cast<std::int64_t>(nearest_whole(a.lane[l]));
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<double, lane_count>;
inline constexpr int part_lanes = static_cast<int>(hn::MaxLanes(Lanes()));
inline constexpr int part_count = lane_count / part_lanes;

struct EightLanes {
  hn::Vec<Lanes> part[part_count];
};

HWY_INLINE EightLanes broadcast(double value) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Set(Lanes(), value);
  return result;
}
HWY_INLINE EightLanes load(double const* p) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::LoadU(Lanes(), p + i * part_lanes);
  return result;
}
/// The first `count` numbers, then zeros; reads no further.
HWY_INLINE EightLanes load_first(double const* p, std::ptrdiff_t count) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    auto const rest = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, count - i * part_lanes));
    result.part[i] = hn::MaskedLoad(hn::FirstN(Lanes(), rest), Lanes(), p + i * part_lanes);
  }
  return result;
}
/// The numbers at p[positions[0]], p[positions[1]], ...
HWY_INLINE EightLanes gather(double const* p, std::int64_t const* positions) {
  hn::Rebind<std::int64_t, Lanes> const integers;
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::GatherIndex(Lanes(), p, hn::LoadU(integers, positions + i * part_lanes));
  }
  return result;
}
/// Two positions a read, and each number read by itself: half as long as the instruction that gathers takes, on the AMD
/// EPYC that it was measured on.
template <int count>
HWY_INLINE hn::Vec<hn::CappedTag<double, count> > gather_part(double const* p, std::uint32_t const* positions) {
  hn::CappedTag<double, count> const lanes;
  if constexpr (count == 2) {
    std::uint64_t both = 0;
    std::memcpy(&both, positions, sizeof both);
    return hn::InterleaveLower(lanes, hn::Set(lanes, p[both & 0xFFFFFFFFU]), hn::Set(lanes, p[both >> 32]));
  } else {
    return hn::Combine(lanes, gather_part<count / 2>(p, positions + count / 2), gather_part<count / 2>(p, positions));
  }
}
HWY_INLINE EightLanes gather(double const* p, std::uint32_t const* positions) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = gather_part<part_lanes>(p, positions + i * part_lanes);
  return result;
}
HWY_INLINE EightLanes load(float const* p) {
  hn::Rebind<float, Lanes> const singles;
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::PromoteTo(Lanes(), hn::LoadU(singles, p + i * part_lanes));
  }
  return result;
}
HWY_INLINE EightLanes load_first(float const* p, std::ptrdiff_t count) {
  hn::Rebind<float, Lanes> const singles;
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    auto const rest = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, count - i * part_lanes));
    result.part[i] = hn::PromoteTo(Lanes(), hn::MaskedLoad(hn::FirstN(singles, rest), singles, p + i * part_lanes));
  }
  return result;
}
HWY_INLINE void store(EightLanes const& a, double* p) {
  for (int i = 0; i < part_count; ++i) hn::StoreU(a.part[i], Lanes(), p + i * part_lanes);
}
/// A store to a whole cache line (p aligned to 64 bytes) that is not to be read soon: it need not be read before it is
/// written. hwy::FlushStream() afterwards.
HWY_INLINE void store_past_cache(EightLanes const& a, double* p) {
  for (int i = 0; i < part_count; ++i) hn::Stream(a.part[i], Lanes(), p + i * part_lanes);
}
HWY_INLINE EightLanes add(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Add(a.part[i], b.part[i]);
  return result;
}
HWY_INLINE EightLanes subtract(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Sub(a.part[i], b.part[i]);
  return result;
}
HWY_INLINE EightLanes multiply(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Mul(a.part[i], b.part[i]);
  return result;
}
/// a b + c with one rounding.
HWY_INLINE EightLanes multiply_add(EightLanes const& a, EightLanes const& b, EightLanes const& c) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::MulAdd(a.part[i], b.part[i], c.part[i]);
  return result;
}
/// a b - c with one rounding.
HWY_INLINE EightLanes multiply_subtract(EightLanes const& a, EightLanes const& b, EightLanes const& c) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::MulSub(a.part[i], b.part[i], c.part[i]);
  return result;
}
HWY_INLINE EightLanes divide(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Div(a.part[i], b.part[i]);
  return result;
}
HWY_INLINE EightLanes square_root(EightLanes const& a) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Sqrt(a.part[i]);
  return result;
}
/// a where it is larger than b, else b.
HWY_INLINE EightLanes larger(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::IfThenElse(hn::Gt(a.part[i], b.part[i]), a.part[i], b.part[i]);
  }
  return result;
}
HWY_INLINE EightLanes larger_magnitude(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Max(hn::Abs(a.part[i]), hn::Abs(b.part[i]));
  return result;
}
/// a where it is smaller than b, else b.
HWY_INLINE EightLanes smaller(EightLanes const& a, EightLanes const& b) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::IfThenElse(hn::Lt(a.part[i], b.part[i]), a.part[i], b.part[i]);
  }
  return result;
}
/// yes where a is smaller than b, else no.
HWY_INLINE EightLanes where_smaller(EightLanes const& a, EightLanes const& b, EightLanes const& yes,
                                    EightLanes const& no) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::IfThenElse(hn::Lt(a.part[i], b.part[i]), yes.part[i], no.part[i]);
  }
  return result;
}
/// yes where a equals b, else no.
HWY_INLINE EightLanes where_equal(EightLanes const& a, EightLanes const& b, EightLanes const& yes,
                                  EightLanes const& no) {
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::IfThenElse(hn::Eq(a.part[i], b.part[i]), yes.part[i], no.part[i]);
  }
  return result;
}
/// Where value < lowest: lowest = value and index = candidate.
HWY_INLINE void keep_lower(EightLanes const& value, double candidate, EightLanes& lowest, EightLanes& index) {
  auto const number = hn::Set(Lanes(), candidate);
  for (int i = 0; i < part_count; ++i) {
    auto const lower = hn::Lt(value.part[i], lowest.part[i]);
    lowest.part[i] = hn::IfThenElse(lower, value.part[i], lowest.part[i]);
    index.part[i] = hn::IfThenElse(lower, number, index.part[i]);
  }
}
/// Stores small whole numbers as 32-bit integers; true when p already held them.
HWY_INLINE bool store_integers(EightLanes const& a, std::int32_t* p) {
  hn::Rebind<std::int32_t, Lanes> const integers;
  bool same = true;
  for (int i = 0; i < part_count; ++i) {
    auto const value = hn::DemoteTo(integers, a.part[i]);
    auto const held = hn::LoadU(integers, p + i * part_lanes);
    same = hn::AllTrue(integers, hn::Eq(value, held)) && same;
    hn::StoreU(value, integers, p + i * part_lanes);
  }
  return same;
}
using IntegerLanes = hn::Rebind<std::int64_t, Lanes>;
HWY_INLINE hn::Vec<IntegerLanes> nearest_whole_part(hn::Vec<Lanes> part) {
  auto const offset = hn::Set(Lanes(), whole_number_offset);
  return hn::Sub(hn::BitCast(IntegerLanes(), hn::Add(part, offset)), hn::BitCast(IntegerLanes(), offset));
}
/// Adds the nearest whole numbers of a, the even one of two, to the integers at p; |a| <= 2^51.
HWY_INLINE void add_nearest_whole(EightLanes const& a, std::int64_t* p) {
  for (int i = 0; i < part_count; ++i) {
    std::int64_t* const to = p + i * part_lanes;
    hn::StoreU(hn::Add(hn::LoadU(IntegerLanes(), to), nearest_whole_part(a.part[i])), IntegerLanes(), to);
  }
}
HWY_INLINE void subtract_nearest_whole(EightLanes const& a, std::int64_t* p) {
  for (int i = 0; i < part_count; ++i) {
    std::int64_t* const to = p + i * part_lanes;
    hn::StoreU(hn::Sub(hn::LoadU(IntegerLanes(), to), nearest_whole_part(a.part[i])), IntegerLanes(), to);
  }
}

#endif

/// The sum of the lanes in the one order that every target keeps: halves, quarters, pairs.
HWY_INLINE double sum_of_lanes(EightLanes const& a) {
  double lane[lane_count];
  store(a, lane);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#if HWY_TARGET != HWY_SCALAR

using FourLanes = hn::CappedTag<double, 4>;

/// Lanes 0..3 plus lanes 4..7.
template <std::size_t Parts>
HWY_INLINE hn::Vec<FourLanes> sum_of_halves(hn::Vec<Lanes> const (&part)[Parts]) {
  if constexpr (Parts == 1) {
    return hn::Add(hn::LowerHalf(FourLanes(), part[0]), hn::UpperHalf(FourLanes(), part[0]));
  } else {
    return hn::Add(part[0], part[Parts - 1]);
  }
}

#endif

/// sum_of_lanes of four vectors, with the same bits.
HWY_INLINE void sums_of_lanes(EightLanes const (&a)[4], double* sums) {
#if HWY_TARGET == HWY_SCALAR
  for (int i = 0; i < 4; ++i) sums[i] = sum_of_lanes(a[i]);
#else
  FourLanes const four;
  auto const quarters = [&](int i) HWY_ATTR {
    auto const lower = sum_of_halves(a[i].part), upper = sum_of_halves(a[i + 1].part);
    return hn::Add(hn::ConcatLowerLower(four, upper, lower), hn::ConcatUpperUpper(four, upper, lower));
  };
  auto const first = quarters(0), second = quarters(2);
  hn::StoreU(hn::Add(hn::ConcatEven(four, second, first), hn::ConcatOdd(four, second, first)), four, sums);
#endif
}

HWY_INLINE double largest_of_lanes(EightLanes const& a) {
  double lane[lane_count];
  store(a, lane);
  return *std::max_element(lane, lane + lane_count);
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#endif
