#include "format/report_number.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace regio::format {
namespace {

constexpr double largest_plain = 1e15;
constexpr int most_decimals = 6;
constexpr char const* thin_space = "\u2009";
constexpr char const* minus = "\u2212";

std::string with_thin_spaces(std::string const& digits) {
  std::size_t const whole = std::min(digits.find('.'), digits.size());
  if (whole < 5) return digits;
  std::string text;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) text += thin_space;
    text += digits[i];
  }
  return text + digits.substr(whole);
}

}  // namespace

int column_decimals(std::vector<double> const& values, int digits) {
  std::vector<double> sizes;
  bool whole = true;
  for (double const value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    sizes.push_back(std::abs(value));
    whole = whole && value == std::nearbyint(value);
  }
  if (whole || sizes.empty()) return 0;
  auto const middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  int const magnitude = static_cast<int>(std::floor(std::log10(*middle)));
  return std::clamp(digits - 1 - magnitude, 0, most_decimals);
}

std::string readable_number(double value, int decimals) {
  if (std::isnan(value)) return "\u2013";
  std::string const sign = value < 0 ? minus : "";
  double const size = std::abs(value);
  if (std::isinf(size)) return sign + "\u221e";
  bool const vanishes = size > 0 && size < 0.5 * std::pow(10.0, -decimals) && decimals >= most_decimals;
  if (size >= largest_plain || vanishes) {
    std::string const text = fmt::format("{:.2e}", size);
    auto const exponent = text.find('e');
    return fmt::format("{}{} × 10^{}", sign, text.substr(0, exponent), std::stoi(text.substr(exponent + 1)));
  }
  std::string const digits = fmt::format("{:.{}f}", size, decimals);
  bool const zero = digits.find_first_not_of("0.") == std::string::npos;
  return (zero ? "" : sign) + with_thin_spaces(digits);
}

}  // namespace regio::format
