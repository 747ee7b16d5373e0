#include <algorithm>

#include "study/figures/flow_layout.hpp"
#include "study/figures/history_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_names = 15;
/// A band is drawn through this many points; its edges follow a smooth step.
constexpr int band_points = 20;
/// Share of the distance between two years that a node takes on each side.
constexpr double node_share = 0.03;

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

/// What a figure shows of a history.
struct Flow {
  ClusterHistory const& history;
  FigureContext const& context;
  FlowLayout layout;

  [[nodiscard]] int year(std::size_t step) const { return history.years[layout.shown[step]]; }
};

ReportTable flow_table(Flow const& flow, GroupName const& group) {
  ReportTable table{.name = group.name("flow"),
                    .caption = group.headline("who goes where"),
                    .columns = {"From year", "To year", "From cluster", "To cluster", "Number of regions", "Regions"}};
  for (FlowBand const& band : flow.layout.bands) {
    table.rows.push_back({std::to_string(flow.year(band.step)), std::to_string(flow.year(band.step + 1)),
                          std::to_string(band.from + 1), std::to_string(band.to + 1),
                          static_cast<double>(band.regions.size()),
                          names_of(band.regions, flow.history, flow.context)});
  }
  return table;
}

/// Points along the edges of every band.
Json band_edges(Flow const& flow) {
  Json points = Json::array();
  for (std::size_t id = 0; id < flow.layout.bands.size(); ++id) {
    FlowBand const& band = flow.layout.bands[id];
    double const from = flow.year(band.step), to = flow.year(band.step + 1);
    for (int p = 0; p < band_points; ++p) {
      double const share = static_cast<double>(p) / (band_points - 1);
      double const smooth = share * share * (3 - 2 * share);
      double const edge = band.start + (band.end - band.start) * smooth;
      points.push_back({{"band", id},
                        {"cluster", band.from + 1},
                        {"year", thousandths(from + (to - from) * (node_share + share * (1 - 2 * node_share)))},
                        {"upper", thousandths(edge)},
                        {"lower", thousandths(edge + static_cast<double>(band.regions.size()))}});
    }
  }
  return points;
}

/// What a reader sees who points at a band.
Json band_descriptions(Flow const& flow) {
  Json bands = Json::array();
  for (std::size_t id = 0; id < flow.layout.bands.size(); ++id) {
    FlowBand const& band = flow.layout.bands[id];
    bands.push_back(
        {{"band", id},
         {"from", band.from + 1},
         {"to", band.to + 1},
         {"years", std::to_string(flow.year(band.step)) + " to " + std::to_string(flow.year(band.step + 1))},
         {"count", band.regions.size()},
         {"regions", names_of(band.regions, flow.history, flow.context)}});
  }
  return bands;
}

/// One bar for each cluster of each shown year.
Json cluster_bars(Flow const& flow) {
  Json bars = Json::array();
  for (std::size_t step = 0; step < flow.layout.shown.size(); ++step) {
    for (std::size_t c = 0; c < flow.layout.sizes[step].size(); ++c) {
      double const size = flow.layout.sizes[step][c], edge = flow.layout.edges[step][c];
      if (size == 0) continue;
      bars.push_back({{"year", flow.year(step)},
                      {"cluster", c + 1},
                      {"count", size},
                      {"upper", thousandths(edge)},
                      {"lower", thousandths(edge + size)}});
    }
  }
  return bars;
}

Json year_scale(Flow const& flow) {
  std::vector<int> const& years = flow.history.years;
  double const margin = std::max(0.02 * (years.back() - years.front()), 0.1);
  Json ticks = Json::array();
  for (std::size_t step = 0; step < flow.layout.shown.size(); ++step) ticks.push_back(flow.year(step));
  return {{"field", "year"},
          {"type", "quantitative"},
          {"scale", {{"domain", {years.front() - margin, years.back() + margin}}, {"nice", false}, {"zero", false}}},
          {"axis",
           {{"values", std::move(ticks)},
            {"format", "d"},
            {"title", nullptr},
            {"grid", false},
            {"ticks", false},
            {"domain", false}}}};
}

/// Bands and bars in one frame of years and heights.
Json flow_layers(Flow const& flow) {
  Json encoding = {{"x", year_scale(flow)}};
  encoding["y"] = {{"field", "upper"}, {"type", "quantitative"}, {"axis", nullptr}};
  encoding["y"]["scale"] = {{"reverse", true}, {"nice", false}};
  encoding["y2"] = {{"field", "lower"}};
  encoding["color"] = cluster_colour(flow.history.clusters);

  Json bars = {{"data", {{"values", cluster_bars(flow)}}}, {"mark", {{"type", "rect"}, {"width", 10}}}};
  bars["encoding"] = encoding;
  bars["encoding"]["tooltip"] = tooltip({{"year", "Year"}, {"cluster", "Cluster"}, {"count", "Regions"}});

  encoding["detail"] = {{"field", "band"}};
  encoding["tooltip"] = tooltip({{"years", "Years"},
                                 {"from", "From cluster"},
                                 {"to", "To cluster"},
                                 {"count", "Number"},
                                 {"regions", "Regions"}});
  Json lookup = {{"lookup", "band"}};
  lookup["from"]["data"]["values"] = band_descriptions(flow);
  lookup["from"]["key"] = "band";
  lookup["from"]["fields"] = {"years", "from", "to", "count", "regions"};
  Json bands = {{"mark", {{"type", "area"}, {"opacity", 0.45}}}};
  bands["transform"] = Json::array({std::move(lookup)});
  bands["encoding"] = std::move(encoding);
  return Json::array({std::move(bands), std::move(bars)});
}

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
  Flow const flow{history, context, flow_layout(history)};
  Figure figure{.name = group.name("flow"),
                .title = group.headline(flow_sentence(history)),
                .description =
                    "Transition flow: bands between the clusters of selected years; the width of a band is the "
                    "number of regions that go from one cluster to another.",
                .source = context.source,
                .specification = vega_lite(band_edges(flow)),
                .data = flow_table(flow, group),
                .note =
                    "The height of a bar is the number of regions in the cluster; a band has the colour of the cluster "
                    "that it leaves."};
  if (flow.layout.shown.size() < history.years.size()) {
    figure.note += " " + std::to_string(flow.layout.shown.size()) + " of " + std::to_string(history.years.size()) +
                   " years are shown.";
  }
  figure.specification.update({{"width", figure_width}, {"height", 340}, {"layer", flow_layers(flow)}});
  return figure;
}

}  // namespace regio::study
