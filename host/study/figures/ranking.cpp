#include <cmath>

#include "study/figures/profile_figures.hpp"

namespace regio::study {
namespace {

/// The cluster that stands first in most years.
std::string ranking_sentence(ClusterHistory const& history, ClusterRanking const& ranking, std::string const& target) {
  auto const k = static_cast<std::size_t>(history.clusters);
  std::vector<std::size_t> firsts(k, 0);
  for (std::size_t i = 0; i < ranking.rank.size(); ++i) {
    if (ranking.rank[i] == 1) ++firsts[i % k];
  }
  std::size_t best = 0;
  for (std::size_t c = 1; c < k; ++c) {
    if (firsts[c] > firsts[best]) best = c;
  }
  return "cluster " + std::to_string(best + 1) + " has the highest " + target + " in " + std::to_string(firsts[best]) +
         " of " + std::to_string(history.years.size()) + " years";
}

}  // namespace

Figure ranking_figure(ClusterHistory const& history, ClusterRanking const& ranking, std::string const& target,
                      std::string const& unit, GroupName const& name, FigureContext const& context) {
  auto const k = static_cast<std::size_t>(history.clusters);
  std::string const what = target.empty() ? "target indicator" : target;
  ReportTable table{
      .name = name.name("ranking"),
      .caption = name.headline("clusters ranked by the mean of " + what + (unit.empty() ? "" : ", " + unit)),
      .columns = {"Year", "Cluster", "Mean", "Rank"},
      .file = "ranking.csv"};
  Json values = Json::array();
  for (std::size_t y = 0; y < history.years.size(); ++y) {
    for (std::size_t c = 0; c < k; ++c) {
      double const mean = ranking.mean[y * k + c];
      if (std::isnan(mean)) continue;
      table.rows.push_back({std::to_string(history.years[y]), std::to_string(c + 1), mean,
                            static_cast<double>(ranking.rank[y * k + c])});
      values.push_back(
          {{"year", history.years[y]}, {"cluster", c + 1}, {"mean", mean}, {"rank", ranking.rank[y * k + c]}});
    }
  }
  Figure figure{.name = name.name("ranking"),
                .title = name.headline(ranking_sentence(history, ranking, what)),
                .description = "Lines: mean of the target indicator in each cluster, by year.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Mean of the members, each region with the same weight. The axis need not start at zero."};
  Json y = magnitude("mean", unit.empty() ? what : what + ", " + unit, 5);
  y["scale"]["zero"] = false;
  Json shown = tooltip({{"year", "Year"}, {"cluster", "Cluster"}, {"mean", "Mean"}, {"rank", "Rank"}});
  shown[2]["format"] = ".5~g";
  figure.specification.update(
      {{"width", figure_width},
       {"height", 220},
       {"mark", {{"type", "line"}, {"point", {{"filled", true}, {"size", 36}}}, {"strokeWidth", 1.8}}},
       {"encoding",
        {{"x", year_points()},
         {"y", std::move(y)},
         {"color", cluster_colour(history.clusters)},
         {"tooltip", std::move(shown)}}}});
  return figure;
}

}  // namespace regio::study
