#include <algorithm>
#include <cmath>
#include <numeric>

#include "study/figures/history_figures.hpp"

namespace regio::study {
namespace {

double mean_cluster(ClusterHistory const& history, std::size_t region) {
  double sum = 0, years = 0;
  for (std::size_t y = 0; y < history.years.size(); ++y) {
    std::int32_t const cluster = history.year(static_cast<Index>(y))[static_cast<Index>(region)];
    if (cluster < 0) continue;
    sum += cluster;
    years += 1;
  }
  return years == 0 ? static_cast<double>(history.clusters) : sum / years;
}

ReportTable history_table(ClusterHistory const& history, std::vector<std::size_t> const& order, GroupName const& group,
                          FigureContext const& context) {
  ReportTable table{.name = group.name("clusters"),
                    .caption = group.headline("cluster of each region in each year"),
                    .columns = {"Region"},
                    .file = "clusters.csv"};
  for (int const year : history.years) table.columns.push_back(std::to_string(year));
  for (std::size_t const region : order) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(context.label(history.regions[region]));
    for (std::size_t y = 0; y < history.years.size(); ++y) {
      std::int32_t const cluster = history.year(static_cast<Index>(y))[static_cast<Index>(region)];
      row.emplace_back(cluster < 0 ? std::nan("") : static_cast<double>(cluster + 1));
    }
  }
  return table;
}

}  // namespace

std::vector<std::size_t> order_by_typical_cluster(ClusterHistory const& history, DynamicsReport const& dynamics) {
  std::vector<std::size_t> order(history.regions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> means(order.size());
  for (std::size_t const region : order) means[region] = mean_cluster(history, region);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    auto const typical = [&](std::size_t r) { return dynamics.regions[r].modal_cluster; };
    return typical(a) != typical(b) ? typical(a) < typical(b) : means[a] < means[b];
  });
  return order;
}

std::string stability_sentence(DynamicsReport const& dynamics) {
  Index const never = std::count_if(dynamics.regions.begin(), dynamics.regions.end(),
                                    [](RegionDynamics const& region) { return region.changes == 0; });
  auto const all = static_cast<Index>(dynamics.regions.size());
  if (never == all) return "no region ever changes its cluster";
  if (never == 0) return "every region changes its cluster at least once";
  return std::to_string(never) + " of " + std::to_string(all) + " regions never " +
         (never == 1 ? "changes its cluster" : "change their cluster");
}

Figure heat_map_figure(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                       FigureContext const& context) {
  std::vector<std::size_t> const order = order_by_typical_cluster(history, dynamics);
  std::vector<std::size_t> const shown = evenly_spaced(order.size(), most_rows);
  Json values = Json::array(), rows = Json::array();
  for (std::size_t const place : shown) {
    std::size_t const region = order[place];
    std::string const label = context.label(history.regions[region]);
    rows.push_back(label);
    for (std::size_t y = 0; y < history.years.size(); ++y) {
      std::int32_t const cluster = history.year(static_cast<Index>(y))[static_cast<Index>(region)];
      if (cluster >= 0) values.push_back({{"region", label}, {"year", history.years[y]}, {"cluster", cluster + 1}});
    }
  }
  Figure figure{.name = group.name("heat-map"),
                .title = group.headline(stability_sentence(dynamics)),
                .description = "Heat map of the cluster of each region in each year, " +
                               std::to_string(history.years.front()) + " to " + std::to_string(history.years.back()) +
                               ". Rows are ordered by typical cluster.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = history_table(history, order, group, context),
                .note = "One row a region, ordered by the cluster in which it was most often."};
  figure.note += thinning_note(shown.size(), order.size());
  region_heat_map(figure.specification, year_bands(0.06, "top"), rows, cluster_colour(history.clusters),
                  tooltip({{"region_name", "Region"}, {"year", "Year"}, {"cluster", "Cluster"}}));
  return figure;
}

}  // namespace regio::study
