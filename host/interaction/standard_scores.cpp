#include "interaction/standard_scores.hpp"

#include <algorithm>
#include <cmath>

namespace regio {
namespace {

/// Divides by a power of two where squares could otherwise overflow or vanish.
void bring_near_one(std::vector<double>& values) {
  double largest = 0;
  for (double const value : values) largest = std::max(largest, std::abs(value));
  int const exponent = std::ilogb(largest);
  constexpr int harmless = 300;
  if (std::abs(exponent) < harmless) return;
  for (double& value : values) value = std::ldexp(value, -exponent);
}

void centre(std::vector<double>& values) {
  double sum = 0;
  for (double const value : values) sum += value;
  double const mean = sum / static_cast<double>(values.size());
  for (double& value : values) value -= mean;
}

}  // namespace

bool standardise(std::vector<double>& values) {
  auto const [least, most] = std::minmax_element(values.begin(), values.end());
  if (values.empty() || *least == *most) return false;
  bring_near_one(values);
  centre(values);
  bring_near_one(values);
  centre(values);  // what rounding left of the mean
  double squares = 0;
  for (double const value : values) squares += value * value;
  double const norm = std::sqrt(squares);
  for (double& value : values) value /= norm;
  return true;
}

}  // namespace regio
