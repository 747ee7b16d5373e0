/// Eight whole numbers of 64 bits, the companions of core/eight_lanes-inl.hpp: words of 32 bits stand in their lower
/// halves. Included once per target in the same way.

#if defined(REGIO_CORE_EIGHT_WORDS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef REGIO_CORE_EIGHT_WORDS_INL
#undef REGIO_CORE_EIGHT_WORDS_INL
#else
#define REGIO_CORE_EIGHT_WORDS_INL
#endif

#include <cstdint>
#include <cstring>

#include "core/eight_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

struct EightWords {
  std::uint64_t lane[lane_count];
};

template <class Operation>
EightWords words_by_lane(Operation operation) {
  EightWords result;
  for (int l = 0; l < lane_count; ++l) result.lane[l] = operation(l);
  return result;
}

inline EightWords broadcast_word(std::uint64_t value) {
  return words_by_lane([&](int) { return value; });
}
/// first, first + step, ...
inline EightWords words_from(std::uint64_t first, std::uint64_t step) {
  return words_by_lane([&](int l) { return first + static_cast<std::uint64_t>(l) * step; });
}
inline EightWords lower_half(EightWords const& a) {
  return words_by_lane([&](int l) { return a.lane[l] & 0xFFFFFFFFU; });
}
inline EightWords upper_half(EightWords const& a) {
  return words_by_lane([&](int l) { return a.lane[l] >> 32; });
}
inline EightWords add(EightWords const& a, EightWords const& b) {
  return words_by_lane([&](int l) { return a.lane[l] + b.lane[l]; });
}
inline EightWords exclusive_or(EightWords const& a, EightWords const& b, EightWords const& c) {
  return words_by_lane([&](int l) { return a.lane[l] ^ b.lane[l] ^ c.lane[l]; });
}
/// Lower half times lower half, all 64 bits; upper halves do not count.
inline EightWords product_of_words(EightWords const& a, EightWords const& b) {
  return words_by_lane([&](int l) { return (a.lane[l] & 0xFFFFFFFFU) * (b.lane[l] & 0xFFFFFFFFU); });
}
/// Whether a is smaller than b in some lane.
inline bool any_smaller(EightWords const& a, EightWords const& b) {
  bool any = false;
  for (int l = 0; l < lane_count; ++l) any = any || a.lane[l] < b.lane[l];
  return any;
}
/// p[2 l] and p[2 l + 1]: the lower halves of lane l of `even` and `odd`.
inline void store_in_turns(EightWords const& even, EightWords const& odd, std::uint32_t* p) {
  for (int l = 0; l < lane_count; ++l) {
    *p++ = static_cast<std::uint32_t>(even.lane[l]);
    *p++ = static_cast<std::uint32_t>(odd.lane[l]);
  }
}
/// p[4 l + k]: the lower half of lane l of word k.
inline void store_in_turns(EightWords const (&word)[4], std::uint32_t* p) {
  for (int l = 0; l < lane_count; ++l) {
    for (EightWords const& words : word) *p++ = static_cast<std::uint32_t>(words.lane[l]);
  }
}
inline EightLanes load(std::int32_t const* p) {
  return by_lane([&](int l) { return static_cast<double>(p[l]); });
}
/// The numbers at p[positions[0]], p[positions[1]], ...
inline EightLanes gather(std::int32_t const* p, std::int32_t const* positions) {
  return by_lane([&](int l) { return static_cast<double>(p[positions[l]]); });
}

#else

using Words = hn::Rebind<std::uint64_t, Lanes>;

struct EightWords {
  hn::Vec<Words> part[part_count];
};

HWY_INLINE EightWords broadcast_word(std::uint64_t value) {
  EightWords result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Set(Words(), value);
  return result;
}
/// first, first + step, ...
HWY_INLINE EightWords words_from(std::uint64_t first, std::uint64_t step) {
  alignas(64) std::uint64_t lane[part_lanes];
  for (int l = 0; l < part_lanes; ++l) lane[l] = static_cast<std::uint64_t>(l) * step;
  auto const steps = hn::Load(Words(), lane);
  EightWords result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::Add(steps, hn::Set(Words(), first + static_cast<std::uint64_t>(i * part_lanes) * step));
  }
  return result;
}
HWY_INLINE EightWords lower_half(EightWords const& a) {
  EightWords result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::And(a.part[i], hn::Set(Words(), 0xFFFFFFFFU));
  return result;
}
HWY_INLINE EightWords upper_half(EightWords const& a) {
  EightWords result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::ShiftRight<32>(a.part[i]);
  return result;
}
HWY_INLINE EightWords add(EightWords const& a, EightWords const& b) {
  EightWords result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Add(a.part[i], b.part[i]);
  return result;
}
HWY_INLINE EightWords exclusive_or(EightWords const& a, EightWords const& b, EightWords const& c) {
  EightWords result;
  for (int i = 0; i < part_count; ++i) result.part[i] = hn::Xor3(a.part[i], b.part[i], c.part[i]);
  return result;
}
/// Lower half times lower half, all 64 bits; upper halves do not count.
HWY_INLINE EightWords product_of_words(EightWords const& a, EightWords const& b) {
  hn::Repartition<std::uint32_t, Words> const halves;
  EightWords result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::MulEven(hn::BitCast(halves, a.part[i]), hn::BitCast(halves, b.part[i]));
  }
  return result;
}
/// Whether a is smaller than b in some lane.
HWY_INLINE bool any_smaller(EightWords const& a, EightWords const& b) {
  bool any = false;
  for (int i = 0; i < part_count; ++i) any = !hn::AllFalse(Words(), hn::Lt(a.part[i], b.part[i])) || any;
  return any;
}
/// Two words of 32 bits in one of 64, as memory has them one behind the other.
HWY_INLINE hn::Vec<Words> joined(hn::Vec<Words> even, hn::Vec<Words> odd) {
  return hn::Or(hn::And(even, hn::Set(Words(), 0xFFFFFFFFU)), hn::ShiftLeft<32>(odd));
}
/// p[2 l] and p[2 l + 1]: the lower halves of lane l of `even` and `odd`.
HWY_INLINE void store_in_turns(EightWords const& even, EightWords const& odd, std::uint32_t* p) {
  hn::Repartition<std::uint32_t, Words> const halves;
  for (int i = 0; i < part_count; ++i) {
    hn::StoreU(hn::BitCast(halves, joined(even.part[i], odd.part[i])), halves, p + 2 * part_lanes * i);
  }
}
/// p[4 l + k]: the lower half of lane l of word k.
HWY_INLINE void store_in_turns(EightWords const (&word)[4], std::uint32_t* p) {
  alignas(64) std::uint64_t pairs[2 * lane_count];
  for (int i = 0; i < part_count; ++i) {
    hn::StoreInterleaved2(joined(word[0].part[i], word[1].part[i]), joined(word[2].part[i], word[3].part[i]), Words(),
                          pairs + 2 * part_lanes * i);
  }
  std::memcpy(p, pairs, sizeof pairs);
}
HWY_INLINE EightLanes load(std::int32_t const* p) {
  hn::Rebind<std::int32_t, Lanes> const integers;
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] = hn::PromoteTo(Lanes(), hn::LoadU(integers, p + i * part_lanes));
  }
  return result;
}
/// The numbers at p[positions[0]], p[positions[1]], ...
HWY_INLINE EightLanes gather(std::int32_t const* p, std::int32_t const* positions) {
  hn::Rebind<std::int32_t, Lanes> const integers;
  EightLanes result;
  for (int i = 0; i < part_count; ++i) {
    result.part[i] =
        hn::PromoteTo(Lanes(), hn::GatherIndex(integers, p, hn::LoadU(integers, positions + i * part_lanes)));
  }
  return result;
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#endif
