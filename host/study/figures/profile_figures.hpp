/// Figures of what the clusters are like: profiles of their centres, their place by a target indicator.
#pragma once

#include <optional>
#include <string>

#include <regio/cluster_study.hpp>

#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// What a person reads of an indicator: its label, or its name.
std::string indicator_label(IndicatorDefinition const& definition);
/// "deviation from the best: 0 best, 1 worst": what a normalised value says.
std::string normalised_label(Normalisation normalisation);

/// Centres of the clusters in chosen years side by side, one line a cluster.
Figure profiles_figure(GroupStudy const& group, Indicators const& indicators, IndicatorOptions const& options,
                       GroupName const& name, FigureContext const& context);
/// What each cluster is like in the last year: its size, its most typical members, and the indicators in which it
/// differs most from all regions. No rows when the study has no means.
ReportTable portraits_table(GroupStudy const& group, Indicators const& indicators, GroupName const& name,
                            FigureContext const& context);
/// Mean of the target in each cluster, year by year (Table 5 as a picture).
Figure ranking_figure(ClusterHistory const& history, ClusterRanking const& ranking, std::string const& target,
                      std::string const& unit, GroupName const& name, FigureContext const& context);

}  // namespace regio::study
