#include "study/figures/region_bars.hpp"

#include <algorithm>
#include <cmath>

#include "format/palette.hpp"

namespace regio::study {
namespace {

/// Of a region with several bars.
constexpr std::size_t group_height = 24;

}  // namespace

void region_bars(Figure& figure, InteractionFigures const& study, std::vector<BarSeries> const& series, Json x) {
  figure.data.columns = {"Region"};
  Json names = Json::array();
  for (BarSeries const& of_kind : series) {
    figure.data.columns.push_back(of_kind.name);
    names.push_back(of_kind.name);
  }
  std::vector<Index> const order = largest_first(series.front().values);
  for (Index const r : order) {
    auto& row = figure.data.rows.emplace_back();
    row.emplace_back(study.label(r));
    for (BarSeries const& of_kind : series) row.emplace_back(of_kind.values[static_cast<std::size_t>(r)]);
  }
  Json values = Json::array(), labels = Json::array();
  std::vector<Index> drawn;
  for (Index const r : order) {
    bool const has_bar = std::any_of(series.begin(), series.end(), [r](BarSeries const& of_kind) {
      return !std::isnan(of_kind.values[static_cast<std::size_t>(r)]);
    });
    if (has_bar) drawn.push_back(r);
  }
  std::vector<std::size_t> const shown = evenly_spaced(drawn.size(), most_rows);
  for (std::size_t const place : shown) {
    auto const region = static_cast<std::size_t>(drawn[place]);
    labels.push_back(study.label(drawn[place]));
    for (BarSeries const& of_kind : series) {
      double const value = of_kind.values[region];
      if (std::isnan(value)) continue;
      values.push_back({{"region", study.label(drawn[place])},
                        {"kind", of_kind.name},
                        {"value", value},
                        {"amount", short_number(value)}});
    }
  }
  figure.note += thinning_note(shown.size(), drawn.size());
  figure.specification = vega_lite(std::move(values));
  lying_bars(figure.specification, "region", labels, std::move(x),
             tooltip({{"region_name", "Region"}, {"kind", ""}, {"amount", "Value"}}));
  if (series.size() == 1) return;
  figure.specification["height"] = group_height * std::max<std::size_t>(labels.size(), 1);
  figure.specification["encoding"].update(
      {{"yOffset", {{"field", "kind"}, {"type", "nominal"}, {"sort", names}}},
       {"color",
        {{"field", "kind"},
         {"type", "nominal"},
         {"title", nullptr},
         {"scale", {{"domain", names}, {"range", format::category_colours(series.size())}}}}}});
}

}  // namespace regio::study
