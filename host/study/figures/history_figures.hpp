/// Figures of how regions move between clusters: heat map, structure, mobility, transition flow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// Positions of the regions ordered by their typical cluster, then by their mean cluster, then as they came.
std::vector<std::size_t> order_by_typical_cluster(ClusterHistory const& history, DynamicsReport const& dynamics);

/// "24 of 48 regions never change their cluster".
std::string stability_sentence(DynamicsReport const& dynamics);
/// "most moves fall in 1973 and 1986"; "no region ever moves".
std::string moves_sentence(ClusterHistory const& history, DynamicsReport const& dynamics);

/// Region x year, colour by cluster.
Figure heat_map_figure(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                       FigureContext const& context);
/// Number of regions in each cluster, year by year (Table 4 as a picture).
Figure structure_figure(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                        FigureContext const& context);
/// Regions that changed their cluster, year by year.
Figure mobility_figure(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                       FigureContext const& context);
/// Who goes where: bands between the clusters of up to six years.
Figure flow_figure(ClusterHistory const& history, GroupName const& group, FigureContext const& context);

}  // namespace regio::study
