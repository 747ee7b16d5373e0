#include <algorithm>

#include "study/figures/history_figures.hpp"
#include "study/figures/standing_figures.hpp"

namespace regio::study {

Figure unified_figure(ClusterStudyReport const& study, DynamicsOptions const& options, FigureContext const& context) {
  ClusterHistory history{.regions = study.indicators.regions, .years = study.indicators.years};
  for (auto const& year : study.unified) {
    history.labels.insert(history.labels.end(), year.labels.begin(), year.labels.end());
  }
  history.clusters = 1 + *std::max_element(history.labels.begin(), history.labels.end());
  DynamicsReport const dynamics = cluster_dynamics(history, options);
  Figure figure = heat_map_figure(history, dynamics, {}, context);
  figure.name = figure.data.name = "unified";
  figure.title = "Clusters over all groups: " + stability_sentence(dynamics);
  figure.description = "Heat map of the unified cluster of each region in each year.";
  figure.data.caption = "Unified cluster of each region in each year";
  figure.data.file = "unified.csv";
  figure.note += " Regions stand together when most groups put them together.";
  return figure;
}

}  // namespace regio::study
