/// Results of a cluster study, or of the dynamics of given labels, as the CSV files of a result folder.
///
/// Clusters are numbered from 1 in files, by the numbers that they keep through the years (also under
/// OrderScope::each_year, which renumbers what the report shows). Every table is always there; one that has nothing to
/// say has its header only.
#pragma once

#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "study/cluster_report.hpp"

namespace regio::study {

struct ResultTable {
  std::string name;  ///< "clusters.csv"
  std::string text;
};

/// indicators, indicator_dynamics, fills, clusters, centres, choice_of_k, fits, integral, unified, contiguity,
/// bootstrap, and those of the dynamics.
std::vector<ResultTable> cluster_tables(ClusterStudyReport const& study);

/// counts, transitions, mobility, regions, events, ranking.
std::vector<ResultTable> dynamics_tables(std::vector<LabelledGroup> const& groups);

}  // namespace regio::study
