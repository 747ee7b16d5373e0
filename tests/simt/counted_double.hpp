/// `double` for kernels whose operations are counted: g++ -include puts this file before the text of a whole program
/// (regio_counted_kernel_test in cmake/RegioSimt.cmake), in which the word then means simt::CountedDouble. So the text
/// that is counted is the text that nvcc compiles, operation by operation, since nvcc contracts none (-fmad=false).
///
/// Not counted: conversions, negations, absolute values, which the device makes with another operation's operands.
#pragma once

// Whatever a program includes later that the word must not reach.
#include <gtest/gtest.h>
#include <math.h>

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/simt/counted_operation.hpp"

namespace simt {

// Inlined, so that each operation of a kernel's text has its own place in the program.
#define SIMT_COUNTED [[gnu::always_inline]] friend inline

class CountedDouble {
 public:
  constexpr CountedDouble() : value_(0) {}  // a constant, without which g++ guards static variables
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr CountedDouble(Number number) : value_(static_cast<double>(number)) {}
  template <class Number>
  requires std::is_arithmetic_v<Number>
  explicit constexpr operator Number() const { return static_cast<Number>(value_); }

  SIMT_COUNTED CountedDouble operator+(CountedDouble a, CountedDouble b) { return arithmetic(a.value_ + b.value_); }
  SIMT_COUNTED CountedDouble operator-(CountedDouble a, CountedDouble b) { return arithmetic(a.value_ - b.value_); }
  SIMT_COUNTED CountedDouble operator*(CountedDouble a, CountedDouble b) { return arithmetic(a.value_ * b.value_); }
  SIMT_COUNTED CountedDouble operator/(CountedDouble a, CountedDouble b) { return division(a.value_ / b.value_); }
  SIMT_COUNTED CountedDouble fma(CountedDouble a, CountedDouble b, CountedDouble c) {
    return arithmetic(std::fma(a.value_, b.value_, c.value_));
  }
  SIMT_COUNTED CountedDouble sqrt(CountedDouble a) { return division(std::sqrt(a.value_)); }
  SIMT_COUNTED CountedDouble fmin(CountedDouble a, CountedDouble b) { return compared(std::fmin(a.value_, b.value_)); }
  SIMT_COUNTED CountedDouble fmax(CountedDouble a, CountedDouble b) { return compared(std::fmax(a.value_, b.value_)); }
  SIMT_COUNTED bool operator<(CountedDouble a, CountedDouble b) { return compared(a.value_ < b.value_); }
  SIMT_COUNTED bool operator>(CountedDouble a, CountedDouble b) { return compared(a.value_ > b.value_); }
  SIMT_COUNTED bool operator<=(CountedDouble a, CountedDouble b) { return compared(a.value_ <= b.value_); }
  SIMT_COUNTED bool operator>=(CountedDouble a, CountedDouble b) { return compared(a.value_ >= b.value_); }
  SIMT_COUNTED bool operator==(CountedDouble a, CountedDouble b) { return compared(a.value_ == b.value_); }
  SIMT_COUNTED bool operator!=(CountedDouble a, CountedDouble b) { return compared(a.value_ != b.value_); }

  [[gnu::always_inline]] CountedDouble& operator+=(CountedDouble other) { return *this = *this + other; }
  [[gnu::always_inline]] CountedDouble& operator-=(CountedDouble other) { return *this = *this - other; }
  [[gnu::always_inline]] CountedDouble& operator*=(CountedDouble other) { return *this = *this * other; }
  [[gnu::always_inline]] CountedDouble& operator/=(CountedDouble other) { return *this = *this / other; }

  friend CountedDouble operator-(CountedDouble a) { return -a.value_; }
  friend CountedDouble fabs(CountedDouble a) { return std::fabs(a.value_); }

 private:
  [[gnu::always_inline]] static inline CountedDouble arithmetic(double result) {
    count_operation(DoubleOperation::arithmetic);
    return result;
  }
  [[gnu::always_inline]] static inline CountedDouble division(double result) {
    count_operation(DoubleOperation::division);
    return result;
  }
  template <class Result>
  [[gnu::always_inline]] static inline Result compared(Result result) {
    count_operation(DoubleOperation::comparison);
    return result;
  }

  double value_;
};

#undef SIMT_COUNTED

static_assert(sizeof(CountedDouble) == sizeof(double) && alignof(CountedDouble) == alignof(double) &&
              std::is_trivially_copyable_v<CountedDouble>);

}  // namespace simt

// The compiler puts no hook where it stores what a call returns, if that is a class. Inlined functions are no calls.
#define SIMT_DEVICE_FUNCTION __attribute__((always_inline))
#pragma GCC diagnostic ignored "-Wattributes"  // templates of device functions need not be declared inline

// The standard leaves no program the right to this; g++, which alone has the access hooks, does what it says.
#define double ::simt::CountedDouble
