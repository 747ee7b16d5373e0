/// Sections of the report of a cluster study that labels alone could not fill.
#pragma once

#include <regio/cluster_study.hpp>

#include "study/cluster_report.hpp"
#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// What each group came to, in one table.
ReportTable groups_table(ClusterStudyReport const& study, DynamicsOptions const& options);
/// What the clusters of a group are like: profiles of the centres, ranking by the target, whether
/// neighbours share one.
format::ReportSection profile_section(GroupStudy const& group, ClusterStudyReport const& study,
                                      ClusterStudyOptions const& options, GroupName const& name,
                                      FigureContext const& context);
/// Where the regions stand: integral indicators, profile over the groups, unified clusters.
format::ReportSection standing_section(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                                       FigureContext const& context);
/// The choices made and what they cost; repairs; outcomes other than converged.
format::ReportSection trust_section(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                                    FigureContext const& context);
/// Definitions of the indicators and how they moved in each region.
format::ReportSection indicators_section(ClusterStudyReport const& study, FigureContext const& context);

}  // namespace regio::study
