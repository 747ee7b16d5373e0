#include "format/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace regio::format {
namespace {

// Found by a search for the largest distance between any two as people with normal sight, protanopia, deuteranopia and
// tritanopia see them (Machado, Oliveira and Fernandes 2009; distance in Oklab), neither too dark nor too light for
// paper of either kind; tests/format/palette_test.cpp holds it.
std::vector<std::string> const hues = {"#3154a9", "#daa426", "#923100", "#00d3ff", "#876dca",
                                       "#a9bb9a", "#239489", "#be6500", "#724b69", "#00b0cd"};

std::array<int, 3> channels(std::string const& colour) {
  auto const channel = [&](std::size_t at) { return std::stoi(colour.substr(at, 2), nullptr, 16); };
  return {channel(1), channel(3), channel(5)};
}

/// The colour at `position` in [0, 1] along evenly spaced stops.
std::string between(std::vector<std::string> const& stops, double position) {
  double const place = position * static_cast<double>(stops.size() - 1);
  auto const lower = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  double const share = place - static_cast<double>(lower);
  auto const a = channels(stops[lower]), b = channels(stops[lower + 1]);
  std::array<int, 3> mixed{};
  for (std::size_t c = 0; c < 3; ++c) {
    mixed[c] = static_cast<int>(std::lround((1 - share) * a[c] + share * b[c]));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

}  // namespace

std::vector<std::string> category_colours(std::size_t count) {
  if (count <= hues.size()) return {hues.begin(), hues.begin() + static_cast<std::ptrdiff_t>(count)};
  std::vector<std::string> shades;
  for (std::size_t i = 0; i < count; ++i) {
    shades.push_back(between(magnitude_colours(), static_cast<double>(i) / static_cast<double>(count - 1)));
  }
  return shades;
}

std::vector<std::string> const& magnitude_colours() {
  static std::vector<std::string> const stops = {"#f2c14e", "#e8845c", "#c0507f", "#8a4a9e", "#4f4a9c"};
  return stops;
}

std::vector<std::string> const& difference_colours() {
  static std::vector<std::string> const stops = {"#2c4a9e", "#7f9ad0", "#cfcfc9", "#e39a52", "#a84300"};
  return stops;
}

}  // namespace regio::format
