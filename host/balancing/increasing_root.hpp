/// The root of an increasing function of one variable, by Newton's method within a bracket.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace regio {

/// Value and slope of a function at a point, and the size of the terms that the value is made of.
struct FunctionValue {
  double value, slope, magnitude;
};

/// The delta at which an increasing function is 0, from 0 on: Newton's steps, halved into the bracket that the signs
/// leave, longer ones cut to `longest_step` (doubled while they go on). `limit` is where the search ends if there is no
/// root before. Deterministic; a dozen evaluations or fewer as a rule, at most 200.
template <class Function>
double increasing_root(Function&& function, double longest_step, double limit) {
  constexpr int most_evaluations = 200;
  constexpr double rounding = 0x1p-52;
  double low = -limit, high = limit, at = 0;
  for (int evaluation = 0; evaluation < most_evaluations; ++evaluation) {
    FunctionValue const f = function(at);
    if (std::abs(f.value) <= 0.5 * rounding * f.magnitude) return at;
    (f.value < 0 ? low : high) = at;
    double next = f.slope > 0 ? at - f.value / f.slope : (f.value < 0 ? limit : -limit);
    if (std::abs(next - at) > longest_step) {
      next = at + std::copysign(longest_step, next - at);
      longest_step *= 2;
    }
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (std::abs(next - at) <= rounding * std::max(1.0, std::abs(at)) || next == low || next == high) return next;
    at = next;
  }
  return at;
}

}  // namespace regio
