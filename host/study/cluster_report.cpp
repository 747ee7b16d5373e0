#include "study/cluster_report.hpp"

#include <algorithm>
#include <map>

#include "study/figures/map_figure.hpp"
#include "study/figures/choice_figures.hpp"
#include "study/figures/profile_figures.hpp"
#include "study/report_sections.hpp"
#include "study/study_sections.hpp"

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
  map_groups.reserve(groups.size());
  for (auto const& group : groups) map_groups.push_back({group.group, group.history});
  if (!context.boundaries.empty())
    section.items.emplace_back(map_figure(map_groups, context.boundaries, figure_context));
}

void add_study_facts(Report& report, ClusterStudyReport const& study, ReportContext const& context) {
  std::vector<Index> all_k;
  for (auto const& group : study.groups) {
    for (Index const k : distinct_k(group)) all_k.push_back(k);
  }
  auto const [least, most] = std::minmax_element(all_k.begin(), all_k.end());
  std::string k = std::to_string(*least);
  if (*least != *most) k += "\u2013" + std::to_string(*most);
  report.facts.push_back({"Indicators", std::to_string(study.indicators.definitions.size()) + " in " +
                                            counted(static_cast<Index>(study.groups.size()), "group", "groups")});
  report.facts.push_back({"Clusters", k});
  if (!study.target_label.empty()) report.facts.push_back({"Target", study.target_label});
  if (!context.device.empty()) report.facts.push_back({"Computed on", context.device});
}

/// Warnings first, then what was repaired or left out.
void add_study_notices(Report& report, ClusterStudyReport const& study) {
  std::vector<Notice> notices;
  for (auto const& warning : study.warnings) notices.push_back({warning, true});
  for (auto const& warning : study.indicators.warnings) {
    bool const told = std::find(study.warnings.begin(), study.warnings.end(), warning) != study.warnings.end();
    if (!told) notices.push_back({warning, true});
  }
  Index unfinished = 0;
  for (auto const& group : study.groups) {
    unfinished += std::count_if(group.years.begin(), group.years.end(),
                                [](YearFit const& fit) { return fit.outcome != Outcome::converged; });
  }
  if (unfinished > 0) {
    notices.push_back(
        {counted(unfinished, "fit", "fits") + " of the chain did not converge; see \"Can it be trusted?\".", true});
  }
  auto const fills = static_cast<Index>(study.indicators.fills.size());
  if (fills > 0) {
    notices.push_back({counted(fills, "value was", "values were") + " missing and filled by rule; each is listed under "
                                                                    "\"Can it be trusted?\" and in fills.csv.",
                       true});
  }
  if (!study.indicators.dropped_regions.empty()) {
    notices.push_back(
        {"Left out because of gaps: regions " + enumeration(study.indicators.dropped_regions) + ".", true});
  }
  if (!study.indicators.dropped_indicators.empty()) {
    notices.push_back(
        {"Left out because of gaps: indicators " + enumeration(study.indicators.dropped_indicators) + ".", true});
  }
  report.notices.insert(report.notices.begin(), notices.begin(), notices.end());
}

/// Labels with the code behind those that several regions share, so that no two rows of a figure have one name.
std::map<std::string, std::string> distinct_labels(std::map<std::string, std::string> labels) {
  std::map<std::string, int> uses;
  for (auto const& [code, label] : labels) ++uses[label];
  for (auto& [code, label] : labels) {
    if (uses[label] > 1) label += " (" + code + ")";
  }
  return labels;
}

Report report_frame(std::vector<GroupHistory> const& groups, ReportContext const& context) {
  Report report{.title = context.title, .summary = main_result(groups)};
  ClusterHistory const& first = *groups.front().history;
  report.facts = {{"Regions", std::to_string(first.regions.size())}, {"Years", period(first.years)}};
  for (auto const& notice : context.notices) report.notices.push_back({notice, false});
  return report;
}

}  // namespace

format::Report cluster_report(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                              ReportContext const& context) {
  std::vector<GroupHistory> groups;
  groups.reserve(study.groups.size());
  for (auto const& group : study.groups) groups.push_back({group.group, &group.history, &group.dynamics});
  std::map<std::string, std::string> const labels = distinct_labels(context.region_labels);
  FigureContext const figure_context{labels, context.source};
  Report report = report_frame(groups, context);
  add_study_facts(report, study, context);
  add_study_notices(report, study);

  ReportSection result{.name = "result", .title = "What came out"};
  add_map(result, groups, context, figure_context);
  result.items.emplace_back(groups_table(study, options.dynamics));
  report.sections.push_back(std::move(result));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    GroupName const name{groups[g].group, g, groups.size()};
    report.sections.push_back(
        movement_section(*groups[g].history, *groups[g].dynamics, options.dynamics, name, figure_context));
    report.sections.push_back(profile_section(study.groups[g], study, options, name, figure_context));
  }
  if (!study.integral.empty()) report.sections.push_back(standing_section(study, options, figure_context));
  report.sections.push_back(trust_section(study, options, figure_context));
  report.sections.push_back(indicators_section(study, figure_context));
  close_report(report, context);
  return report;
}

format::Report dynamics_report(std::vector<LabelledGroup> const& labelled, DynamicsOptions const& options,
                               ReportContext const& context) {
  std::vector<GroupHistory> groups;
  groups.reserve(labelled.size());
  for (auto const& group : labelled) groups.push_back({group.group, &group.history, &group.dynamics});
  std::map<std::string, std::string> const labels = distinct_labels(context.region_labels);
  FigureContext const figure_context{labels, context.source};
  Report report = report_frame(groups, context);
  if (!context.boundaries.empty()) {
    ReportSection result{.name = "result", .title = "What came out"};
    add_map(result, groups, context, figure_context);
    report.sections.push_back(std::move(result));
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    GroupName const name{groups[g].group, g, groups.size()};
    report.sections.push_back(movement_section(*groups[g].history, *groups[g].dynamics, options, name, figure_context));
    if (!labelled[g].ranking) continue;
    ReportSection ranking{.name = name.name("ranking"), .title = name.headline("how the clusters rank")};
    ranking.items.emplace_back(ranking_figure(labelled[g].history, *labelled[g].ranking, "", "", name, figure_context));
    report.sections.push_back(std::move(ranking));
  }
  close_report(report, context);
  return report;
}

}  // namespace regio::study
