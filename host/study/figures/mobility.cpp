#include <algorithm>

#include "study/figures/history_figures.hpp"

namespace regio::study {
namespace {

/// Years stand out when few of them hold the largest numbers of moves.
constexpr std::size_t most_years_named = 3;

}  // namespace

std::string moves_sentence(ClusterHistory const& history, DynamicsReport const& dynamics) {
  std::vector<std::pair<Index, int>> moves;  // moved regions, the year that they arrive in
  for (auto const& transition : dynamics.consecutive) {
    moves.emplace_back(transition.moved, history.years[static_cast<std::size_t>(transition.to_year)]);
  }
  std::stable_sort(moves.begin(), moves.end(), [](auto const& a, auto const& b) { return a.first > b.first; });
  if (moves.empty() || moves.front().first == 0) return "no region ever moves";
  // The year of most moves, and the next one unless it stays far behind; equal years belong together.
  std::size_t named = 1;
  if (moves.size() > 1 && 3 * moves[1].first >= 2 * moves[0].first) named = 2;
  while (named < moves.size() && moves[named].first == moves[named - 1].first) ++named;
  if (named > most_years_named || named == moves.size()) {
    return "moves are spread over the years, at most " + counted(moves[0].first, "region", "regions") + " in one";
  }
  std::vector<int> years;
  for (std::size_t i = 0; i < named; ++i) years.push_back(moves[i].second);
  std::sort(years.begin(), years.end());
  std::vector<std::string> words;
  words.reserve(years.size());
  for (int const year : years) words.push_back(std::to_string(year));
  return "most moves fall in " + enumeration(words);
}

Figure mobility_figure(ClusterHistory const& history, DynamicsReport const& dynamics, GroupName const& group,
                       FigureContext const& context) {
  ReportTable table{.name = group.name("mobility"),
                    .caption = group.headline("moves between consecutive years"),
                    .columns = {"From", "To", "Regions that moved", "Shorrocks mobility", "Adjusted Rand index"},
                    .note =
                        "Shorrocks mobility is 0 when nobody moves and 1 when the next cluster does not depend on "
                        "the present one; the adjusted Rand index is 1 for equal partitions.",
                    .file = "mobility.csv"};
  Json values = Json::array();
  for (auto const& transition : dynamics.consecutive) {
    int const from = history.years[static_cast<std::size_t>(transition.from_year)];
    int const to = history.years[static_cast<std::size_t>(transition.to_year)];
    table.rows.push_back({std::to_string(from), std::to_string(to), static_cast<double>(transition.moved),
                          transition.shorrocks, transition.adjusted_rand});
    values.push_back({{"year", to}, {"moved", transition.moved}});
  }
  Figure figure{.name = group.name("mobility"),
                .title = group.headline(moves_sentence(history, dynamics)),
                .description = "Bars: number of regions that changed their cluster, by the year of arrival.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table)};
  Json y = magnitude("moved", "Regions that moved", 4);
  y["axis"]["tickMinStep"] = 1;
  figure.specification.update(
      {{"width", figure_width},
       {"height", 150},
       {"mark", {{"type", "bar"}, {"color", plain_colour}}},
       {"encoding",
        {{"x", year_bands(0.15)},
         {"y", std::move(y)},
         {"tooltip", tooltip({{"year", "Year of arrival"}, {"moved", "Regions that moved"}})}}}});
  return figure;
}

}  // namespace regio::study
