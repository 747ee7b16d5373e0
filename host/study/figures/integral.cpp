#include <algorithm>
#include <numeric>

#include "study/figures/standing_figures.hpp"

namespace regio::study {
namespace {

std::vector<std::size_t> order_by_last_rank(IntegralIndicator const& integral, std::size_t regions, std::size_t years) {
  std::vector<std::size_t> order(regions);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return integral.ranks[(years - 1) * regions + a] < integral.ranks[(years - 1) * regions + b];
  });
  return order;
}

std::string standing_sentence(IntegralIndicator const& integral, Indicators const& indicators,
                              std::vector<std::size_t> const& order, FigureContext const& context) {
  std::size_t const n = indicators.regions.size(), last = indicators.years.size() - 1;
  std::string text =
      context.label(indicators.regions[order.front()]) + " ranks first in " + std::to_string(indicators.years[last]);
  std::size_t climber = 0;
  int most = 0;
  for (std::size_t r = 0; r < n; ++r) {
    int const climb = integral.ranks[r] - integral.ranks[last * n + r];
    if (climb > most) most = climb, climber = r;
  }
  if (most > 0) {
    text += "; " + context.label(indicators.regions[climber]) + " climbs most, from " +
            std::to_string(integral.ranks[climber]) + " to " + std::to_string(integral.ranks[last * n + climber]);
  }
  return text;
}

}  // namespace

Figure integral_figure(IntegralIndicator const& integral, Indicators const& indicators, GroupName const& name,
                       FigureContext const& context) {
  std::size_t const n = indicators.regions.size(), years = indicators.years.size();
  std::vector<std::size_t> const order = order_by_last_rank(integral, n, years);
  ReportTable table{.name = name.name("integral"),
                    .caption = name.headline("rank of each region by the integral indicator"),
                    .columns = {"Region"},
                    .file = "integral.csv"};
  for (int const year : indicators.years) table.columns.push_back(std::to_string(year));
  table.columns.push_back("Value in " + std::to_string(indicators.years.back()));
  for (std::size_t const r : order) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(context.label(indicators.regions[r]));
    for (std::size_t y = 0; y < years; ++y) row.emplace_back(static_cast<double>(integral.ranks[y * n + r]));
    row.emplace_back(integral.values[(years - 1) * n + r]);
  }
  std::vector<std::size_t> const shown = evenly_spaced(n, most_rows);
  Json values = Json::array(), rows = Json::array();
  for (std::size_t const place : shown) {
    std::size_t const r = order[place];
    std::string const label = context.label(indicators.regions[r]);
    rows.push_back(label);
    for (std::size_t y = 0; y < years; ++y) {
      values.push_back({{"region", label}, {"year", indicators.years[y]}, {"rank", integral.ranks[y * n + r]}});
    }
  }
  Figure figure{.name = name.name("integral"),
                .title = name.headline(standing_sentence(integral, indicators, order, context)),
                .description =
                    "Heat map of the rank of each region by the integral indicator in each year; rows are ordered by "
                    "the rank in the last year.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Rows are ordered by the rank in the last year."};
  figure.note += thinning_note(shown.size(), n);
  region_heat_map(figure.specification, year_bands(0.06, "top"), rows, magnitude_colour("rank", "Rank"),
                  tooltip({{"region_name", "Region"}, {"year", "Year"}, {"rank", "Rank"}}));
  return figure;
}

}  // namespace regio::study
