#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "study/figures/interaction_figures.hpp"
#include "study/interaction_results.hpp"

namespace regio::study {
namespace {

/// Points that a scatter shows before they hide each other.
constexpr std::size_t most_points = 1500;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// A flow of the figure.
struct GravityPoint {
  Index origin = 0, destination = 0;
  double distance = 0, flow = 0;
  double adjusted = 0;  ///< the flow, had origin and destination the mean size
};

/// What a model says of every flow, apart from distance.
class ModelLine {
 public:
  ModelLine(GravityModel const& model, std::vector<double> const& distances) : model_(model) {
    double sizes = 0, logarithms = 0;
    Index count = 0;
    for (std::size_t k = 0; k < distances.size(); ++k) {
      double const expected = model.fit.expected[k];
      if (std::isnan(expected)) continue;
      sizes += std::log(expected) - elasticity() * std::log(distances[k]);
      logarithms += std::log(distances[k]);
      ++count;
    }
    mean_size_ = sizes / static_cast<double>(count);
    mean_logarithm_ = logarithms / static_cast<double>(count);
  }

  [[nodiscard]] double elasticity() const { return model_.fit.coefficients.estimate[model_.distance_term()]; }
  /// Expected flow of regions of mean size, the elasticity at `elasticity` and the line through its middle.
  [[nodiscard]] double at(double distance, double elasticity) const {
    double const middle = mean_size_ + this->elasticity() * mean_logarithm_;
    return std::exp(middle + elasticity * (std::log(distance) - mean_logarithm_));
  }
  [[nodiscard]] double adjusted(std::size_t cell, double flow, double distance) const {
    return flow / model_.fit.expected[cell] * at(distance, elasticity());
  }
  /// Places, fitted values and band: straight lines that cross where the band is narrowest.
  [[nodiscard]] Json rows(double nearest, double farthest) const {
    CoefficientTable const& table = model_.fit.coefficients;
    std::size_t const term = model_.distance_term();
    Json rows = Json::array();
    for (double const distance : {nearest, std::exp(mean_logarithm_), farthest}) {
      rows.push_back({{"distance", distance},
                      {"line", at(distance, elasticity())},
                      {"low", at(distance, table.lower[term])},
                      {"high", at(distance, table.upper[term])}});
    }
    return rows;
  }

 private:
  GravityModel const& model_;
  double mean_size_ = 0, mean_logarithm_ = 0;
};

Json logarithmic(std::string const& field, std::string const& title) {
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"scale", {{"type", "log"}, {"nice", false}, {"padding", 6}}},
          {"axis", {{"tickCount", 5}, {"format", "~s"}, {"labelOverlap", "greedy"}}}};
}

std::string finding(InteractionFigures const& study, GravityModel const* model) {
  if (model == nullptr) return "No gravity regression has a result";
  for (DependenceTest const& test : study.results.tests) {
    if (test.test != model->name()) continue;
    if (!is_significant(test, study.options)) {
      return fmt::format("No effect of distance on shipments can be shown: {}",
                         p_value_text(std::isnan(test.adjusted) ? test.p : test.adjusted));
    }
    return fmt::format("With 1 % more distance {} % {} is shipped", short_number(std::abs(test.estimate)),
                       test.estimate < 0 ? "less" : "more");
  }
  return "Shipments over distance";
}

}  // namespace

Figure gravity_figure(InteractionFigures const& study) {
  GravityModel const* const model = shown_model(study.results.gravity);
  ShipmentTotals const& totals = study.results.totals();
  std::vector<double> const& distances = study.inputs.distances;
  std::optional<ModelLine> line;
  if (model != nullptr) line.emplace(*model, distances);
  std::vector<GravityPoint> points;
  std::size_t zeros = 0;
  for (Index r = 0; r < totals.regions; ++r) {
    for (Index s = 0; s < totals.regions; ++s) {
      auto const k = position(r * totals.regions + s);
      if (r == s) continue;
      if (!(totals.flows[k] > 0)) {
        ++zeros;
        continue;
      }
      // A flow above zero has an expected one in every fit with effects; without products a region has none.
      if (model != nullptr && std::isnan(model->fit.expected[k])) continue;
      points.push_back({r, s, distances[k], totals.flows[k],
                        line ? line->adjusted(k, totals.flows[k], distances[k]) : totals.flows[k]});
    }
  }
  std::stable_sort(points.begin(), points.end(),
                   [](GravityPoint const& a, GravityPoint const& b) { return a.distance < b.distance; });
  ReportTable table{.name = "gravity",
                    .caption = "Shipments and distance",
                    .columns = {"From", "To", "Distance", "Shipments", "At mean size"},
                    .digits = 4};
  if (model != nullptr) table.file = "gravity_flows.csv";
  Json values = Json::array();
  std::vector<std::size_t> const shown = evenly_spaced(points.size(), most_points);
  for (std::size_t const place : shown) {
    GravityPoint const& point = points[place];
    std::string const from = study.label(point.origin), to = study.label(point.destination);
    table.rows.push_back({from, to, point.distance, point.flow, point.adjusted});
    values.push_back({{"distance", point.distance},
                      {"adjusted", point.adjusted},
                      {"pair", fmt::format("{} to {}", from, to)},
                      {"flow", short_number(point.flow)}});
  }
  Figure figure{.name = "gravity",
                .title = finding(study, model),
                .description =
                    "Points: shipments from one region to another over their distance, both on logarithmic "
                    "axes; line: the gravity regression.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table)};
  if (model != nullptr) {
    figure.note = fmt::format(
        "What each region would ship to each other if all had the mean size: the differences that {} of origin and "
        "destination explain are taken out. Line: {}; band: {} % interval of its slope.",
        name(model->sizes), model->name(), short_number(100 * study.options.confidence));
  }
  if (zeros > 0) {
    figure.note += fmt::format(" {} of zero cannot be drawn.", counted(static_cast<Index>(zeros), "flow", "flows"));
  }
  if (shown.size() < points.size()) {
    figure.note +=
        fmt::format(" The figure shows {} of {} flows, evenly spaced by distance.", shown.size(), points.size());
  }
  std::string const shipments = model != nullptr ? "Shipments at mean size" : "Shipments";
  Json const x = logarithmic("distance", with_unit("Distance", study.inputs.distance_unit));
  auto const y = [&](char const* field) { return logarithmic(field, with_unit(shipments, study.inputs.unit)); };
  Json layers = Json::array();
  layers.push_back(
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 35}, {"opacity", 0.6}, {"color", plain_colour}}},
       {"encoding",
        {{"x", x},
         {"y", y("adjusted")},
         {"tooltip", tooltip({{"pair", "Shipments"}, {"distance", "Distance"}, {"flow", "Volume"}})}}}});
  if (line && !points.empty()) {
    Json const rows = line->rows(points.front().distance, points.back().distance);
    layers.push_back({{"data", {{"values", rows}}},
                      {"mark", {{"type", "area"}, {"opacity", 0.2}, {"color", line_colour}}},
                      {"encoding", {{"x", x}, {"y", y("low")}, {"y2", {{"field", "high"}}}}}});
    layers.push_back({{"data", {{"values", rows}}},
                      {"mark", {{"type", "line"}, {"color", line_colour}}},
                      {"encoding", {{"x", x}, {"y", y("line")}}}});
  }
  figure.specification.update({{"width", figure_width}, {"height", 340}, {"layer", std::move(layers)}});
  return figure;
}

}  // namespace regio::study
