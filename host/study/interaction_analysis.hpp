/// Everything that a study of interaction computes, from its inputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <regio/bootstrap_index.hpp>
#include <regio/dependence.hpp>
#include <regio/interaction_index.hpp>
#include <regio/regional_structure.hpp>
#include <regio/regression.hpp>
#include <regio/traded_industries.hpp>

#include "study/gravity_analysis.hpp"
#include "study/shipment_files.hpp"

namespace regio::study {

struct InteractionStudyOptions {
  InteractionOptions index;
  StructureMeasure measure = StructureMeasure::finger_kreinin;  ///< of the test of similarity against intensity
  Index permutations = 9999;
  Index bootstrap = 0;  ///< replicates of the index and of the correlations' intervals; 0: no intervals of the index
  double confidence = 0.95;
  std::optional<MultipleTests> correction = MultipleTests::holm;
  Index top_pairs = 5, top_industries = 5;
  TradedIndustryOptions traded;
  std::optional<int> year;  ///< of what is shown for one year; the last by default
  std::uint64_t seed = 1;
  Control control = {};
};

/// What the study reads.
struct InteractionInputs {
  ShipmentsFile shipments;
  std::vector<double> product;  ///< [regions] NaN: unknown; empty: none is known
  std::optional<RegionalFacts> employment, product_by_industry;
  std::vector<double> population;                 ///< [regions]; empty: unknown
  std::vector<double> distances;                  ///< [regions, regions] NaN on the diagonal; empty: unknown
  std::string unit, product_unit, distance_unit;  ///< of the shipments, the product, the distances; empty: not told
  std::vector<std::string> notices;
};

/// One statistical statement.
struct DependenceTest {
  std::string test;  ///< "Pearson", "Mantel (Pearson)", "regression (HC3)", ...
  std::string x, y;
  Index objects = 0;
  double estimate = 0, low = 0, high = 0, p = 0;
  double adjusted = 0;  ///< p with correction for all tests of the study; NaN: none
  std::string_view objects_are = "regions";
};

/// A series of the regions that tests compare, NaN where unknown.
struct RegionSeries {
  std::string name;
  std::vector<double> values;
};

struct TradedAnalysis {
  std::vector<IndustryClass> classes;        ///< [industries of employment]
  std::optional<TradedIndustries> criteria;  ///< when they were found from employment
  TradedSector sector;
  bool has_product = false;  ///< otherwise the sector's shares in product are NaN
};

struct InteractionResults {
  InteractionReport years;                        ///< by year of the shipments
  std::size_t shown = 0;                          ///< the year that is shown
  std::optional<BootstrapIndexReport> bootstrap;  ///< of the shown year
  ShipmentTotals whole;                           ///< all years together
  std::vector<RegionPair> pairs;                  ///< of all years, the largest first
  std::vector<PairTrade> trades;                  ///< of the first pairs, as many as are shown in full
  std::vector<std::vector<RegionPair>> pairs_of_year;
  std::vector<std::vector<double>> similarity;  ///< [measure][regions, regions] of what regions ship in the shown year
  std::vector<double> intensity;                ///< [regions, regions] of the shown year
  std::vector<double> volume_of_industry;       ///< [industries] of the shown year
  std::optional<TradedAnalysis> traded;
  std::vector<GravityModel> gravity;  ///< of the shown year; empty without distances
  std::vector<RegionSeries> series;   ///< what the tests compare
  std::vector<DependenceTest> tests;
  std::vector<std::string> left_out;  ///< tests that could not be made, and why

  /// Whether the product of the traded sector is known.
  [[nodiscard]] bool has_traded_product() const { return traded && traded->has_product; }
  [[nodiscard]] InteractionIndex const& index() const { return years.interaction[shown]; }
  [[nodiscard]] ShipmentTotals const& totals() const { return years.totals[shown]; }
};

inline constexpr StructureMeasure structure_measures[] = {StructureMeasure::krugman, StructureMeasure::finger_kreinin,
                                                          StructureMeasure::cosine, StructureMeasure::bray_curtis};

/// Throws Interrupted when `options.control` asks for a stop.
InteractionResults analyse(Engine& engine, InteractionInputs const& inputs, InteractionStudyOptions const& options);

}  // namespace regio::study
