/// Fills a Report with a cluster study or with the dynamics of given labels.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "format/geojson.hpp"
#include "format/report.hpp"

namespace regio::study {

/// What the report says beside the numbers: names, boundaries, and how to repeat the run.
struct ReportContext {
  std::string title;
  std::map<std::string, std::string> region_labels;  ///< code -> label; codes without one are shown as they are
  std::vector<format::Boundary> boundaries;          ///< empty: no map
  std::string source;                                ///< "Source: panel.csv", under the figures
  std::string command_line;                          ///< how to repeat it
  std::string study_text;                            ///< the study file, or the one that says the same as the options
  std::vector<std::pair<std::string, std::string>> digests;  ///< input file, SHA-256
  std::string device;                                        ///< "CPU" or "CUDA"
  std::vector<std::string> notices;                          ///< of the reader: regions without boundary, ...
};

format::Report cluster_report(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                              ReportContext const& context);

/// Dynamics of labels that came from elsewhere. `groups`: name, history, dynamics and ranking of each.
struct LabelledGroup {
  std::string group;
  ClusterHistory history;
  DynamicsReport dynamics;
  std::optional<ClusterRanking> ranking;
};
format::Report dynamics_report(std::vector<LabelledGroup> const& groups, DynamicsOptions const& options,
                               ReportContext const& context);

}  // namespace regio::study
