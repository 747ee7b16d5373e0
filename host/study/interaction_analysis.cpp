#include "study/interaction_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include <regio/error.hpp>
#include <regio/permutation_test.hpp>

namespace regio::study {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index least_objects = 4;  ///< for a test to mean anything
/// Replicates of the correlations' intervals.
constexpr Index interval_replicates = 9999;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::string title_of(CorrelationMethod method) {
  switch (method) {
    case CorrelationMethod::pearson: return "Pearson";
    case CorrelationMethod::spearman: return "Spearman";
    case CorrelationMethod::kendall: return "Kendall";
  }
  return "";
}

/// The objects that have both series.
struct Complete {
  std::vector<double> x, y;
};

Complete complete(std::vector<double> const& x, std::vector<double> const& y) {
  Complete result;
  for (std::size_t r = 0; r < x.size(); ++r) {
    if (std::isnan(x[r]) || std::isnan(y[r])) continue;
    result.x.push_back(x[r]);
    result.y.push_back(y[r]);
  }
  return result;
}

class Analysis {
 public:
  Analysis(Engine& engine, InteractionInputs const& inputs, InteractionStudyOptions const& options)
      : engine_(engine), inputs_(inputs), options_(options), file_(inputs.shipments) {}

  InteractionResults run() {
    index_of_years();
    pairs();
    structure();
    traded();
    series();
    mantel();
    dependence();
    gravity();
    correct();
    return std::move(results_);
  }

 private:
  void stop_if_asked() const {
    if (options_.control.stop.stop_requested()) throw Interrupted("interrupted");
  }

  [[nodiscard]] InteractionProblem problem(ShipmentsOfYear const& year) const {
    return {.shipments = file_.shipments(year), .traded = file_.traded};
  }

  void index_of_years() {
    std::vector<InteractionProblem> problems;
    for (ShipmentsOfYear const& year : file_.years) problems.push_back(problem(year));
    results_.years = interaction_index(engine_, index_options(), problems);
    results_.shown = file_.years.size() - 1;
    for (std::size_t y = 0; y < file_.years.size(); ++y) {
      if (options_.year && file_.years[y].year == *options_.year) results_.shown = y;
    }
    stop_if_asked();
    if (options_.bootstrap == 0) return;
    results_.bootstrap = bootstrap_index(engine_,
                                         {.index = index_options(),
                                          .replicates = options_.bootstrap,
                                          .confidence = options_.confidence,
                                          .seed = options_.seed},
                                         {problems[results_.shown]});
    stop_if_asked();
  }

  [[nodiscard]] InteractionOptions index_options() const {
    InteractionOptions options = options_.index;
    options.control = options_.control;
    return options;
  }

  void pairs() {
    ShipmentsOfYear const all = file_.all_years();
    InteractionReport whole = interaction_index(engine_, index_options(), {problem(all)});
    results_.whole = std::move(whole.totals[0]);
    results_.pairs = region_pairs(results_.whole.flow_matrix());
    for (ShipmentTotals const& totals : results_.years.totals) {
      results_.pairs_of_year.push_back(region_pairs(totals.flow_matrix()));
    }
    std::vector<RegionPair> first = results_.pairs;
    first.resize(std::min(first.size(), position(options_.top_pairs)));
    results_.trades = pair_trades(file_.shipments(all), first);
  }

  void structure() {
    ShipmentTotals const& totals = results_.totals();
    MatrixView<double const> const shipped(totals.out_by_industry.data(), totals.regions, totals.industries);
    for (StructureMeasure const measure : structure_measures) {
      results_.similarity.push_back(structure_of_pairs(measure, shipped));
    }
    results_.intensity = interaction_intensity(totals.flow_matrix());
    results_.volume_of_industry.assign(position(totals.industries), 0.0);
    for (Index r = 0; r < totals.regions; ++r) {
      for (Index i = 0; i < totals.industries; ++i) results_.volume_of_industry[position(i)] += shipped(r, i);
    }
  }

  void traded() {
    if (!inputs_.employment) return;
    TradedAnalysis analysis;
    RegionalFacts const& employment = *inputs_.employment;
    // What the industries file says holds where it knows the industries of the employment.
    std::vector<std::string> const& industries = employment.industries.codes();
    bool const is_told = !file_.classes.empty() &&
                         std::all_of(industries.begin(), industries.end(),
                                     [&](std::string const& code) { return file_.industries.find(code).has_value(); });
    if (is_told) {
      for (std::string const& code : industries) {
        analysis.classes.push_back(file_.classes[position(*file_.industries.find(code))]);
      }
    } else {
      analysis.criteria = traded_industries(employment.table(), inputs_.population, options_.traded);
      analysis.classes = analysis.criteria->industry;
    }
    std::vector<std::uint8_t> is_traded;
    for (IndustryClass const industry : analysis.classes) {
      is_traded.push_back(industry == IndustryClass::traded ? 1 : 0);
    }
    analysis.has_product = inputs_.product_by_industry.has_value();
    analysis.sector =
        traded_sector(is_traded, employment.table(),
                      analysis.has_product ? inputs_.product_by_industry->table() : MatrixView<double const>());
    results_.traded = std::move(analysis);
  }

  void series() {
    InteractionIndex const& index = results_.index();
    results_.series = {{"S", index.index}, {"R", index.links}, {"V", index.volume}};
    if (!inputs_.product.empty()) results_.series.push_back({"product", inputs_.product});
    if (results_.traded) {
      std::vector<Index> const& counts = results_.traded->sector.industries;
      results_.series.push_back({"traded industries", {counts.begin(), counts.end()}});
    } else {
      results_.series.push_back({"industries shipped", index.industries});
    }
  }

  [[nodiscard]] RegionSeries const* series_of(std::string const& name) const {
    auto const found = std::find_if(results_.series.begin(), results_.series.end(),
                                    [&](RegionSeries const& series) { return series.name == name; });
    return found == results_.series.end() ? nullptr : &*found;
  }

  /// Whether regions alike in what they ship interact more than others.
  void mantel() {
    std::vector<Index> regions;
    ShipmentTotals const& totals = results_.totals();
    for (Index r = 0; r < totals.regions; ++r) {
      if (totals.deliveries_out[position(r)] > 0 && totals.deliveries_in[position(r)] > 0) regions.push_back(r);
    }
    auto const n = static_cast<Index>(regions.size());
    std::string const x = "similarity (" + std::string(name(options_.measure)) + ")";
    if (n < least_objects) {
      results_.left_out.push_back("Mantel test of " + x + " and intensity: fewer than " +
                                  std::to_string(least_objects) + " regions both ship and receive.");
      return;
    }
    auto const measure = std::find(std::begin(structure_measures), std::end(structure_measures), options_.measure) -
                         std::begin(structure_measures);
    std::vector<double> similarity, intensity;
    for (Index const r : regions) {
      for (Index const s : regions) {
        double const value = results_.similarity[position(measure)][position(r * totals.regions + s)];
        similarity.push_back(value);
        intensity.push_back(r == s ? 0.0 : results_.intensity[position(r * totals.regions + s)]);
      }
    }
    if (std::any_of(intensity.begin(), intensity.end(), [](double value) { return std::isnan(value); })) {
      results_.left_out.push_back("Mantel test: the intensity of a pair is not defined.");
      return;
    }
    for (CorrelationMethod const method : {CorrelationMethod::pearson, CorrelationMethod::spearman}) {
      PermutationReport const report = permutation_test(
          engine_, {.permutations = options_.permutations, .seed = options_.seed, .control = options_.control},
          {{.first_matrix = {similarity.data(), n, n}, .second_matrix = {intensity.data(), n, n}, .method = method}});
      stop_if_asked();
      if (report.outcome[0] != Outcome::converged) {
        results_.left_out.push_back("Mantel test (" + title_of(method) + "): one of the matrices does not vary.");
        continue;
      }
      results_.tests.push_back({"Mantel (" + title_of(method) + ")", x, "intensity", n, report.estimate[0], no_number,
                                no_number, report.p_value[0], no_number});
    }
  }

  void dependence() {
    bool const has_industries = results_.traded.has_value();
    std::string const industries = has_industries ? "traded industries" : "industries shipped";
    if (inputs_.product.empty()) {
      results_.left_out.emplace_back(
          "Dependence of S, R and V on the product: no file gives the product of the regions.");
    } else {
      for (char const* y : {"S", "R", "V"}) compare("product", y);
    }
    for (char const* y : {"R", "V"}) compare(industries, y);
    if (!has_industries) {
      results_.left_out.emplace_back(
          "Dependence on the number of traded industries in a region: no file gives employment; the number of "
          "industries that it ships stands in its place.");
    }
  }

  void compare(std::string const& x, std::string const& y) {
    Complete const both = complete(series_of(x)->values, series_of(y)->values);
    auto const n = static_cast<Index>(both.x.size());
    if (n < least_objects) {
      results_.left_out.push_back("Dependence of " + y + " on " + x + ": " + std::to_string(n) + " regions have both.");
      return;
    }
    for (auto const& [name, values] : {std::pair(y, &both.y), std::pair(x, &both.x)}) {
      if (std::adjacent_find(values->begin(), values->end(), std::not_equal_to<>()) != values->end()) continue;
      results_.left_out.push_back(
          fmt::format("Dependence of {} on {}: {} is the same in all regions that have both.", y, x, name));
      return;
    }
    std::vector<CorrelationProblem> problems;
    for (CorrelationMethod const method :
         {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
      problems.push_back({.first = both.x, .second = both.y, .method = method});
    }
    CorrelationReport const report = correlations(engine_,
                                                  {.confidence = options_.confidence,
                                                   .replicates = interval_replicates,
                                                   .seed = options_.seed,
                                                   .control = options_.control},
                                                  problems);
    stop_if_asked();
    for (std::size_t m = 0; m < problems.size(); ++m) {
      if (report.outcome[m] != Outcome::converged) {
        results_.left_out.push_back(fmt::format("{}'s correlation of {} and {}: {}.", title_of(problems[m].method), y,
                                                x, name(report.outcome[m])));
        continue;
      }
      results_.tests.push_back({title_of(problems[m].method), x, y, n, report.estimate[m], report.lower[m],
                                report.upper[m], report.p_value[m], no_number});
    }
    Regression const line = linear_regressions(engine_, {.confidence = options_.confidence},
                                               {{.response = both.y, .regressors = {both.x.data(), n, 1}}})[0];
    if (line.outcome != Outcome::converged) {
      results_.left_out.push_back(fmt::format("Regression of {} on {}: {}.", y, x, name(line.outcome)));
      return;
    }
    results_.tests.push_back({"regression, slope (HC3)", x, y, n, line.coefficients.estimate[1],
                              line.coefficients.lower[1], line.coefficients.upper[1], line.coefficients.p_value[1],
                              no_number});
  }

  /// What distance does to the flows of the shown year.
  void gravity() {
    if (inputs_.distances.empty()) {
      results_.left_out.emplace_back("Gravity regression of shipments on distance: no file gives the distances.");
      return;
    }
    results_.gravity = gravity_models(engine_, results_.totals().flow_matrix(), inputs_.distances, inputs_.product,
                                      options_.confidence, options_.control);
    stop_if_asked();
    for (GravityModel const& model : results_.gravity) {
      if (model.fit.outcome != Outcome::converged) {
        results_.left_out.push_back(fmt::format("No coefficients from {}: {}.", model.name(), model.reason()));
        continue;
      }
      CoefficientTable const& table = model.fit.coefficients;
      std::size_t const term = model.distance_term();
      results_.tests.push_back({model.name(), model.terms[term], "shipments", model.fit.observations,
                                table.estimate[term], table.lower[term], table.upper[term], table.p_value[term],
                                no_number, "flows"});
    }
    if (inputs_.product.empty()) {
      results_.left_out.emplace_back(
          "Gravity regressions with the products of the regions in the place of effects: no file gives the product.");
    }
  }

  void correct() {
    if (!options_.correction) return;
    std::vector<double> p;
    for (DependenceTest const& test : results_.tests) p.push_back(test.p);
    std::vector<double> const adjusted = adjusted_p_values(p, *options_.correction);
    for (std::size_t t = 0; t < adjusted.size(); ++t) results_.tests[t].adjusted = adjusted[t];
  }

  Engine& engine_;
  InteractionInputs const& inputs_;
  InteractionStudyOptions const& options_;
  ShipmentsFile const& file_;
  InteractionResults results_;
};

}  // namespace

InteractionResults analyse(Engine& engine, InteractionInputs const& inputs, InteractionStudyOptions const& options) {
  return Analysis(engine, inputs, options).run();
}

}  // namespace regio::study
