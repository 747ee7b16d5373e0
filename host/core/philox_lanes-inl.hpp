/// Eight Philox blocks at a time: the words that core/philox.hpp makes one after the other. Included once per target,
/// as core/eight_lanes-inl.hpp is.

#if defined(REGIO_CORE_PHILOX_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef REGIO_CORE_PHILOX_LANES_INL
#undef REGIO_CORE_PHILOX_LANES_INL
#else
#define REGIO_CORE_PHILOX_LANES_INL
#endif

#include <cstdint>

#include "core/eight_words-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {

inline constexpr std::uint32_t words_of_eight_blocks = 4 * lane_count;

/// Words 0 to 3 of eight blocks, a block in each lane; upper halves mean nothing.
struct EightPhiloxBlocks {
  EightWords word[4];
};

/// Blocks first .. first + 7 of PhiloxStream(seed, stream, substream): ten rounds of Philox4x32.
HWY_INLINE EightPhiloxBlocks philox_blocks(std::uint64_t seed, std::uint64_t stream, std::uint32_t substream,
                                           std::uint32_t first) {
  EightPhiloxBlocks counter{
      {words_from(first, 1), broadcast_word(substream), broadcast_word(stream), broadcast_word(stream >> 32)}};
  EightWords const multiplier0 = broadcast_word(0xD2511F53U), multiplier1 = broadcast_word(0xCD9E8D57U);
  auto key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    EightWords const product0 = product_of_words(multiplier0, counter.word[0]);
    EightWords const product1 = product_of_words(multiplier1, counter.word[2]);
    counter = {{exclusive_or(upper_half(product1), counter.word[1], broadcast_word(key0)), product1,
                exclusive_or(upper_half(product0), counter.word[3], broadcast_word(key1)), product0}};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

/// scaled_below (core/philox.hpp) of every lane.
HWY_INLINE EightWords scaled_below(EightWords const& high, EightWords const& low, std::uint32_t bound) {
  EightWords const bounds = broadcast_word(bound);
  return upper_half(add(product_of_words(high, bounds), upper_half(product_of_words(low, bounds))));
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#endif
