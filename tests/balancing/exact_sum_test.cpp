#include "balancing/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace regio {
namespace {

__extension__ using Wide = __int128;
using Values = std::vector<double>;

constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(ExactSum, OfNothingIsZero) {
  EXPECT_EQ(exact_sum(Values{}), 0);
  EXPECT_EQ(ExactSum().sign(), 0);
  EXPECT_FALSE(std::signbit(exact_sum(Values{-0.0, -0.0})));
}

TEST(ExactSum, OneNumberIsItself) {
  for (double const value : {1.0, -1.0, 0.1, 1e300, -1e-300, largest, -largest, smallest, -smallest, 0x1p-1022, 0x1p-32,
                             0x1.fffffffffffffp-1042}) {
    EXPECT_EQ(exact_sum(Values{value}), value);
  }
}

TEST(ExactSum, NothingIsLostBetweenTheExtremes) {
  EXPECT_EQ(exact_sum(Values{1e300, 1e-300, -1e300}), 1e-300);
  EXPECT_EQ(exact_sum(Values{1e300, -smallest, -1e300}), -smallest);
  EXPECT_EQ(exact_sum(Values{0.1, 0.2, -0.3}), 0x1p-55);  // the true sum of these three doubles
}

TEST(ExactSum, PassesBeyondTheDoublesAndComesBack) {
  EXPECT_EQ(exact_sum(Values{largest, largest, largest, -largest, -largest}), largest);
  EXPECT_EQ(exact_sum(Values{largest, largest}), infinity);
  EXPECT_EQ(exact_sum(Values{-largest, -largest}), -infinity);
  EXPECT_EQ(exact_sum(Values{largest, 0x1p970}), infinity);  // half a unit: ties to even, which is 2^1024
  EXPECT_EQ(exact_sum(Values{largest, 0x1p970, -smallest}), largest);
}

TEST(ExactSum, RoundsOnceAndTiesToEven) {
  EXPECT_EQ(exact_sum(Values{1, 0x1p-53}), 1);
  EXPECT_EQ(exact_sum(Values{1, 0x1p-53, smallest}), 1 + 0x1p-52);
  EXPECT_EQ(exact_sum(Values{1, 0x1p-53, -smallest}), 1);
  EXPECT_EQ(exact_sum(Values{1, 0x1p-52, 0x1p-53}), 1 + 0x1p-51);
  EXPECT_EQ(exact_sum(Values{-1, -0x1p-52, -0x1p-53}), -1 - 0x1p-51);
  EXPECT_EQ(exact_sum(Values{2 - 0x1p-52, 0x1p-53}), 2);  // the carry of rounding reaches the exponent
}

TEST(ExactSum, SubnormalSumsAreExact) {
  EXPECT_EQ(exact_sum(Values{smallest, smallest, smallest}), 3 * smallest);
  EXPECT_EQ(exact_sum(Values{0x1p-1022, -smallest}), 0x1p-1022 - smallest);
}

TEST(ExactSum, EqualsIntegerArithmetic) {
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 2000; ++trial) {
    int const scale = static_cast<int>(random() % 1900) - 1074;
    Wide whole = 0;
    ExactSum sum;
    for (int n = 0; n < 40; ++n) {
      auto const value = static_cast<double>(static_cast<std::int64_t>(random()) >> (random() % 62));
      int const exponent = static_cast<int>(random() % 50);
      Wide const term = static_cast<Wide>(value) * (Wide{1} << exponent);
      if (random() % 2 == 0) {
        whole += term;
        sum.add(std::ldexp(value, exponent + scale));
      } else {
        whole -= term;
        sum.subtract(std::ldexp(value, exponent + scale));
      }
    }
    // The conversion rounds to nearest, ties to even; one more rounding would follow below the normal doubles.
    EXPECT_EQ(sum.rounded(), std::ldexp(static_cast<double>(whole), scale)) << trial;
    EXPECT_EQ(sum.sign(), (whole > 0) - (whole < 0)) << trial;
  }
}

TEST(ExactSum, AnyOrderGivesTheSameBits) {
  std::mt19937_64 random(11);
  Values values;
  for (int n = 0; n < 500; ++n) {
    double const value = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 1800) - 1000);
    values.insert(values.end(), {value, -value});
  }
  values.push_back(0.7);
  for (int n = 0; n < 20; ++n) {
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(exact_sum(values), 0.7);
  }
}

TEST(ExactSum, MillionsOfTermsOfBothSigns) {
  ExactSum sum;
  constexpr std::int64_t count = 3'000'000;
  for (std::int64_t n = 0; n < count; ++n) sum.subtract(0x1.fffffffffffffp100);
  EXPECT_EQ(sum.sign(), -1);
  EXPECT_EQ(sum.rounded(), -std::ldexp(static_cast<double>(Wide{count} * ((Wide{1} << 53) - 1)), 48));
  for (std::int64_t n = 0; n < count; ++n) sum.add(0x1.fffffffffffffp100);
  EXPECT_EQ(sum.sign(), 0);
  sum.add(smallest);
  EXPECT_EQ(sum.rounded(), smallest);
}

}  // namespace
}  // namespace regio
