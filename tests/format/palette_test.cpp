// Colours of clusters: as far apart as the palette promises, for every kind of colour vision, on white and dark paper.
#include "format/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace regio::format {
namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

Triple times(Matrix const& m, Triple const& v) {
  Triple result{};
  for (std::size_t r = 0; r < 3; ++r) result[r] = m[r][0] * v[0] + m[r][1] * v[1] + m[r][2] * v[2];
  return result;
}

/// Linear light of "#rrggbb" (IEC 61966-2-1).
Triple linear(std::string const& colour) {
  Triple result{};
  for (std::size_t c = 0; c < 3; ++c) {
    double const value = std::stoi(colour.substr(1 + 2 * c, 2), nullptr, 16) / 255.0;
    result[c] = value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  }
  return result;
}

/// Oklab, scaled by 100 (Ottosson 2020).
Triple oklab(Triple const& light) {
  Triple cones = times({{{0.4122214708, 0.5363325363, 0.0514459929},
                         {0.2119034982, 0.6806995451, 0.1073969566},
                         {0.0883024619, 0.2817188376, 0.6299787005}}},
                       light);
  for (double& value : cones) value = 100 * std::cbrt(value);
  return times({{{0.2104542553, 0.7936177850, -0.0040720468},
                 {1.9779984951, -2.4285922050, 0.4505937099},
                 {0.0259040371, 0.7827717662, -0.8086757660}}},
               cones);
}

/// What people without one kind of cone see (Machado, Oliveira and Fernandes 2009, severity 1).
std::map<std::string, Matrix> const visions = {
    {"normal", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {"protanopia",
     {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}}},
    {"deuteranopia",
     {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}},
    {"tritanopia",
     {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}}};

Triple seen(std::string const& colour, Matrix const& vision) {
  Triple light = times(vision, linear(colour));
  for (double& value : light) value = std::clamp(value, 0.0, 1.0);
  return oklab(light);
}

double distance(Triple const& a, Triple const& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

TEST(Palette, TenColoursStayApartForEveryVision) {
  auto const colours = category_colours(10);
  for (auto const& [name, vision] : visions) {
    for (std::size_t a = 0; a < colours.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        EXPECT_GT(distance(seen(colours[a], vision), seen(colours[b], vision)), 10)
            << colours[a] << " and " << colours[b] << ", " << name;
      }
    }
  }
}

TEST(Palette, ColoursStandOutFromWhiteAndFromDarkPaper) {
  for (auto const& colour : category_colours(10)) {
    EXPECT_GT(distance(oklab(linear(colour)), oklab(linear("#ffffff"))), 15) << colour;
    EXPECT_GT(distance(oklab(linear(colour)), oklab(linear("#14181b"))), 25) << colour;
  }
}

TEST(Palette, FewerClustersTakeTheFirstColours) {
  auto const ten = category_colours(10);
  for (std::size_t count = 0; count <= 10; ++count) {
    auto const colours = category_colours(count);
    EXPECT_TRUE(
        std::equal(colours.begin(), colours.end(), ten.begin(), ten.begin() + static_cast<std::ptrdiff_t>(count)));
  }
}

TEST(Palette, ManyClustersGetShadesThatDarkenByRank) {
  auto const shades = category_colours(25);
  EXPECT_EQ(std::set<std::string>(shades.begin(), shades.end()).size(), 25U);
  for (std::size_t i = 1; i < shades.size(); ++i) {
    EXPECT_LT(oklab(linear(shades[i]))[0], oklab(linear(shades[i - 1]))[0]) << i;
  }
}

}  // namespace
}  // namespace regio::format
