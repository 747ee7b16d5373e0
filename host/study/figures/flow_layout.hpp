/// Where the bands of a transition flow lie: the clusters of a year as a stack, and bands between the stacks.
#pragma once

#include <vector>

#include <regio/cluster_dynamics.hpp>

namespace regio::study {

/// Regions that go from one cluster to another between two shown years.
struct FlowBand {
  std::size_t step = 0;          ///< from shown year `step` to the next
  std::size_t from = 0, to = 0;  ///< clusters
  std::vector<std::size_t> regions;
  double start = 0, end = 0;  ///< upper edge at the first and at the second year
};

/// Heights are numbers of regions, counted downwards.
struct FlowLayout {
  std::vector<std::size_t> shown;          ///< positions of the years
  std::vector<std::vector<double>> sizes;  ///< [shown year][cluster]
  std::vector<std::vector<double>> edges;  ///< [shown year][cluster], upper edge
  std::vector<FlowBand> bands;
};

/// Up to six years of a history, evenly spaced; regions without a cluster in either year of a step are in no band.
FlowLayout flow_layout(ClusterHistory const& history);

}  // namespace regio::study
