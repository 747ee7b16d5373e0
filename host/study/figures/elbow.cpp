#include <algorithm>
#include <cmath>

#include "format/report_number.hpp"
#include "study/figures/choice_figures.hpp"

namespace regio::study {
namespace {

std::string k_in_words(ClusterStudyReport const& study) {
  std::vector<Index> all;
  for (auto const& group : study.groups) {
    for (Index const k : distinct_k(group)) all.push_back(k);
  }
  auto const [least, most] = std::minmax_element(all.begin(), all.end());
  if (*least == *most) return "k = " + std::to_string(*least);
  return "k from " + std::to_string(*least) + " to " + std::to_string(*most);
}

std::string elbow_sentence(ClusterStudyReport const& study, ClusterStudyOptions const& options) {
  std::string const chosen = k_in_words(study);
  if (options.k > 0) return "The study was asked for " + chosen;
  if (options.criterion == KCriterion::elbow) {
    return "Elbow at " + chosen + ": one more cluster takes away less than " +
           short_number(100 * options.choice.elbow_threshold) + " % of the scatter";
  }
  return criterion_label(options.criterion) + " chooses " + chosen;
}

}  // namespace

std::vector<Index> distinct_k(GroupStudy const& group) {
  std::vector<Index> all;
  for (auto const& year : group.years) all.push_back(year.k);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::size_t most_k(GroupStudy const& group) {
  std::size_t most = 0;
  for (auto const& sweep : group.sweeps) most = std::max(most, sweep.scores.size());
  return most;
}

void add_rows_by_k(ReportTable& table, ClusterStudyReport const& study, RowByK const& fill) {
  for (auto const& group : study.groups) {
    for (std::size_t k = 1; k <= most_k(group); ++k) {
      auto& row = table.rows.emplace_back();
      row.emplace_back(group.group);
      row.emplace_back(static_cast<double>(k));
      fill(row, group, k);
    }
  }
}

Figure elbow_figure(ClusterStudyReport const& study, ClusterStudyOptions const& options, FigureContext const& context) {
  ReportTable table{.name = "elbow",
                    .caption = "Inertia of the best fit, in percent of the scatter around the mean",
                    .columns = {"Group", "k"},
                    .file = "choice_of_k.csv"};
  for (int const year : study.indicators.years) table.columns.push_back(std::to_string(year));
  Json values = Json::array();
  add_rows_by_k(table, study, [&](auto& row, GroupStudy const& group, std::size_t k) {
    for (std::size_t y = 0; y < group.sweeps.size(); ++y) {
      auto const& scores = group.sweeps[y].scores;
      double const all = scores.empty() ? 0 : scores.front().inertia;
      double const share = k <= scores.size() && all > 0 ? 100 * scores[k - 1].inertia / all : std::nan("");
      row.emplace_back(share);
      if (std::isnan(share)) continue;
      values.push_back(
          {{"group", group.group}, {"year", study.indicators.years[y]}, {"k", k}, {"share", thousandths(share)}});
    }
  });
  for (auto const& group : study.groups) {
    for (Index const k : distinct_k(group)) values.push_back({{"group", group.group}, {"chosen", k}});
  }
  Figure figure{
      .name = "elbow",
      .title = elbow_sentence(study, options),
      .description =
          "Lines: inertia of the best fit by the number of clusters k, one line a year, in percent of the "
          "scatter around the mean; a vertical rule marks the chosen k.",
      .source = context.source,
      .specification = vega_lite(std::move(values)),
      .data = std::move(table),
      .note =
          "Inertia: squared distances of the regions to the centre of their cluster, summed; with one cluster it is "
          "the "
          "whole scatter. The dashed rule marks the chosen k. A curve that is flat beyond it gains little from more "
          "clusters."};
  Json const k_axis = {{"tickMinStep", 1}, {"format", "d"}, {"grid", false}, {"title", "Number of clusters k"}};
  Json year = magnitude_colour("year", "Year");
  year["legend"]["format"] = "d";
  year["legend"]["tickCount"] = 4;
  Json layers = {
      {{"transform", {{{"filter", "isValid(datum.k)"}}}},
       {"mark", {{"type", "line"}, {"strokeWidth", 1.3}, {"opacity", 0.8}}},
       {"encoding",
        {{"x",
          {{"field", "k"}, {"type", "quantitative"}, {"axis", k_axis}, {"scale", {{"nice", false}, {"zero", false}}}}},
         {"y", magnitude("share", "Inertia, % of the scatter", 5)},
         {"detail", {{"field", "year"}}},
         {"color", std::move(year)},
         {"tooltip", tooltip({{"group_name", "Group"}, {"year", "Year"}, {"k", "k"}, {"share", "Inertia, %"}})}}}},
      {{"transform", {{{"filter", "isValid(datum.chosen)"}}}},
       {"mark", {{"type", "rule"}, {"strokeDash", {4, 3}}}},
       {"encoding", {{"x", {{"field", "chosen"}, {"type", "quantitative"}}}}}}};
  small_multiples(figure.specification, std::move(layers), "group", group_names(study.groups), 2,
                  {.width = 240, .height = 190});
  return figure;
}

}  // namespace regio::study
