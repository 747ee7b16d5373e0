#include "study/figures/flow_layout.hpp"

#include "study/figures/vega_lite.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_years = 6;
/// Free space between two clusters of a year, as a share of all regions.
constexpr double gap_share = 0.02;

std::vector<double> cluster_sizes(ClusterHistory const& history, std::size_t year) {
  std::vector<double> sizes(static_cast<std::size_t>(history.clusters), 0.0);
  for (std::int32_t const cluster : history.year(static_cast<Index>(year))) {
    if (cluster >= 0) ++sizes[static_cast<std::size_t>(cluster)];
  }
  return sizes;
}

/// Upper edges of the clusters of one year, stacked from top to bottom.
std::vector<double> stack(std::vector<double> const& sizes, double gap) {
  std::vector<double> edges(sizes.size());
  double edge = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    edges[c] = edge;
    edge += sizes[c] + gap;
  }
  return edges;
}

/// Every pair of clusters with the regions that go from the one to the other, ordered by both; most are empty.
std::vector<FlowBand> pairs_of_clusters(ClusterHistory const& history, std::vector<std::size_t> const& shown,
                                        std::size_t step) {
  auto const clusters = static_cast<std::size_t>(history.clusters);
  auto const before = history.year(static_cast<Index>(shown[step]));
  auto const after = history.year(static_cast<Index>(shown[step + 1]));
  std::vector<FlowBand> pairs(clusters * clusters);
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    pairs[pair].step = step;
    pairs[pair].from = pair / clusters;
    pairs[pair].to = pair % clusters;
  }
  for (std::size_t r = 0; r < history.regions.size(); ++r) {
    std::int32_t const from = before[static_cast<Index>(r)], to = after[static_cast<Index>(r)];
    if (from < 0 || to < 0) continue;
    pairs[static_cast<std::size_t>(from) * clusters + static_cast<std::size_t>(to)].regions.push_back(r);
  }
  return pairs;
}

}  // namespace

FlowLayout flow_layout(ClusterHistory const& history) {
  FlowLayout layout{.shown = evenly_spaced(history.years.size(), most_years)};
  double const gap = gap_share * static_cast<double>(history.regions.size());
  for (std::size_t const year : layout.shown) {
    layout.sizes.push_back(cluster_sizes(history, year));
    layout.edges.push_back(stack(layout.sizes.back(), gap));
  }
  for (std::size_t step = 0; step + 1 < layout.shown.size(); ++step) {
    // Bands leave a cluster in the order of where they go, and reach one in the order of where they come from.
    std::vector<double> leaving = layout.edges[step], arriving = layout.edges[step + 1];
    for (FlowBand& band : pairs_of_clusters(history, layout.shown, step)) {
      if (band.regions.empty()) continue;
      band.start = leaving[band.from];
      band.end = arriving[band.to];
      leaving[band.from] += static_cast<double>(band.regions.size());
      arriving[band.to] += static_cast<double>(band.regions.size());
      layout.bands.push_back(band);
    }
  }
  return layout;
}

}  // namespace regio::study
