#include "core/philox.hpp"

#include <gtest/gtest.h>

#include <set>

namespace regio {
namespace {

void expect_words(PhiloxBlock block, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  EXPECT_EQ(block.word[0], a);
  EXPECT_EQ(block.word[1], b);
  EXPECT_EQ(block.word[2], c);
  EXPECT_EQ(block.word[3], d);
}

// Known answers published with Random123 (Salmon et al. 2011), philox4x32 with 10 rounds.
TEST(Philox, PublishedVectors) {
  expect_words(philox4x32({{0, 0, 0, 0}}, 0, 0), 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u);
  expect_words(philox4x32({{~0u, ~0u, ~0u, ~0u}}, ~0u, ~0u), 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu);
  expect_words(philox4x32({{0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}}, 0xa4093822u, 0x299f31d0u),
               0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u);
}

TEST(Philox, StreamsDiffer) {
  std::set<std::uint32_t> first;
  for (std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32}) {
    for (std::uint32_t substream : {0u, 1u}) first.insert(PhiloxStream(7, stream, substream).next_word());
  }
  EXPECT_EQ(first.size(), 6u);
}

TEST(Philox, DiscardedWordsAreThoseThatWouldHaveBeenDrawn) {
  for (std::uint32_t drawn : {0u, 1u, 4u, 6u}) {
    for (std::uint32_t discarded = 0; discarded < 13; ++discarded) {
      PhiloxStream expected(7, 8, 9), stream(7, 8, 9);
      for (std::uint32_t w = 0; w < drawn; ++w) (void)stream.next_word();
      for (std::uint32_t w = 0; w < drawn + discarded; ++w) (void)expected.next_word();
      stream.discard(discarded);
      for (int w = 0; w < 9; ++w) EXPECT_EQ(stream.next_word(), expected.next_word()) << drawn << ", " << discarded;
    }
  }
}

TEST(Philox, UniformAndBoundedStayInRangeAndCoverIt) {
  PhiloxStream stream(1, 2, 3);
  double sum = 0;
  int counts[7] = {};
  for (int i = 0; i < 70000; ++i) {
    double const u = stream.next_uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    ++counts[stream.next_below(7)];
  }
  EXPECT_NEAR(sum / 70000, 0.5, 0.005);
  for (int count : counts) EXPECT_NEAR(count, 10000, 400);
}

}  // namespace
}  // namespace regio
