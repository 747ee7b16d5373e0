#include "study/interaction_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "format/year_ranges.hpp"
#include "study/distance_file.hpp"
#include "study/interaction_report.hpp"
#include "study/interaction_results.hpp"
#include "study/study_keys.hpp"
#include "study/study_run.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;
using format::StudyDocument;

constexpr std::array links = {Word{"outgoing", InteractionLinks::outgoing},
                              Word{"incoming", InteractionLinks::incoming}, Word{"either", InteractionLinks::either}};
constexpr std::array aggregations = {Word{"sum", InteractionAggregation::sum},
                                     Word{"product", InteractionAggregation::product},
                                     Word{"z-score", InteractionAggregation::z_score}};
constexpr std::array measures = {Word{"finger-kreinin", StructureMeasure::finger_kreinin},
                                 Word{"cosine", StructureMeasure::cosine}, Word{"krugman", StructureMeasure::krugman},
                                 Word{"bray-curtis", StructureMeasure::bray_curtis}};
constexpr std::array corrections = {Word{"holm", std::optional(MultipleTests::holm)},
                                    Word{"bonferroni", std::optional(MultipleTests::bonferroni)},
                                    Word{"benjamini-hochberg", std::optional(MultipleTests::benjamini_hochberg)},
                                    Word{"benjamini-yekutieli", std::optional(MultipleTests::benjamini_yekutieli)},
                                    Word{"none", std::optional<MultipleTests>()}};
constexpr double most_draws = 1e9;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// A fact of the regions summed over the parts of merged ones; NaN where a part has none; empty without the column.
std::vector<double> fact_of_regions(RegionsFile const& regions, std::string const& fact,
                                    std::vector<std::int32_t> const& merged, Index count) {
  auto const found = std::find(regions.facts.begin(), regions.facts.end(), fact);
  if (found == regions.facts.end()) return {};
  std::vector<double> const& values = regions.values[position(found - regions.facts.begin())];
  if (merged.empty()) return values;
  std::vector<double> sums(position(count), 0.0);
  for (std::size_t r = 0; r < values.size(); ++r) sums[position(merged[r])] += values[r];
  return sums;
}

InteractionInputs read_inputs(StudyRun& run, StudyDocument const& document, InteractionStudyOptions const& options) {
  Findings findings;
  InteractionInputs inputs;
  std::optional<RegionsFile> regions;
  std::optional<IndustriesFile> industries;
  auto const shipments = run.input("shipments");
  if (auto const path = run.input("regions"); !path.empty()) regions = read_regions(path, findings);
  if (auto const path = run.input("industries"); !path.empty()) industries = read_industries(path, findings);
  findings.throw_if_any();
  inputs.shipments =
      read_shipments(shipments, regions ? &*regions : nullptr, industries ? &*industries : nullptr, findings);
  findings.throw_if_any();
  ShipmentsFile& file = inputs.shipments;
  if (options.year && std::none_of(file.years.begin(), file.years.end(),
                                   [&](ShipmentsOfYear const& year) { return year.year == *options.year; })) {
    std::vector<int> years;
    for (ShipmentsOfYear const& year : file.years) years.push_back(year.year);
    throw InputError(
        {document.problem("interaction", "year",
                          file.has_years ? fmt::format("a year of the shipments ({})", format::year_ranges(years))
                                         : std::string("no year: the shipments have no column year"))});
  }
  RegionCodes const old_regions = file.regions;
  std::vector<std::int32_t> merged;
  if (auto const path = run.input("merge"); !path.empty()) merged = merge_regions(path, file, findings);
  findings.throw_if_any();
  int const year = options.year.value_or(file.years.back().year);
  auto const facts = [&](char const* key, RegionCodes const* known) -> std::optional<RegionalFacts> {
    auto const path = run.input(key);
    if (path.empty()) return std::nullopt;
    return read_regional_facts(path, old_regions, merged, file.regions.size(), year, known, findings);
  };
  if (auto const path = run.input("distances"); !path.empty()) {
    inputs.distances = read_distances(path, file.regions, findings);
  }
  inputs.employment = facts("employment", nullptr);
  inputs.product_by_industry =
      facts("product_by_industry", inputs.employment ? &inputs.employment->industries : nullptr);
  findings.throw_if_any();
  if (regions) {
    inputs.product = fact_of_regions(*regions, "product", merged, file.regions.size());
    std::vector<double> const population = fact_of_regions(*regions, "population", merged, file.regions.size());
    bool const complete = std::all_of(population.begin(), population.end(), [](double p) { return p > 0; });
    if (complete) inputs.population = population;
    std::vector<std::string> unused;
    for (std::string const& fact : regions->facts) {
      if (fact != "product" && fact != "population") unused.push_back(fact);
    }
    inputs.notices = unused_columns_notice(*regions, unused);
  }
  if (options.traded.population_correlation < 1 && inputs.population.empty()) {
    throw InputError({document.problem("traded", "population_correlation",
                                       "1, or a regions file with the population of every region")});
  }
  auto const unit = [&](char const* key) {
    return document.has("interaction", key) ? document.text("interaction", key) : std::string();
  };
  inputs.unit = unit("unit");
  inputs.product_unit = unit("product_unit");
  inputs.distance_unit = unit("distance_unit");
  if (inputs.product_by_industry && !inputs.employment) {
    inputs.notices.emplace_back(
        "The product by industry is not used: without employment no industry is known as traded.");
  }
  inputs.notices.insert(inputs.notices.end(), file.notices.begin(), file.notices.end());
  return inputs;
}

InteractionStudyOptions study_options(StudyDocument const& document, std::uint64_t seed) {
  InteractionStudyOptions options;
  options.index.links = value_of(links, document.text("interaction", "links"));
  options.index.link_threshold = document.number("interaction", "link_threshold");
  options.index.aggregation = value_of(aggregations, document.text("interaction", "aggregation"));
  constexpr std::array keys = {"weight_industries", "weight_supplies", "weight_volume", "weight_links"};
  for (std::size_t c = 0; c < keys.size(); ++c) options.index.weights[c] = document.number("interaction", keys[c]);
  if (std::all_of(options.index.weights.begin(), options.index.weights.end(), [](double w) { return w == 0; })) {
    throw InputError({document.problem("interaction", keys[0], "one weight at least that is not 0")});
  }
  options.measure = value_of(measures, document.text("interaction", "similarity"));
  options.permutations = document.integer("interaction", "permutations");
  options.bootstrap = document.integer("interaction", "bootstrap");
  options.confidence = document.number("interaction", "confidence");
  options.correction = value_of(corrections, document.text("interaction", "correction"));
  options.top_pairs = document.integer("interaction", "top_pairs");
  options.top_industries = document.integer("interaction", "top_industries");
  if (document.has("interaction", "year")) {
    options.year = static_cast<int>(document.integer("interaction", "year"));
  }
  options.traded.specialised_share = document.number("traded", "specialised_share");
  options.traded.specialised_quotient = document.number("traded", "specialised_quotient");
  options.traded.leading_quotient = document.number("traded", "leading_quotient");
  options.traded.leading_regions = document.integer("traded", "leading_regions");
  options.traded.gini = document.number("traded", "gini");
  options.traded.population_correlation = document.number("traded", "population_correlation");
  options.seed = seed;
  return options;
}

Json index_json(InteractionInputs const& inputs, InteractionResults const& results) {
  Json regions = Json::array();
  InteractionIndex const& index = results.index();
  auto const number = [](double value) { return std::isnan(value) ? Json(nullptr) : Json(value); };
  for (Index r = 0; r < inputs.shipments.regions.size(); ++r) {
    auto const k = position(r);
    regions.push_back({{"region", inputs.shipments.regions.codes()[k]},
                       {"Q", number(index.industries[k])},
                       {"A", number(index.supplies[k])},
                       {"V", number(index.volume[k])},
                       {"R", number(index.links[k])},
                       {"S", number(index.index[k])},
                       {"rank", index.rank[k] == 0 ? Json(nullptr) : Json(index.rank[k])}});
  }
  return regions;
}

Json tests_json(InteractionResults const& results, InteractionStudyOptions const& options) {
  Json tests = Json::array();
  auto const number = [](double value) { return std::isnan(value) ? Json(nullptr) : Json(value); };
  for (DependenceTest const& test : results.tests) {
    tests.push_back({{"test", test.test},
                     {"x", test.x},
                     {"y", test.y},
                     {"n", test.objects},
                     {"estimate", number(test.estimate)},
                     {"low", number(test.low)},
                     {"high", number(test.high)},
                     {"p", number(test.p)},
                     {"adjusted_p", number(test.adjusted)},
                     {"significant", is_significant(test, options)}});
  }
  return tests;
}

}  // namespace

format::StudySchema interaction_schema() {
  InteractionStudyOptions const defaults;
  StudySchema schema = study_schema(
      "interaction", "Who ships what to whom: the index of interregional interaction, pairs, structure, dependence.",
      "Interaction of regions", "of permutations and bootstrap");

  TableKeys input(schema, "input");
  input.file("shipments", "origin,destination,industry,value[,year,use]", "shipments.csv");
  input.optional_file("industries", "industry,label[,use,traded]", "\"industries.csv\"");
  input.optional_file("regions", "region,label[,population,product]; regions without shipments count too",
                      "\"regions.csv\"");
  input.optional_file("employment", "region,industry,value[,year]", "\"employment.csv\"");
  input.optional_file("product_by_industry", "region,industry,value[,year]", "\"product.csv\"");
  input.optional_file("merge", "into,region: regions that are taken together", "\"merge.csv\"");
  input.optional_file("distances", "origin,destination,distance of every two regions, one line a pair is enough",
                      "\"distances.csv\"");
  input.optional_file("boundaries", "GeoJSON with the property region", "\"regions.geojson\"");

  TableKeys keys(schema, "interaction");
  keys.optional_text("unit", "of the shipments, for the axes of figures", "\"thousand USD\"");
  keys.optional_text("product_unit", "of the regions' product, for the axes of figures", "\"million USD\"");
  keys.optional_text("distance_unit", "of the distances, for the axes of figures", "\"km\"");
  keys.choice("links", "which regions a region interacts with", links);
  keys.number("link_threshold", "a link counts when it carries more than this share of the region's deliveries", 0, 0,
              0.999999);
  keys.choice("aggregation", "how the components become one index", aggregations);
  keys.number("weight_industries", "weight of Q", 1, -1e6, 1e6);
  keys.number("weight_supplies", "weight of A", 1, -1e6, 1e6);
  keys.number("weight_volume", "weight of V", 1, -1e6, 1e6);
  keys.number("weight_links", "weight of R", 1, -1e6, 1e6);
  keys.choice("similarity", "of what regions ship, in the test against intensity", measures);
  keys.integer("permutations", "of the Mantel test", defaults.permutations, 1, most_draws);
  keys.integer("bootstrap", "replicates for intervals of the index; 0: none", defaults.bootstrap, 0, most_draws);
  keys.number("confidence", "of intervals; 1 - it is the decision level of tests", defaults.confidence, 0.5, 0.9999);
  keys.choice("correction", "of p-values for the number of tests", corrections);
  keys.integer("top_pairs", "pairs that are shown with their industries", defaults.top_pairs, 0, 1e6);
  keys.integer("top_industries", "industries shown of each", defaults.top_industries, 1, 1e6);
  keys.optional_integer("year", "that is shown where one year is; otherwise the last", "2021", -1e5, 1e5);

  TableKeys traded(schema, "traded");
  traded.number("specialised_share", "traded: least share of employment in specialised regions",
                defaults.traded.specialised_share, 0, 1);
  traded.number("specialised_quotient", "location quotient from which on a region is specialised",
                defaults.traded.specialised_quotient, 0, 1e6);
  traded.number("leading_quotient", "traded: least mean location quotient of the leading regions",
                defaults.traded.leading_quotient, 0, 1e6);
  traded.integer("leading_regions", "how many regions lead", defaults.traded.leading_regions, 1, 1e6);
  traded.number("gini", "traded: least locational Gini coefficient", defaults.traded.gini, 0, 1);
  traded.number("population_correlation", "traded: largest correlation of employment with population; 1: any",
                defaults.traded.population_correlation, -1, 1);
  return schema;
}

RunSummary run_interaction_study(Engine& engine, StudyDocument const& document, RunSettings const& settings) {
  StudyRun run(engine, document, "interaction", settings);
  InteractionStudyOptions options = study_options(document, run.seed());
  options.control = settings.control;
  InteractionInputs inputs = read_inputs(run, document, options);
  Findings findings;
  BoundariesFile boundaries;
  if (auto const path = run.input("boundaries"); !path.empty()) {
    boundaries = read_study_boundaries(path, inputs.shipments.regions, findings);
  }
  findings.throw_if_any();
  run.open_folder();
  return run.resumable([&] {
    InteractionResults const results = analyse(engine, inputs, options);
    ReportContext context = run.report_context();
    context.region_labels = inputs.shipments.region_labels;
    context.boundaries = boundaries.boundaries;
    context.notices = inputs.notices;
    context.notices.insert(context.notices.end(), boundaries.notices.begin(), boundaries.notices.end());
    format::Report const report = interaction_report(inputs, results, options, context);
    run.write_results(interaction_tables(inputs, results, options), report);
    auto const years = static_cast<Index>(inputs.shipments.years.size());
    Json facts;
    facts["regions"] = inputs.shipments.regions.codes();
    if (inputs.shipments.has_years) {
      facts["years"] = Json::array();
      for (ShipmentsOfYear const& year : inputs.shipments.years) facts["years"].push_back(year.year);
    }
    facts["problems"] = years;
    facts["index"] = index_json(inputs, results);
    facts["tests"] = tests_json(results, options);
    facts["left_out"] = results.left_out;
    return run.finish(facts, {{"converged", years}}, context.notices, report.summary);
  });
}

}  // namespace regio::study
