#include "study/report_sections.hpp"

#include <cmath>

#include <regio/version.hpp>

#include "study/figures/history_figures.hpp"

namespace regio::study {
namespace {

using format::Paragraph;
using format::Preformatted;
using format::ReportSection;

std::string stability_rule(DynamicsOptions const& options) {
  long const percent = std::lround(100 * options.stable_share);
  if (options.classes == StabilityRule::modal) {
    return "Stable: at least " + std::to_string(percent) + " % of the years in one cluster; unstable: seen in " +
           std::to_string(options.unstable_clusters) + " or more clusters; all others change slowly.";
  }
  return "Stable: no change in at least " + std::to_string(percent) +
         " % of the steps from year to year; unstable: a change in half of them or more; all others change slowly.";
}

ReportTable regions_table(ClusterHistory const& history, DynamicsReport const& dynamics, DynamicsOptions const& options,
                          GroupName const& group, FigureContext const& context) {
  ReportTable table{
      .name = group.name("regions"),
      .caption = group.headline("paths of the regions"),
      .columns = {"Region", "Changes", "Different clusters", "Typical cluster", "Share of years there", "Class"},
      .note = stability_rule(options),
      .file = "regions.csv"};
  for (std::size_t r = 0; r < history.regions.size(); ++r) {
    RegionDynamics const& region = dynamics.regions[r];
    table.rows.push_back({context.label(history.regions[r]), static_cast<double>(region.changes),
                          static_cast<double>(region.distinct), static_cast<double>(region.modal_cluster + 1),
                          region.modal_share, std::string(name(region.stability))});
  }
  return table;
}

/// Moves of all consecutive years together, with their shares in the moves out of a cluster.
ReportTable transitions_table(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group) {
  auto const k = static_cast<std::size_t>(history.clusters);
  ReportTable table{
      .name = group.name("transitions"),
      .caption = group.headline("share of the regions of a cluster that stand in each cluster a year later"),
      .columns = {"From cluster"},
      .decimals = 2,
      .file = "transitions.csv"};
  for (std::size_t to = 0; to < k; ++to) table.columns.push_back("To " + std::to_string(to + 1));
  for (std::size_t from = 0; from < k; ++from) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(std::to_string(from + 1));
    for (std::size_t to = 0; to < k; ++to) row.emplace_back(dynamics.probabilities[from * k + to]);
  }
  if (dynamics.stationary.size() == k) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(std::string("In the long run"));
    for (double const share : dynamics.stationary) row.emplace_back(share);
    table.note =
        "The last row is the stationary distribution: the shares of the clusters if these moves went on for ever.";
  }
  return table;
}

ReportTable events_table(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                         FigureContext const& context) {
  ReportTable table{.name = group.name("events"),
                    .caption = group.headline("clusters that appear, vanish, split or merge"),
                    .columns = {"Year", "Event", "Cluster", "Regions"},
                    .file = "events.csv"};
  for (auto const& event : dynamics.events) {
    std::string regions;
    for (Index const r : event.regions) {
      if (!regions.empty()) regions += ", ";
      regions += context.label(history.regions[static_cast<std::size_t>(r)]);
    }
    table.rows.push_back({std::to_string(history.years[static_cast<std::size_t>(event.year)]),
                          std::string(name(event.kind)), cluster_name(event.cluster), regions});
  }
  return table;
}

}  // namespace

format::ReportSection movement_section(ClusterHistory const& history, DynamicsReport const& dynamics,
                                       DynamicsOptions const& options, GroupName const& group,
                                       FigureContext const& context) {
  ReportSection section{.name = group.name("movement"), .title = group.headline("who moves, and when")};
  section.items.emplace_back(heat_map_figure(history, dynamics, group, context));
  if (history.years.size() > 1) {
    section.items.emplace_back(mobility_figure(history, dynamics, group, context));
    section.items.emplace_back(flow_figure(history, group, context));
  }
  section.items.emplace_back(structure_figure(history, dynamics, group, context));
  section.items.emplace_back(regions_table(history, dynamics, options, group, context));
  section.items.emplace_back(transitions_table(history, dynamics, group));
  if (dynamics.events.empty()) {
    section.items.emplace_back(Paragraph{"No cluster appears, vanishes, splits or merges."});
  } else {
    section.items.emplace_back(events_table(history, dynamics, group, context));
  }
  return section;
}

std::string main_result(std::vector<GroupHistory> const& groups) {
  std::string text;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    GroupName const name{groups[g].group, g, groups.size()};
    std::string sentence = stability_sentence(*groups[g].dynamics);
    if (groups[g].history->years.size() > 1) sentence += "; " + moves_sentence(*groups[g].history, *groups[g].dynamics);
    if (!text.empty()) text += " ";
    text += name.headline(sentence) + ".";
  }
  return text;
}

format::ReportSection repeat_section(ReportContext const& context) {
  ReportSection section{.name = "repeat", .title = "How to repeat it", .folded = true};
  section.items.emplace_back(Paragraph{"Program: regio " + version() +
                                       ". The same command on the same files gives the same "
                                       "numbers, on any number of threads."});
  if (!context.command_line.empty()) section.items.emplace_back(Preformatted{context.command_line, "sh"});
  if (!context.study_text.empty()) {
    section.items.emplace_back(Paragraph{"The study file:"});
    section.items.emplace_back(Preformatted{context.study_text, "toml"});
  }
  if (!context.digests.empty()) {
    ReportTable table{.name = "digests", .caption = "Input files", .columns = {"File", "SHA-256"}};
    for (auto const& [file, digest] : context.digests) table.rows.push_back({file, digest});
    section.items.emplace_back(std::move(table));
  }
  return section;
}

void close_report(format::Report& report, ReportContext const& context) {
  report.sections.push_back(repeat_section(context));
  report.footer = "Made by regio " + version() + ".";
}

}  // namespace regio::study
