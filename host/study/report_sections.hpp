/// Sections that the reports of a cluster study and of given labels share.
#pragma once

#include <string>
#include <vector>

#include "study/cluster_report.hpp"
#include "study/figures/vega_lite.hpp"

namespace regio::study {

/// Who moves, when and where to: figures and tables of one group's history.
format::ReportSection movement_section(ClusterHistory const& history, DynamicsReport const& dynamics,
                                       DynamicsOptions const& options, GroupName const& group,
                                       FigureContext const& context);

/// "24 of 48 regions never change their cluster; most moves fall in 1973 and 1986"; with several groups each by name.
struct GroupHistory {
  std::string group;
  ClusterHistory const* history = nullptr;
  DynamicsReport const* dynamics = nullptr;
};
std::string main_result(std::vector<GroupHistory> const& groups);

/// The study file, digests, version and command line.
format::ReportSection repeat_section(ReportContext const& context);

/// The end of every report: how to repeat it, and what made it.
void close_report(format::Report& report, ReportContext const& context);

}  // namespace regio::study
