/// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011).
///
/// A number is a function of (key, counter) alone, so any thread on any device draws the same one without shared state.
/// One text for host and device. Checked against the published test vectors in tests/core/philox_test.cpp.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace regio {

struct PhiloxBlock {
  std::uint32_t word[4];
};

/// Ten rounds on a 128-bit counter with a 64-bit key.
REGIO_HOST_DEVICE inline PhiloxBlock philox4x32(PhiloxBlock counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const product0 = std::uint64_t{0xD2511F53u} * counter.word[0];
    std::uint64_t const product1 = std::uint64_t{0xCD9E8D57u} * counter.word[2];
    counter = PhiloxBlock{
        {static_cast<std::uint32_t>(product1 >> 32) ^ counter.word[1] ^ key0, static_cast<std::uint32_t>(product1),
         static_cast<std::uint32_t>(product0 >> 32) ^ counter.word[3] ^ key1, static_cast<std::uint32_t>(product0)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// 64 random bits as a number in [0, bound), bound > 0: the whole part of bits * bound / 2^64. Numbers differ in
/// probability by less than 2^-64.
REGIO_HOST_DEVICE inline std::uint32_t scaled_below(std::uint32_t high, std::uint32_t low, std::uint32_t bound) {
  std::uint64_t const carried = (std::uint64_t{low} * bound) >> 32;
  return static_cast<std::uint32_t>((std::uint64_t{high} * bound + carried) >> 32);
}

/// A stream of numbers named by (seed, stream, substream): what is drawn does not depend on who else draws.
class PhiloxStream {
 public:
  /// `stream` up to 2^64, `substream` (a restart, a replicate) up to 2^32.
  REGIO_HOST_DEVICE PhiloxStream(std::uint64_t seed, std::uint64_t stream, std::uint32_t substream)
      : counter_{{0, substream, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)}},
        key0_(static_cast<std::uint32_t>(seed)),
        key1_(static_cast<std::uint32_t>(seed >> 32)) {}

  REGIO_HOST_DEVICE std::uint32_t next_word() {
    if (left_ == 0) {
      block_ = philox4x32(counter_, key0_, key1_);
      ++counter_.word[0];
      left_ = 4;
    }
    // The block turns instead of an index running through it: a GPU's registers have no index.
    std::uint32_t const word = block_.word[0];
    block_ = PhiloxBlock{{block_.word[1], block_.word[2], block_.word[3], word}};
    --left_;
    return word;
  }

  /// Leaves `words` words out, as if they had been drawn.
  REGIO_HOST_DEVICE void discard(std::uint32_t words) {
    for (; words > 0 && left_ > 0; --words) next_word();
    counter_.word[0] += words / 4;
    for (words %= 4; words > 0; --words) next_word();
  }

  /// Uniform in [0, 1) with 53 bits.
  REGIO_HOST_DEVICE double next_uniform() {
    std::uint64_t const high = next_word();
    std::uint64_t const low = next_word();
    return static_cast<double>(((high << 32) | low) >> 11) * 0x1.0p-53;
  }

  /// Uniform in [0, bound), bound > 0, without bias (Lemire 2019).
  REGIO_HOST_DEVICE std::uint32_t next_below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next_word()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      std::uint32_t const threshold = (0u - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next_word()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  std::uint32_t key0_, key1_;
  int left_ = 0;  ///< words of block_ that are still to be given
};

}  // namespace regio
