/// Figures of the choices made: number of clusters, criteria, cost of the chain.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// What a reader calls a criterion: "Calinski-Harabasz".
std::string criterion_label(KCriterion criterion);
/// Number of the criteria in KCriterion.
inline constexpr std::size_t criteria_count = 6;
/// The different k of a group's years, ascending.
std::vector<Index> distinct_k(GroupStudy const& group);
/// The most clusters that any year of a group was tried with.
std::size_t most_k(GroupStudy const& group);
/// A row for each group and each k that it was tried with, headed by both; `fill` adds the rest.
using RowByK = std::function<void(std::vector<ReportTable::Cell>& row, GroupStudy const& group, std::size_t k)>;
void add_rows_by_k(ReportTable& table, ClusterStudyReport const& study, RowByK const& fill);
/// "The criteria disagree: elbow 6, silhouette and gap 2".
std::string criteria_sentence(std::vector<Index> const& chosen_by_criterion);

/// Inertia by k, one curve a year, one cell a group.
Figure elbow_figure(ClusterStudyReport const& study, ClusterStudyOptions const& options, FigureContext const& context);
/// Each criterion by k, mean over the years, one cell a criterion; a dot marks its choice.
Figure criteria_figure(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                       FigureContext const& context);
/// How much inertia the chain gives away against the best of independent restarts.
Figure chain_cost_figure(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                         FigureContext const& context);

}  // namespace regio::study
