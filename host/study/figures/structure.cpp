#include "study/figures/history_figures.hpp"

namespace regio::study {
namespace {

/// What happened to the cluster that gained or lost most between the first and the last year.
std::string structure_sentence(ClusterHistory const& history, DynamicsReport const& dynamics) {
  Index const last = static_cast<Index>(history.years.size()) - 1, k = history.clusters;
  Index widest = 0;
  auto const count = [&](Index year, Index cluster) {
    return dynamics.counts[static_cast<std::size_t>(year * k + cluster)];
  };
  auto const change = [&](Index cluster) { return count(last, cluster) - count(0, cluster); };
  for (Index c = 1; c < k; ++c) {
    if (std::abs(change(c)) > std::abs(change(widest))) widest = c;
  }
  if (last == 0 || change(widest) == 0) return "every cluster ends with as many regions as it had at first";
  return "cluster " + std::to_string(widest + 1) + (change(widest) > 0 ? " grows from " : " shrinks from ") +
         std::to_string(count(0, widest)) + " to " + counted(count(last, widest), "region", "regions");
}

}  // namespace

Figure structure_figure(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                        FigureContext const& context) {
  ReportTable table{.name = group.name("counts"),
                    .caption = group.headline("number of regions in each cluster"),
                    .columns = {"Year"},
                    .file = "counts.csv"};
  add_cluster_columns(table, static_cast<std::size_t>(history.clusters));
  Json values = Json::array();
  for (std::size_t y = 0; y < history.years.size(); ++y) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(std::to_string(history.years[y]));
    for (Index c = 0; c < history.clusters; ++c) {
      Index const count = dynamics.counts[y * static_cast<std::size_t>(history.clusters) + static_cast<std::size_t>(c)];
      row.emplace_back(static_cast<double>(count));
      values.push_back({{"year", history.years[y]}, {"cluster", c + 1}, {"regions", count}});
    }
  }
  Figure figure{.name = group.name("structure"),
                .title = group.headline(structure_sentence(history, dynamics)),
                .description = "Stacked bars: number of regions in each cluster, one bar a year.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table)};
  Json y = magnitude("regions", "Regions", 5);
  y["scale"]["nice"] = false;
  y["axis"]["tickMinStep"] = 1;
  figure.specification.update(
      {{"width", figure_width},
       {"height", 240},
       {"mark", "bar"},
       {"encoding",
        {{"x", year_bands(0.15)},
         {"y", std::move(y)},
         {"color", cluster_colour(history.clusters)},
         {"tooltip", tooltip({{"year", "Year"}, {"cluster", "Cluster"}, {"regions", "Regions"}})},
         {"order", {{"field", "cluster"}, {"sort", "descending"}}}}}});
  return figure;
}

}  // namespace regio::study
