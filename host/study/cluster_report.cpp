#include "study/cluster_report.hpp"

#include <algorithm>

#include <regio/version.hpp>

#include "study/figures/map_figure.hpp"
#include "study/report_sections.hpp"

namespace regio::study {
namespace {

using format::Notice;
using format::Report;
using format::ReportSection;

std::string period(std::vector<int> const& years) {
  if (years.empty()) return "none";
  if (years.size() == 1) return std::to_string(years.front());
  return std::to_string(years.front()) + "\u2013" + std::to_string(years.back());
}

void add_map(ReportSection& section, std::vector<GroupHistory> const& groups, ReportContext const& context,
             FigureContext const& figure_context) {
  std::vector<MapGroup> map_groups;
  for (auto const& group : groups) map_groups.push_back({group.group, group.history});
  if (!context.boundaries.empty())
    section.items.emplace_back(map_figure(map_groups, context.boundaries, figure_context));
}

Report report_frame(std::vector<GroupHistory> const& groups, ReportContext const& context) {
  Report report{.title = context.title, .summary = main_result(groups)};
  ClusterHistory const& first = *groups.front().history;
  report.facts = {{"Regions", std::to_string(first.regions.size())}, {"Years", period(first.years)}};
  for (auto const& notice : context.notices) report.notices.push_back({notice, false});
  report.footer = "Made by regio " + version() + ".";
  return report;
}

}  // namespace

format::Report cluster_report(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                              ReportContext const& context) {
  std::vector<GroupHistory> groups;
  for (auto const& group : study.groups) groups.push_back({group.group, &group.history, &group.dynamics});
  FigureContext const figure_context{context.region_labels, context.source};
  Report report = report_frame(groups, context);
  for (auto const& warning : study.warnings) report.notices.push_back({warning, true});
  ReportSection result{.name = "result", .title = "What came out"};
  add_map(result, groups, context, figure_context);
  if (!result.items.empty()) report.sections.push_back(std::move(result));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    report.sections.push_back(movement_section(*groups[g].history, *groups[g].dynamics, options.dynamics,
                                               {groups[g].group, g, groups.size()}, figure_context));
  }
  report.sections.push_back(repeat_section(context));
  return report;
}

format::Report dynamics_report(std::vector<LabelledGroup> const& labelled, DynamicsOptions const& options,
                               ReportContext const& context) {
  std::vector<GroupHistory> groups;
  for (auto const& group : labelled) groups.push_back({group.group, &group.history, &group.dynamics});
  FigureContext const figure_context{context.region_labels, context.source};
  Report report = report_frame(groups, context);
  ReportSection result{.name = "result", .title = "What came out"};
  add_map(result, groups, context, figure_context);
  if (!result.items.empty()) report.sections.push_back(std::move(result));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    report.sections.push_back(movement_section(*groups[g].history, *groups[g].dynamics, options,
                                               {groups[g].group, g, groups.size()}, figure_context));
  }
  report.sections.push_back(repeat_section(context));
  return report;
}

}  // namespace regio::study
