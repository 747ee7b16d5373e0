/// What determinism promises of a batch: the same bits for any number of threads, any order, and every SIMD target.
#pragma once

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "core/simd.hpp"

namespace regio {

/// run(threads) returns the bits of every problem's result.
template <class Run>
void expect_same_bits_on_any_number_of_threads(Run&& run) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 8);
  auto const one = run(1);
  for (int const threads : {2, 3, 7}) EXPECT_TRUE(run(threads) == one) << threads << " threads";
}

/// run(threads) returns the bits of every problem's result, in the problems' order.
template <class Problem, class Run>
void expect_same_bits_in_any_order(std::vector<Problem>& problems, Run&& run) {
  auto const forward = run(2);
  std::reverse(problems.begin(), problems.end());
  auto backward = run(2);
  std::reverse(backward.begin(), backward.end());
  EXPECT_TRUE(forward == backward);
}

/// run(target) returns the numbers of every problem's result.
template <class Run>
void expect_same_bits_on_every_target(Run&& run) {
  std::vector<std::vector<double>> of_scalar;
  for (SimdTarget const target : simd_targets()) {
    std::cout << "target " << name(target) << '\n';
    std::vector<std::vector<double>> const results = run(target);
    if (of_scalar.empty()) of_scalar = results;
    EXPECT_TRUE(results == of_scalar) << name(target);
  }
}

}  // namespace regio
