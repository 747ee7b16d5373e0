#include <algorithm>
#include <cmath>

#include "study/figures/history_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_years = 6;
constexpr std::size_t most_names = 15;
/// A band is drawn through this many points; its edges follow a smooth step.
constexpr int band_points = 20;
/// Share of the distance between two years that a node takes on each side.
constexpr double node_share = 0.03;

/// Regions that go from one cluster to another between two shown years.
struct Band {
  std::size_t step = 0;  ///< from shown year `step` to the next
  Index from = 0, to = 0;
  std::vector<std::size_t> regions;
  double start = 0, end = 0;  ///< upper edge at the first and at the second year
};

/// Stacks the clusters of one year from top to bottom with gaps between; result[c] is the upper edge.
std::vector<double> stack(std::vector<double> const& sizes, double gap) {
  std::vector<double> edges(sizes.size());
  double edge = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    edges[c] = edge;
    edge += sizes[c] + gap;
  }
  return edges;
}

std::string names_of(std::vector<std::size_t> const& regions, ClusterHistory const& history,
                     FigureContext const& context) {
  std::vector<std::string> names;
  for (std::size_t const region : regions) {
    if (names.size() == most_names) break;
    names.push_back(context.label(history.regions[region]));
  }
  std::string text = names.empty() ? "" : names[0];
  for (std::size_t i = 1; i < names.size(); ++i) text += ", " + names[i];
  return regions.size() > names.size() ? text + " and " + std::to_string(regions.size() - names.size()) + " more"
                                       : text;
}

struct Flow {
  std::vector<std::size_t> shown;          ///< positions of the years
  std::vector<std::vector<double>> sizes;  ///< [shown year][cluster]
  std::vector<std::vector<double>> edges;  ///< [shown year][cluster]
  std::vector<Band> bands;
};

Flow lay_out(ClusterHistory const& history) {
  Flow flow{.shown = evenly_spaced(history.years.size(), most_years)};
  auto const clusters = static_cast<std::size_t>(history.clusters);
  double const gap = 0.02 * static_cast<double>(history.regions.size());
  for (std::size_t const y : flow.shown) {
    std::vector<double> sizes(clusters, 0.0);
    for (std::int32_t const cluster : history.year(static_cast<Index>(y))) {
      if (cluster >= 0) ++sizes[static_cast<std::size_t>(cluster)];
    }
    flow.edges.push_back(stack(sizes, gap));
    flow.sizes.push_back(std::move(sizes));
  }
  for (std::size_t step = 0; step + 1 < flow.shown.size(); ++step) {
    std::vector<Band> table(clusters * clusters);
    auto const before = history.year(static_cast<Index>(flow.shown[step]));
    auto const after = history.year(static_cast<Index>(flow.shown[step + 1]));
    for (std::size_t r = 0; r < history.regions.size(); ++r) {
      std::int32_t const from = before[static_cast<Index>(r)], to = after[static_cast<Index>(r)];
      if (from < 0 || to < 0) continue;
      Band& band = table[static_cast<std::size_t>(from) * clusters + static_cast<std::size_t>(to)];
      band.step = step;
      band.from = from;
      band.to = to;
      band.regions.push_back(r);
    }
    // Bands leave a cluster in the order of where they go, and reach one in the order of where they come from.
    std::vector<double> leaving = flow.edges[step], arriving = flow.edges[step + 1];
    for (Band& band : table) {
      if (band.regions.empty()) continue;
      band.start = leaving[static_cast<std::size_t>(band.from)];
      band.end = arriving[static_cast<std::size_t>(band.to)];
      leaving[static_cast<std::size_t>(band.from)] += static_cast<double>(band.regions.size());
      arriving[static_cast<std::size_t>(band.to)] += static_cast<double>(band.regions.size());
      flow.bands.push_back(std::move(band));
    }
  }
  return flow;
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

std::string flow_sentence(ClusterHistory const& history) {
  auto const first = history.year(0), last = history.year(static_cast<Index>(history.years.size()) - 1);
  Index stayed = 0, both = 0;
  for (Index r = 0; r < first.size(); ++r) {
    if (first[r] < 0 || last[r] < 0) continue;
    ++both;
    stayed += first[r] == last[r] ? 1 : 0;
  }
  return std::to_string(stayed) + " of " + std::to_string(both) + " regions stand in " +
         std::to_string(history.years.back()) + " where they stood in " + std::to_string(history.years.front());
}

}  // namespace

Figure flow_figure(ClusterHistory const& history, GroupName const& group, FigureContext const& context) {
  Flow const flow = lay_out(history);
  auto const year_of = [&](std::size_t step) { return history.years[flow.shown[step]]; };
  ReportTable table{.name = group.name("flow"),
                    .caption = group.headline("who goes where"),
                    .columns = {"From year", "To year", "From cluster", "To cluster", "Number of regions", "Regions"}};
  Json points = Json::array(), bands = Json::array(), nodes = Json::array(), ticks = Json::array();
  for (std::size_t id = 0; id < flow.bands.size(); ++id) {
    Band const& band = flow.bands[id];
    double const from = year_of(band.step), to = year_of(band.step + 1);
    double const size = static_cast<double>(band.regions.size());
    std::string const names = names_of(band.regions, history, context);
    std::string const years = std::to_string(year_of(band.step)) + " to " + std::to_string(year_of(band.step + 1));
    bands.push_back({{"band", id},
                     {"from", band.from + 1},
                     {"to", band.to + 1},
                     {"years", years},
                     {"count", band.regions.size()},
                     {"regions", names}});
    table.rows.push_back({std::to_string(year_of(band.step)), std::to_string(year_of(band.step + 1)),
                          cluster_name(static_cast<std::int32_t>(band.from)),
                          cluster_name(static_cast<std::int32_t>(band.to)), size, names});
    for (int p = 0; p < band_points; ++p) {
      double const share = static_cast<double>(p) / (band_points - 1);
      double const smooth = share * share * (3 - 2 * share);
      double const edge = band.start + (band.end - band.start) * smooth;
      points.push_back({{"band", id},
                        {"cluster", band.from + 1},
                        {"year", rounded(from + (to - from) * (node_share + share * (1 - 2 * node_share)))},
                        {"upper", rounded(edge)},
                        {"lower", rounded(edge + size)}});
    }
  }
  for (std::size_t step = 0; step < flow.shown.size(); ++step) {
    ticks.push_back(year_of(step));
    for (std::size_t c = 0; c < flow.sizes[step].size(); ++c) {
      if (flow.sizes[step][c] == 0) continue;
      nodes.push_back({{"year", year_of(step)},
                       {"cluster", c + 1},
                       {"count", flow.sizes[step][c]},
                       {"upper", rounded(flow.edges[step][c])},
                       {"lower", rounded(flow.edges[step][c] + flow.sizes[step][c])}});
    }
  }
  Figure figure{.name = group.name("flow"),
                .title = group.headline(flow_sentence(history)),
                .description =
                    "Transition flow: bands between the clusters of selected years; the width of a band is the "
                    "number of regions that go from one cluster to another.",
                .source = context.source,
                .specification = vega_lite(std::move(points)),
                .data = std::move(table),
                .note =
                    "The height of a bar is the number of regions in the cluster; a band has the colour of the cluster "
                    "that it leaves."};
  if (flow.shown.size() < history.years.size()) {
    figure.note +=
        " " + std::to_string(flow.shown.size()) + " of " + std::to_string(history.years.size()) + " years are shown.";
  }
  double const span = history.years.back() - history.years.front(), margin = std::max(0.02 * span, 0.1);
  Json const x_scale = {
      {"domain", {history.years.front() - margin, history.years.back() + margin}}, {"nice", false}, {"zero", false}};
  Json const x_axis = {{"values", ticks}, {"format", "d"},  {"title", nullptr},
                       {"grid", false},   {"ticks", false}, {"domain", false}};
  Json const y = {
      {"field", "upper"}, {"type", "quantitative"}, {"axis", nullptr}, {"scale", {{"reverse", true}, {"nice", false}}}};
  Json const x = {{"field", "year"}, {"type", "quantitative"}, {"scale", x_scale}, {"axis", x_axis}};
  Json const tooltip = {{{"field", "years"}, {"title", "Years"}},
                        {{"field", "from"}, {"title", "From cluster"}},
                        {{"field", "to"}, {"title", "To cluster"}},
                        {{"field", "count"}, {"title", "Number"}},
                        {{"field", "regions"}, {"title", "Regions"}}};
  figure.specification.update({{"width", figure_width},
                               {"height", 340},
                               {"layer",
                                {{{"transform",
                                   {{{"lookup", "band"},
                                     {"from",
                                      {{"data", {{"values", std::move(bands)}}},
                                       {"key", "band"},
                                       {"fields", {"years", "from", "to", "count", "regions"}}}}}}},
                                  {"mark", {{"type", "area"}, {"opacity", 0.45}}},
                                  {"encoding",
                                   {{"x", x},
                                    {"y", y},
                                    {"y2", {{"field", "lower"}}},
                                    {"detail", {{"field", "band"}}},
                                    {"color", cluster_colour(history.clusters)},
                                    {"tooltip", tooltip}}}},
                                 {{"data", {{"values", std::move(nodes)}}},
                                  {"mark", {{"type", "rect"}, {"width", 10}}},
                                  {"encoding",
                                   {{"x", x},
                                    {"y", y},
                                    {"y2", {{"field", "lower"}}},
                                    {"color", cluster_colour(history.clusters)},
                                    {"tooltip",
                                     {{{"field", "year"}, {"title", "Year"}},
                                      {{"field", "cluster"}, {"title", "Cluster"}},
                                      {{"field", "count"}, {"title", "Regions"}}}}}}}}}});
  return figure;
}

}  // namespace regio::study
