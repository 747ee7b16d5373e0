/// Figures of how sure the clusters are under resampling of the regions.
#pragma once

#include <regio/cluster_study.hpp>

#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// Mean agreement of the replicates with the study, by year, one cell a group. The groups have bootstraps.
Figure bootstrap_agreement_figure(ClusterStudyReport const& study, FigureContext const& context);
/// Mean best Jaccard similarity of each cluster in each year.
Figure bootstrap_clusters_figure(GroupStudy const& group, GroupName const& name, FigureContext const& context);
/// Share of the replicates that give each region its own cluster; the least sure regions first.
ReportTable bootstrap_regions_table(GroupStudy const& group, GroupName const& name, FigureContext const& context);

}  // namespace regio::study
