/// Colours of a report's figures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace regio::format {

/// Colours of `count` categories, the same for every figure of a report: up to ten that readers with and without colour
/// blindness tell apart on white and on dark paper; beyond that shades by rank, since no eye holds more hues apart.
std::vector<std::string> category_colours(std::size_t count);

/// Shades for magnitudes, low to high; visible on white and on dark paper.
std::vector<std::string> const& magnitude_colours();

/// Shades from far below over a neutral middle to far above; visible on white and on dark paper, and told apart without
/// red or green.
std::vector<std::string> const& difference_colours();

}  // namespace regio::format
