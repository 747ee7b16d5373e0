/// Cluster labels and targets that come from files rather than from a fit.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <regio/cluster_dynamics.hpp>

#include "format/csv_reader.hpp"

namespace regio::study {

/// Histories by group; without a group column there is one, named "all". In files clusters count from 1.
struct LabelsFile {
  std::string file;
  std::vector<std::string> groups;            ///< in order of first appearance
  std::vector<ClusterHistory> histories;      ///< [group]
  std::map<std::string, std::string> labels;  ///< region -> label, where the file has them
};

/// Long `[group,]region,year,cluster` (as clusters.csv) or wide `region[,label,code],<year>...`.
LabelsFile read_labels(std::filesystem::path const& path, format::Findings& findings);

/// Ranking of each group's clusters by the target file: `[group,]year,cluster,mean`, or `region,year,value`.
/// A file without a group column serves all groups.
std::vector<std::optional<ClusterRanking>> read_ranking(std::filesystem::path const& path, LabelsFile const& labels,
                                                        format::Findings& findings);

}  // namespace regio::study
