/// The map of clusters, with a slider for the year and a choice of the group.
#pragma once

#include <vector>

#include "format/geojson.hpp"
#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// One group's clusters for the map.
struct MapGroup {
  std::string group;
  ClusterHistory const* history = nullptr;
};

/// Regions without boundary are not drawn; boundaries without region are left out. All groups have the same years.
Figure map_figure(std::vector<MapGroup> const& groups, std::vector<format::Boundary> const& boundaries,
                  FigureContext const& context);

}  // namespace regio::study
