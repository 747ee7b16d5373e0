#include <algorithm>
#include <cmath>

#include "study/figures/profile_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t years_side_by_side = 4;
/// Characters in a line of an indicator's label, so that a telephone has room for the cells beside.
constexpr std::size_t label_width = 15;
constexpr std::size_t label_line_height = 14;
/// Rows of data; beyond, the reader chooses among fewer years.
constexpr std::size_t most_values = 4000;

/// The indicator in which the clusters of the last year differ most.
std::string profile_sentence(GroupStudy const& group, Indicators const& indicators) {
  std::size_t const d = group.indicators.size(), last = group.years.size() - 1;
  std::vector<double> const& centres = group.years[last].centres;
  double widest = -1;
  std::size_t where = 0, high = 0, low = 0;
  for (std::size_t i = 0; i < d; ++i) {
    std::size_t largest = 0, smallest = 0;
    double most = -HUGE_VAL, least = HUGE_VAL;
    for (std::size_t c = 0; c * d < centres.size(); ++c) {
      double const value = centres[c * d + i];
      if (std::isnan(value)) continue;
      if (value > most) most = value, largest = c;
      if (value < least) least = value, smallest = c;
    }
    if (most - least > widest) widest = most - least, where = i, high = largest, low = smallest;
  }
  std::string const indicator =
      indicator_label(indicators.definitions[static_cast<std::size_t>(group.indicators[where])]);
  return "clusters " + std::to_string(std::min(high, low) + 1) + " and " + std::to_string(std::max(high, low) + 1) +
         " differ most in " + indicator + " (" + std::to_string(indicators.years[last]) + ")";
}

}  // namespace

std::string indicator_label(IndicatorDefinition const& definition) {
  return definition.label.empty() ? definition.indicator : definition.label;
}

std::string normalised_label(Normalisation normalisation) {
  switch (normalisation) {
    case Normalisation::share_of_best: return "Deviation from the best: 0 best, 1 worst";
    case Normalisation::min_max: return "Share of the way from the worst (0) to the best (1)";
    case Normalisation::z_score: return "Standard deviations from the mean; more is better";
    case Normalisation::robust: return "Interquartile ranges from the median; more is better";
    case Normalisation::none: return "Value as measured";
  }
  return "Value";
}

Figure profiles_figure(GroupStudy const& group, Indicators const& indicators, IndicatorOptions const& options,
                       GroupName const& name, FigureContext const& context) {
  std::size_t const d = group.indicators.size();
  auto const k = static_cast<std::size_t>(group.history.clusters);
  std::vector<int> const& years = indicators.years;
  ReportTable table{.name = name.name("centres"),
                    .caption = name.headline("centres of the clusters"),
                    .columns = {"Year", "Cluster", "Regions"},
                    .note = "In each indicator's unit: means of the members.",
                    .file = "centres.csv"};
  Json rows = Json::array();
  for (Index const i : group.indicators) {
    IndicatorDefinition const& definition = indicators.definitions[static_cast<std::size_t>(i)];
    rows.push_back(indicator_label(definition));
    table.columns.push_back(indicator_label(definition) + (definition.unit.empty() ? "" : ", " + definition.unit));
  }
  std::size_t const kept_years = std::max(years_side_by_side, most_values / std::max<std::size_t>(1, k * d));
  std::vector<std::size_t> const kept = evenly_spaced(years.size(), kept_years);
  Json values = Json::array(), options_of_years = Json::array();
  for (std::size_t const y : kept) {
    YearFit const& fit = group.years[y];
    options_of_years.push_back(years[y]);
    for (std::size_t c = 0; c < k; ++c) {
      Index const members = group.dynamics.counts[y * k + c];
      if (members == 0) continue;
      auto& row = table.rows.emplace_back();
      row.emplace_back(std::to_string(years[y]));
      row.emplace_back(std::to_string(c + 1));
      row.emplace_back(static_cast<double>(members));
      for (std::size_t i = 0; i < d; ++i) {
        bool const has_means = fit.means.size() > c * d + i;
        row.emplace_back(has_means ? fit.means[c * d + i] : std::nan(""));
        double const centre = fit.centres[c * d + i];
        if (std::isnan(centre)) continue;
        values.push_back({{"year", years[y]},
                          {"cluster", c + 1},
                          {"indicator", rows[i]},
                          {"value", thousandths(centre)},
                          {"regions", members}});
      }
    }
  }
  Json params = Json::array();
  std::vector<std::string> tests;
  static constexpr char const* ordinals[] = {"First year ", "Second year ", "Third year ", "Fourth year "};
  std::vector<std::size_t> const shown = evenly_spaced(kept.size(), years_side_by_side);
  for (std::size_t s = 0; s < shown.size(); ++s) {
    std::string const param = "year_" + std::to_string(s + 1);
    params.push_back({{"name", param},
                      {"value", years[kept[shown[s]]]},
                      {"bind", {{"input", "select"}, {"options", options_of_years}, {"name", ordinals[s]}}}});
    tests.push_back("datum.year_name == " + param);
  }
  std::string filter = tests.front();
  for (std::size_t t = 1; t < tests.size(); ++t) filter += " || " + tests[t];
  Json labels = Json::array();
  std::size_t most_lines = 2;
  for (auto const& row : rows) {
    labels.push_back(lines_of(row.get<std::string>(), label_width));
    most_lines = std::max(most_lines, labels.back().size());
  }

  Figure figure{.name = name.name("profiles"),
                .title = name.headline(profile_sentence(group, indicators)),
                .description =
                    "Profiles of the clusters: the centre of each cluster in every indicator, for selected years "
                    "side by side.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "A point is the centre of a cluster: the mean of its members' normalised values.",
                .hint = "Choose other years above the figure."};
  if (kept.size() < years.size()) {
    figure.note += " " + std::to_string(kept.size()) + " of " + std::to_string(years.size()) +
                   " years can be chosen here; " + "centres.csv has all.";
  }
  figure.specification["params"] = std::move(params);
  std::string const scale = normalised_label(options.normalisation);
  Json x = {{"field", "value"},
            {"type", "quantitative"},
            {"title", nullptr},
            {"axis", {{"tickCount", 3}, {"domain", false}, {"ticks", false}}}};
  if (kept.size() == 1) x["title"] = scale;
  std::string const indicator_name = number_names(figure.specification, "indicator", rows, std::move(labels));
  Json const y = {
      {"field", "indicator"},
      {"type", "ordinal"},
      {"axis",
       {{"labelExpr", indicator_name}, {"title", nullptr}, {"ticks", false}, {"domain", false}, {"grid", true}}}};
  Json const shown_fields = tooltip({{"year_name", "Year"},
                                     {"cluster", "Cluster"},
                                     {"regions", "Regions"},
                                     {"indicator_name", "Indicator"},
                                     {"value", "Centre"}});
  Json layers = {
      {{"mark", {{"type", "line"}, {"opacity", 0.6}, {"strokeWidth", 1.5}}},
       {"encoding",
        {{"x", x}, {"y", y}, {"order", {{"field", "indicator"}}}, {"color", cluster_colour(group.history.clusters)}}}},
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 45}, {"opacity", 1}}},
       {"encoding",
        {{"x", x}, {"y", y}, {"color", cluster_colour(group.history.clusters)}, {"tooltip", shown_fields}}}}};
  small_multiples(
      figure.specification, std::move(layers), "year", options_of_years, years_side_by_side,
      {.left = 125, .gap = 22, .width = 85, .height = static_cast<int>((most_lines * label_line_height + 6) * d + 10)});
  figure.specification["transform"].push_back({{"filter", filter}});
  if (kept.size() > 1) figure.specification["facet"]["title"] = scale;
  return figure;
}

}  // namespace regio::study
