#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "study/figures/interaction_figures.hpp"
#include "study/interaction_results.hpp"

namespace regio::study {
namespace {

constexpr int places_of_line = 41;

/// A name as part of a file's name.
std::string file_word(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

/// Line and band of a regression over the range of x; no rows where there is no line.
Json line_rows(std::vector<double> const& x, std::vector<double> const& y, double confidence) {
  Engine engine = Engine::cpu(1);
  auto const n = static_cast<Index>(x.size());
  Json rows = Json::array();
  if (n < 4) return rows;
  Regression const fit =
      linear_regressions(engine, {.confidence = confidence}, {{.response = y, .regressors = {x.data(), n, 1}}})[0];
  if (fit.outcome != Outcome::converged) return rows;
  auto const [least, most] = std::minmax_element(x.begin(), x.end());
  std::vector<double> places;
  for (int p = 0; p < places_of_line; ++p) places.push_back(*least + (*most - *least) * p / (places_of_line - 1));
  RegressionBand const band = regression_band(fit, {places.data(), places_of_line, 1}, confidence);
  for (std::size_t p = 0; p < places.size(); ++p) {
    rows.push_back(
        {{"x", places[p]}, {"line", band.fitted[p]}, {"low", band.mean_lower[p]}, {"high", band.mean_upper[p]}});
  }
  return rows;
}

/// What the tests say about the two, in few words.
std::string finding(InteractionFigures const& study, std::string const& x, std::string const& y) {
  for (DependenceTest const& test : study.results.tests) {
    if (test.test != "Pearson" || test.x != x || test.y != y) continue;
    std::string const what = is_significant(test, study.options)
                                 ? fmt::format("{} and {} go together", y, x)
                                 : fmt::format("No dependence of {} on {} can be shown", y, x);
    bool const is_corrected = !std::isnan(test.adjusted);
    return fmt::format("{}: r = {}, {}{}", what, short_number(test.estimate),
                       p_value_text(is_corrected ? test.adjusted : test.p),
                       is_corrected ? " corrected for all tests" : "");
  }
  return y + " over " + x;
}

}  // namespace

Figure scatter_figure(InteractionFigures const& study, RegionSeries const& x, RegionSeries const& y) {
  ReportTable table{.name = file_word(y.name + "-over-" + x.name),
                    .caption = y.name + " and " + x.name,
                    .columns = {"Region", x.name, y.name},
                    .digits = 4};
  Json values = Json::array();
  std::vector<double> both_x, both_y;
  for (std::size_t r = 0; r < x.values.size(); ++r) {
    std::string const label = study.label(static_cast<Index>(r));
    table.rows.push_back({label, x.values[r], y.values[r]});
    if (std::isnan(x.values[r]) || std::isnan(y.values[r])) continue;
    both_x.push_back(x.values[r]);
    both_y.push_back(y.values[r]);
    values.push_back({{"x", x.values[r]}, {"y", y.values[r]}, {"label", label}});
  }
  auto const title = [&](std::string const& name) {
    return with_unit(capitalised(name), name == "product" ? study.inputs.product_unit : "");
  };
  Json const lines = line_rows(both_x, both_y, study.options.confidence);
  std::string const file = table.name;
  Figure figure{.name = file,
                .title = finding(study, x.name, y.name),
                .description = "Points: " + y.name + " of each region over its " + x.name +
                               "; line: least squares, with the band of the mean.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Line: least squares; band: " + short_number(100 * study.options.confidence) +
                        " % interval of the mean."};
  Json const scale = {{"zero", false}, {"nice", true}};
  Json const x_axis = {{"field", "x"},
                       {"type", "quantitative"},
                       {"title", title(x.name)},
                       {"scale", scale},
                       {"axis", {{"tickCount", 6}, {"format", "~s"}}}};
  Json const y_axis = {{"field", "y"},
                       {"type", "quantitative"},
                       {"title", title(y.name)},
                       {"scale", scale},
                       {"axis", {{"tickCount", 5}}}};
  Json layers = Json::array();
  if (!lines.empty()) {
    Json band = {{"data", {{"values", lines}}},
                 {"mark", {{"type", "area"}, {"opacity", 0.15}, {"color", plain_colour}}},
                 {"encoding",
                  {{"x", x_axis},
                   {"y", {{"field", "low"}, {"type", "quantitative"}, {"title", title(y.name)}, {"scale", scale}}},
                   {"y2", {{"field", "high"}}}}}};
    Json line = {{"data", {{"values", lines}}},
                 {"mark", {{"type", "line"}, {"color", plain_colour}}},
                 {"encoding",
                  {{"x", x_axis},
                   {"y", {{"field", "line"}, {"type", "quantitative"}, {"title", title(y.name)}, {"scale", scale}}}}}};
    layers.push_back(std::move(band));
    layers.push_back(std::move(line));
  }
  layers.push_back(
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 60}, {"opacity", 0.9}, {"color", plain_colour}}},
       {"encoding",
        {{"x", x_axis},
         {"y", y_axis},
         {"tooltip", tooltip({{"label", "Region"}, {"x", x.name.c_str()}, {"y", y.name.c_str()}})}}}});
  if (both_x.size() <= 30) {
    layers.push_back({{"mark", {{"type", "text"}, {"align", "left"}, {"dx", 6}, {"fontSize", 10}, {"opacity", 0.8}}},
                      {"encoding", {{"x", x_axis}, {"y", y_axis}, {"text", {{"field", "label"}}}}}});
  }
  figure.specification.update({{"width", figure_width}, {"height", 340}, {"layer", std::move(layers)}});
  return figure;
}

}  // namespace regio::study
