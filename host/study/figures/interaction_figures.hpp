/// Figures of a study of interaction.
#pragma once

#include <string>
#include <vector>

#include "study/figures/vega_lite.hpp"
#include "study/interaction_analysis.hpp"

namespace regio::study {

/// What the figures draw from.
struct InteractionFigures {
  InteractionInputs const& inputs;
  InteractionResults const& results;
  InteractionStudyOptions const& options;
  std::string source;

  [[nodiscard]] std::string label(Index region) const { return inputs.shipments.region_label(region); }
  [[nodiscard]] std::string industry(Index i) const { return inputs.shipments.industry_label(i); }
};

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
/// Share of the traded sector in employment and product, over the number of traded industries.
Figure traded_figure(InteractionFigures const& study);

}  // namespace regio::study
