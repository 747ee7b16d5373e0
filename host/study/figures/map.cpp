#include <algorithm>
#include <cmath>
#include <map>

#include "study/figures/map_figure.hpp"
#include "study/figures/projection.hpp"

namespace regio::study {
namespace {

/// "1970-1974: 2, 1975: 3": the clusters of a region in words.
std::string path_in_words(ClusterHistory const& history, Index region) {
  std::string text;
  auto const years = static_cast<Index>(history.years.size());
  for (Index start = 0; start < years;) {
    std::int32_t const cluster = history.year(start)[region];
    Index end = start;
    while (end + 1 < years && history.year(end + 1)[region] == cluster) ++end;
    if (!text.empty()) text += ", ";
    text += std::to_string(history.years[static_cast<std::size_t>(start)]);
    if (end > start) text += "\u2013" + std::to_string(history.years[static_cast<std::size_t>(end)]);
    text += ": " + (cluster < 0 ? std::string("none") : cluster_name(cluster));
    start = end + 1;
  }
  return text;
}

Json year_control(std::vector<int> const& years) {
  bool consecutive = true;
  for (std::size_t y = 1; y < years.size(); ++y) consecutive = consecutive && years[y] == years[y - 1] + 1;
  Json bind;
  if (consecutive && years.size() > 1) {
    bind = {{"input", "range"}, {"min", years.front()}, {"max", years.back()}, {"step", 1}, {"name", "Year "}};
  } else {
    bind = {{"input", "select"}, {"options", years}, {"name", "Year "}};
  }
  return {{"name", "year"}, {"value", years.back()}, {"bind", std::move(bind)}};
}

}  // namespace

Figure map_figure(std::vector<MapGroup> const& groups, std::vector<format::Boundary> const& boundaries,
                  FigureContext const& context) {
  ClusterHistory const& first = *groups.front().history;
  std::map<std::string, Index> position;
  for (std::size_t r = 0; r < first.regions.size(); ++r) position.emplace(first.regions[r], static_cast<Index>(r));
  std::vector<format::Boundary> drawn;
  for (auto const& boundary : boundaries) {
    if (position.contains(boundary.region)) drawn.push_back(boundary);
  }
  Extent const extent = extent_of(drawn);
  drawn = thinned(std::move(drawn), most_boundary_points);

  Index clusters = 0;
  Json const names_of_groups = group_names(groups);
  for (auto const& group : groups) {
    clusters = std::max(clusters, group.history->clusters);
  }
  Json features = Json::array();
  for (auto const& boundary : drawn) {
    Index const region = position.at(boundary.region);
    Json by_group = Json::array(), paths = Json::array();
    for (auto const& group : groups) {
      Json by_year = Json::array();
      for (std::size_t y = 0; y < group.history->years.size(); ++y) {
        by_year.push_back(group.history->year(static_cast<Index>(y))[region] + 1);  // 0: no label
      }
      by_group.push_back(std::move(by_year));
      paths.push_back(path_in_words(*group.history, region));
    }
    features.push_back({{"type", "Feature"},
                        {"region", context.label(boundary.region)},
                        {"clusters", std::move(by_group)},
                        {"paths", std::move(paths)},
                        {"geometry", {{"type", "MultiPolygon"}, {"coordinates", wound_for_d3(boundary.polygons)}}}});
  }

  ReportTable table{.name = "map",
                    .caption = "Cluster of each region in " + std::to_string(first.years.back()),
                    .columns = {"Region"},
                    .file = "clusters.csv"};
  for (auto const& group : groups) table.columns.push_back(groups.size() > 1 ? group.group : "Cluster");
  auto const last_year = static_cast<Index>(first.years.size()) - 1;
  for (std::size_t r = 0; r < first.regions.size(); ++r) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(context.label(first.regions[r]));
    for (auto const& group : groups) {
      std::int32_t const cluster = group.history->year(last_year)[static_cast<Index>(r)];
      row.emplace_back(cluster < 0 ? std::nan("") : static_cast<double>(cluster + 1));
    }
  }

  Json params = Json::array();
  params.push_back({{"name", "years"}, {"value", first.years}});
  params.push_back({{"name", "groups"}, {"value", names_of_groups}});
  if (groups.size() > 1) {
    params.push_back({{"name", "group"},
                      {"value", groups.front().group},
                      {"bind", {{"input", "select"}, {"options", names_of_groups}, {"name", "Group "}}}});
  } else {
    params.push_back({{"name", "group"}, {"value", groups.front().group}});
  }
  params.push_back(year_control(first.years));

  Figure figure{.name = "map",
                .title = "Where the clusters lie, year by year",
                .description = "Map of the regions, coloured by cluster; a slider chooses the year.",
                .source = context.source,
                .specification = vega_lite(std::move(features)),
                .data = std::move(table)};
  figure.note = "Equal-area projection.";
  figure.hint = "Choose another year above the map; point at a region for its name and history.";
  if (drawn.size() < first.regions.size()) {
    figure.note += " " +
                   counted(static_cast<Index>(first.regions.size() - drawn.size()), "region has", "regions have") +
                   " no boundary and cannot be drawn.";
  }
  Json colour = cluster_colour(clusters);
  figure.specification.update(
      {{"width", figure_width},
       {"height", map_height(extent, figure_width)},
       {"params", std::move(params)},
       {"transform",
        {{{"calculate", "datum.paths[indexof(groups, group)]"}, {"as", "history"}},
         {{"calculate", "datum.clusters[indexof(groups, group)][indexof(years, +year)]"}, {"as", "number"}},
         {{"calculate", "datum.number > 0 ? datum.number : null"}, {"as", "cluster"}}}},
       {"projection", projection_for(extent)},
       {"mark", {{"type", "geoshape"}, {"stroke", "white"}, {"strokeWidth", 0.7}, {"invalid", nullptr}}},
       {"encoding",
        {{"color", {{"condition", {{"test", "datum.number > 0"}}}, {"value", "#c9ced2"}}},
         {"tooltip",
          {{{"field", "region"}, {"title", "Region"}},
           {{"field", "cluster"}, {"title", "Cluster"}},
           {{"field", "history"}, {"title", "History"}}}}}}});
  figure.specification["encoding"]["color"]["condition"].update(colour);
  return figure;
}

}  // namespace regio::study
