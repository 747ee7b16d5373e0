/// Figures of where regions stand: ranks by the integral indicators, profile over the groups, unified clusters.
#pragma once

#include <vector>

#include <regio/cluster_study.hpp>

#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// Rank of each region in each year, dark for the last ranks.
Figure integral_figure(IntegralIndicator const& integral, Indicators const& indicators, GroupName const& name,
                       FigureContext const& context);
/// Rank of each region in each group, in the last year.
Figure group_profile_figure(ClusterStudyReport const& study, FigureContext const& context);
/// Consensus clusters of all groups, region x year.
Figure unified_figure(ClusterStudyReport const& study, DynamicsOptions const& options, FigureContext const& context);

}  // namespace regio::study
