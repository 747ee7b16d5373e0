/// Figures of a study of interaction.
#pragma once

#include <string>
#include <vector>

#include "format/geojson.hpp"
#include "study/figures/vega_lite.hpp"
#include "study/interaction_analysis.hpp"

namespace regio::study {

/// What the figures draw from.
struct InteractionFigures {
  InteractionInputs const& inputs;
  InteractionResults const& results;
  InteractionStudyOptions const& options;
  std::string source;
  std::vector<format::Boundary> const& boundaries;

  [[nodiscard]] std::string label(Index region) const { return inputs.shipments.region_label(region); }
  /// " in 2021"; "" when the shipments are of no year.
  [[nodiscard]] std::string in_year() const;
  /// Who has the first rank of the index, as a sentence without its full stop.
  [[nodiscard]] std::string strongest() const;
  [[nodiscard]] std::string industry(Index i) const { return inputs.shipments.industry_label(i); }
};

/// Positions by value, the largest first, equal ones as they stand, NaN last.
std::vector<Index> largest_first(std::vector<double> const& values);
/// "Shipments, million USD"; "Shipments" when no unit is known.
std::string with_unit(std::string const& name, std::string const& unit);

/// What each region ships to others and receives from them.
Figure shipments_figure(InteractionFigures const& study);
/// The product of each region; some are known.
Figure product_figure(InteractionFigures const& study);
/// Regions by S, one bar each, a part for each component.
Figure index_figure(InteractionFigures const& study);
/// Components beside those of the other regions: each as its rank.
Figure profile_figure(InteractionFigures const& study);
/// S through the years, the first regions in colour.
Figure years_figure(InteractionFigures const& study);
/// Who ships how much to whom in all years.
Figure flows_figure(InteractionFigures const& study);
/// How alike what regions ship is, alike ones side by side.
Figure similarity_figure(InteractionFigures const& study);
/// The product groups by volume.
Figure groups_figure(InteractionFigures const& study);
/// One series of the regions over another, with line and band.
Figure scatter_figure(InteractionFigures const& study, RegionSeries const& x, RegionSeries const& y);
/// The largest flows on a map of the regions; only where a region has a boundary.
Figure flow_map_figure(InteractionFigures const& study);
/// Flows over distance, both logarithmic, sizes of the regions taken out, with the gravity regression.
Figure gravity_figure(InteractionFigures const& study);
/// Share of the traded sector in employment and product, by region.
Figure traded_shares_figure(InteractionFigures const& study);
/// Share of the traded sector in employment, over the number of traded industries.
Figure traded_figure(InteractionFigures const& study);
/// Share of the traded sector in product over that in employment, by region.
Figure productivity_figure(InteractionFigures const& study);
/// The traded industries by employment.
Figure traded_industries_figure(InteractionFigures const& study);

}  // namespace regio::study
