#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "format/palette.hpp"
#include "study/figures/interaction_figures.hpp"

namespace regio::study {
namespace {

/// Lines of regions that a figure through the years colours.
constexpr std::size_t most_lines = 8;
/// A change of the index that two decimals show.
constexpr double least_change = 0.005;

constexpr std::array components = {"Q industries", "A supplies", "V volume", "R links"};

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::array<std::vector<double> const*, 4> values_of(InteractionIndex const& index) {
  return {&index.industries, &index.supplies, &index.volume, &index.links};
}

/// The rank of a value among all, 1 for the largest; 0 for NaN.
Index rank_of(std::vector<double> const& values, double own) {
  if (std::isnan(own)) return 0;
  return 1 + std::count_if(values.begin(), values.end(), [own](double other) { return other > own; });
}

}  // namespace

std::vector<Index> largest_first(std::vector<double> const& values) {
  std::vector<Index> order(values.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    double const x = values[position(a)], y = values[position(b)];
    return std::isnan(y) ? !std::isnan(x) : x > y;
  });
  return order;
}

std::string InteractionFigures::in_year() const {
  ShipmentsFile const& file = inputs.shipments;
  return file.has_years ? " in " + std::to_string(file.years[results.shown].year) : "";
}

std::string InteractionFigures::strongest() const {
  InteractionIndex const& index = results.index();
  auto const count = static_cast<Index>(std::count(index.rank.begin(), index.rank.end(), Index{1}));
  if (count == 0) return "No region has an index";
  Index const first = largest_first(index.index).front();
  std::string const value = short_number(index.index[position(first)]);
  return count == 1 ? fmt::format("{} has the strongest interaction{}: S = {}", label(first), in_year(), value)
                    : fmt::format("{} regions share the strongest interaction{}: S = {}", count, in_year(), value);
}

Figure index_figure(InteractionFigures const& study) {
  InteractionIndex const& index = study.results.index();
  std::vector<Index> const order = largest_first(index.index);
  ReportTable table{
      .name = "index",
      .caption = "The index and its components" + study.in_year(),
      .columns = {"Region", "Q", "A", "V", "R", "S", "Rank"},
      .decimals = 2,
      .note =
          "Q: share of the traded industries that it ships. A: share of raw materials and supplies in deliveries "
          "into it. V: its deliveries over their mean. R: share of the regions that it interacts with.",
      .file = "index.csv"};
  bool const sum = study.options.index.aggregation == InteractionAggregation::sum;
  Json values = Json::array(), labels = Json::array();
  std::vector<std::size_t> const shown = evenly_spaced(order.size(), most_rows);
  for (Index const r : order) {
    auto const k = position(r);
    table.rows.push_back({study.label(r), index.industries[k], index.supplies[k], index.volume[k], index.links[k],
                          index.index[k], index.rank[k] == 0 ? std::string("-") : std::to_string(index.rank[k])});
  }
  for (std::size_t const place : shown) {
    Index const r = order[place];
    labels.push_back(study.label(r));
    for (std::size_t c = 0; c < components.size(); ++c) {
      double const value = (*values_of(index)[c])[position(r)];
      if (std::isnan(value)) continue;
      double const part = sum ? study.options.index.weights[c] * value : value;
      values.push_back({{"region", study.label(r)},
                        {"component", components[c]},
                        {"order", c},
                        {"value", thousandths(part)},
                        {"S", short_number(index.index[position(r)])}});
    }
  }
  Figure figure{.name = "index",
                .title = study.strongest(),
                .description = "Stacked bars: the four components of the index of each region, ordered by the index.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = sum ? "The length of a bar is the index S."
                            : "The index is not the sum of these parts: see the options."};
  figure.note += thinning_note(shown.size(), order.size());
  Json domain = Json::array();
  for (char const* component : components) domain.push_back(component);
  lying_bars(figure.specification, "region", labels, magnitude_above("value", "Components of the index"),
             tooltip({{"region_name", "Region"}, {"component", "Component"}, {"value", "Value"}, {"S", "Index"}}));
  figure.specification["encoding"].update(
      {{"order", {{"field", "order"}, {"type", "quantitative"}}},
       {"color",
        {{"field", "component"},
         {"type", "nominal"},
         {"title", nullptr},
         {"legend", {{"columns", 2}}},
         {"scale", {{"domain", std::move(domain)}, {"range", format::category_colours(components.size())}}}}}});
  return figure;
}

Figure profile_figure(InteractionFigures const& study) {
  InteractionIndex const& index = study.results.index();
  std::vector<Index> const order = largest_first(index.index);
  auto const all = static_cast<double>(order.size());
  ReportTable table{.name = "profile",
                    .caption = "Strengths and weaknesses: rank of each component",
                    .columns = {"Region", "Q", "A", "V", "R", "Strength", "Weakness"}};
  Json values = Json::array(), labels = Json::array();
  std::vector<std::size_t> const shown = evenly_spaced(order.size(), most_rows);
  std::vector<bool> is_shown(order.size(), false);
  for (std::size_t const place : shown) is_shown[place] = true;
  for (std::size_t place = 0; place < order.size(); ++place) {
    Index const r = order[place];
    auto& row = table.rows.emplace_back();
    row.emplace_back(study.label(r));
    if (is_shown[place]) labels.push_back(study.label(r));
    std::vector<std::string> strong, weak;
    for (std::size_t c = 0; c < components.size(); ++c) {
      std::vector<double> const& component = *values_of(index)[c];
      double const own = component[position(r)];
      Index const rank = rank_of(component, own);
      row.emplace_back(rank == 0 ? std::nan("") : static_cast<double>(rank));
      if (rank == 0) continue;
      if (static_cast<double>(rank) <= all / 4) strong.emplace_back(components[c]);
      if (static_cast<double>(rank) > 3 * all / 4) weak.emplace_back(components[c]);
      if (!is_shown[place]) continue;
      values.push_back(
          {{"region", study.label(r)}, {"component", components[c]}, {"rank", rank}, {"value", short_number(own)}});
    }
    row.emplace_back(enumeration(strong));
    row.emplace_back(enumeration(weak));
  }
  table.note =
      "Strength: among the first quarter of the regions. Weakness: among the last quarter. Equal values share the "
      "better rank.";
  Figure figure{.name = "profile",
                .title = "Few regions are strong in all four components",
                .description = "Heat map of the rank of each region in each component; rows are ordered by the index.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Rank 1 is the largest value of the component. Rows are ordered by the index." +
                        thinning_note(shown.size(), order.size())};
  auto const all_strong = std::count_if(order.begin(), order.end(), [&](Index r) {
    return std::all_of(components.begin(), components.end(), [&, c = std::size_t{0}](char const*) mutable {
      std::vector<double> const& component = *values_of(index)[c++];
      Index const rank = rank_of(component, component[position(r)]);
      return rank > 0 && static_cast<double>(rank) <= all / 4;
    });
  });
  figure.title = all_strong == 0 ? "No region is among the first quarter in all four components"
                                 : counted(all_strong, "region is", "regions are") +
                                       " among the first quarter in all four components";
  Json domain = Json::array();
  for (char const* component : components) domain.push_back(component);
  Json const x = {{"field", "component"},
                  {"type", "nominal"},
                  {"sort", std::move(domain)},
                  {"scale", {{"paddingInner", 0.06}}},
                  {"axis",
                   {{"orient", "top"},
                    {"labelAngle", 0},
                    {"labelExpr", "width < 300 ? slice(datum.label, 0, 1) : datum.label"},
                    {"title", nullptr},
                    {"ticks", false},
                    {"domain", false}}}};
  region_heat_map(
      figure.specification, x, labels, magnitude_colour("rank", "Rank"),
      tooltip({{"region_name", "Region"}, {"component", "Component"}, {"rank", "Rank"}, {"value", "Value"}}));
  return figure;
}

Figure years_figure(InteractionFigures const& study) {
  ShipmentsFile const& file = study.inputs.shipments;
  std::vector<Index> const order = largest_first(study.results.index().index);
  ReportTable table{.name = "years",
                    .caption = "The index S through the years",
                    .columns = {"Region"},
                    .decimals = 2,
                    .file = "index.csv"};
  for (ShipmentsOfYear const& year : file.years) table.columns.push_back(std::to_string(year.year));
  Json values = Json::array(), names = Json::array();
  std::size_t const lines = std::min(most_lines, order.size());
  double largest_change = 0;
  Index mover = order.front();
  for (std::size_t place = 0; place < order.size(); ++place) {
    Index const r = order[place];
    auto& row = table.rows.emplace_back();
    row.emplace_back(study.label(r));
    for (std::size_t y = 0; y < file.years.size(); ++y) {
      double const value = study.results.years.interaction[y].index[position(r)];
      row.emplace_back(value);
      if (place >= lines || std::isnan(value)) continue;
      values.push_back({{"region", study.label(r)}, {"year", file.years[y].year}, {"value", thousandths(value)}});
    }
    if (place < lines) names.push_back(study.label(r));
    double const change = study.results.years.interaction.back().index[position(r)] -
                          study.results.years.interaction.front().index[position(r)];
    if (std::abs(change) > std::abs(largest_change)) {
      largest_change = change;
      mover = r;
    }
  }
  std::string const span = std::to_string(file.years.front().year) + " to " + std::to_string(file.years.back().year);
  Figure figure{
      .name = "years",
      .title = std::abs(largest_change) < least_change ? "No index changes from " + span
                                                       : "The index of " + study.label(mover) + " changes most from " +
                                                             span + ": by " + short_number(largest_change),
      .description = "Lines: the index of the first regions in each year.",
      .source = study.source,
      .specification = vega_lite(std::move(values)),
      .data = std::move(table),
      .note =
          lines < order.size() ? "Shown are the first " + std::to_string(lines) + " regions; the table has all." : ""};
  std::string const name = number_names(figure.specification, "region", names);
  figure.specification.update(
      {{"width", figure_width},
       {"height", 260},
       {"mark", {{"type", "line"}, {"point", true}}},
       {"encoding",
        {{"x", year_points()},
         {"y", magnitude("value", "Index S", 5)},
         {"color",
          {{"field", "region"},
           {"type", "ordinal"},
           {"title", nullptr},
           {"legend", {{"labelExpr", name}, {"columns", 4}, {"symbolOpacity", 1}}},
           {"scale", {{"range", format::category_colours(std::max<std::size_t>(lines, 1))}}}}},
         {"tooltip", tooltip({{"region_name", "Region"}, {"year", "Year"}, {"value", "Index"}})}}}});
  return figure;
}

}  // namespace regio::study
