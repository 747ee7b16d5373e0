/// Births, deaths, splits and mergers of clusters.
#pragma once

#include <vector>

#include <regio/cluster_dynamics.hpp>

namespace regio {

/// Events of a checked history, by year, kind and cluster; the rules stand at ClusterEventKind.
std::vector<ClusterEvent> cluster_events(ClusterHistory const& history);

}  // namespace regio
