/// Bars of regions, the longest first.
#pragma once

#include <string>
#include <vector>

#include "study/figures/interaction_figures.hpp"

namespace regio::study {

/// One bar of each region.
struct BarSeries {
  std::string name;            ///< in legend and table
  std::vector<double> values;  ///< [regions]; NaN: no bar
};

/// Draws the series side by side, regions in the order of the first; fills the rows and columns of the figure's table
/// and adds to its note how many regions are shown. `x`: the axis, of the field `value`.
void region_bars(Figure& figure, InteractionFigures const& study, std::vector<BarSeries> const& series, Json x);

}  // namespace regio::study
