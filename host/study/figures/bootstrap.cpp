#include <algorithm>
#include <cmath>
#include <numeric>

#include "study/figures/bootstrap_figures.hpp"

namespace regio::study {
namespace {

/// Hennig 2007: clusters below dissolve under resampling, those above 0.75 are stable.
constexpr double dissolved = 0.5, stable = 0.75;

}  // namespace

Figure bootstrap_agreement_figure(ClusterStudyReport const& study, FigureContext const& context) {
  ReportTable table{.name = "bootstrap",
                    .caption = "Mean adjusted Rand index between the replicates and the study",
                    .columns = {"Group", "Year", "Agreement"}};
  Json values = Json::array();
  double lowest = 1;
  std::string where;
  Index replicates = 0;
  for (auto const& group : study.groups) {
    if (!group.bootstrap) continue;
    replicates = group.bootstrap->replicates;
    for (std::size_t y = 0; y < group.bootstrap->agreement.size(); ++y) {
      double const agreement = group.bootstrap->agreement[y];
      std::string const year = std::to_string(study.indicators.years[y]);
      table.rows.push_back({group.group, year, agreement});
      values.push_back(
          {{"group", group.group}, {"year", study.indicators.years[y]}, {"agreement", thousandths(agreement)}});
      if (agreement < lowest || where.empty()) {
        lowest = agreement;
        where = study.groups.size() > 1 ? group.group + ", " + year : year;
      }
    }
  }
  Figure figure{
      .name = "bootstrap",
      .title = "Resampled regions give back the clusters with an agreement of at least " + short_number(lowest) + " (" +
               where + ")",
      .description =
          "Lines: mean adjusted Rand index between the clusters of resampled regions and the study's, by year.",
      .source = context.source,
      .specification = vega_lite(std::move(values)),
      .data = std::move(table),
      .note = "Mean over " + counted(replicates, "replicate", "replicates") +
              " of the whole study; 1: always the same clusters, 0: no more alike than chance."};
  Json y = magnitude("agreement", "Adjusted Rand index", 5);
  y["scale"]["domain"] = {std::min(0.0, thousandths(lowest)), 1.0};
  Json layers = {{{"mark", {{"type", "line"}, {"point", {{"filled", true}, {"size", 30}}}, {"color", plain_colour}}},
                  {"encoding",
                   {{"x", year_points()},
                    {"y", std::move(y)},
                    {"tooltip", tooltip({{"group_name", "Group"}, {"year", "Year"}, {"agreement", "Agreement"}})}}}}};
  small_multiples(figure.specification, std::move(layers), "group", group_names(study.groups), 2,
                  {.width = 240, .height = 130});
  return figure;
}

Figure bootstrap_clusters_figure(GroupStudy const& group, GroupName const& name, FigureContext const& context) {
  auto const k = static_cast<std::size_t>(group.history.clusters);
  BootstrapSummary const& bootstrap = *group.bootstrap;
  ReportTable table{.name = name.name("bootstrap-clusters"),
                    .caption = name.headline("mean best Jaccard similarity of each cluster"),
                    .columns = {"Year"}};
  add_cluster_columns(table, k);
  Json values = Json::array();
  std::vector<double> sum(k, 0.0), years(k, 0.0);
  for (std::size_t y = 0; y < group.history.years.size(); ++y) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(std::to_string(group.history.years[y]));
    for (std::size_t c = 0; c < k; ++c) {
      double const jaccard = bootstrap.jaccard[y * k + c];
      row.emplace_back(jaccard);
      if (std::isnan(jaccard)) continue;
      values.push_back({{"year", group.history.years[y]}, {"cluster", c + 1}, {"jaccard", thousandths(jaccard)}});
      sum[c] += jaccard;
      years[c] += 1;
    }
  }
  std::vector<std::string> sure, unsure;
  for (std::size_t c = 0; c < k; ++c) {
    if (years[c] == 0) continue;
    if (sum[c] / years[c] >= stable) sure.push_back(std::to_string(c + 1));
    if (sum[c] / years[c] < dissolved) unsure.push_back(std::to_string(c + 1));
  }
  auto const clusters = [](std::vector<std::string> const& numbers) {
    return (numbers.size() == 1 ? "cluster " : "clusters ") + enumeration(numbers);
  };
  std::string finding = sure.empty()
                            ? "no cluster is stable under resampling"
                            : clusters(sure) + (sure.size() == 1 ? " is" : " are") + " stable under resampling";
  if (!unsure.empty()) finding += "; " + clusters(unsure) + (unsure.size() == 1 ? " dissolves" : " dissolve");
  Figure figure{
      .name = name.name("bootstrap-clusters"),
      .title = name.headline(finding),
      .description =
          "Heat map of the mean best Jaccard similarity of each cluster with the clusters of resampled "
          "regions, by year.",
      .source = context.source,
      .specification = vega_lite(std::move(values)),
      .data = std::move(table),
      .note = "Above 0.75 on the mean of the years a cluster counts as stable, below 0.5 as dissolved (Hennig 2007)."};
  Json colour = magnitude_colour("jaccard", "Jaccard similarity");
  colour["scale"]["domain"] = {0, 1};
  figure.specification.update(
      {{"width", figure_width},
       {"height", 20 * k},
       {"mark", "rect"},
       {"encoding",
        {{"x", year_bands(0.06)},
         {"y",
          {{"field", "cluster"},
           {"type", "ordinal"},
           {"scale", {{"paddingInner", 0.08}}},
           {"axis", {{"title", "Cluster"}, {"ticks", false}, {"domain", false}}}}},
         {"color", std::move(colour)},
         {"tooltip", tooltip({{"year", "Year"}, {"cluster", "Cluster"}, {"jaccard", "Jaccard similarity"}})}}}});
  return figure;
}

ReportTable bootstrap_regions_table(GroupStudy const& group, GroupName const& name, FigureContext const& context) {
  std::size_t const n = group.history.regions.size(), years = group.history.years.size();
  std::vector<double> const& share = group.bootstrap->region_stability;
  ReportTable table{.name = name.name("bootstrap-regions"),
                    .caption = name.headline("share of replicates that leave a region in its cluster"),
                    .columns = {"Region", "Mean over the years", "Least sure year", "Share then"},
                    .note = "The least sure regions first."};
  std::vector<double> means(n, 0.0);
  std::vector<std::size_t> order(n), lowest(n, 0);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t y = 0; y < years; ++y) {
      means[r] += share[y * n + r] / static_cast<double>(years);
      if (share[y * n + r] < share[lowest[r] * n + r]) lowest[r] = y;
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return means[a] < means[b]; });
  for (std::size_t const r : order) {
    table.rows.push_back({context.label(group.history.regions[r]), means[r],
                          std::to_string(group.history.years[lowest[r]]), share[lowest[r] * n + r]});
  }
  return table;
}

}  // namespace regio::study
