#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "format/palette.hpp"
#include "study/figures/interaction_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_of_matrix = 60;
constexpr std::size_t most_bars = 30;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Regions by what they ship and receive together, at most as many as a matrix shows.
std::vector<Index> heaviest_regions(ShipmentTotals const& totals) {
  std::vector<double> weight = totals.deliveries_out;
  for (std::size_t r = 0; r < weight.size(); ++r) weight[r] += totals.deliveries_in[r];
  std::vector<Index> order = largest_first(weight);
  order.resize(std::min(order.size(), most_of_matrix));
  return order;
}

/// An order in which alike regions stand side by side: average linkage, each join putting its parts next to each other.
std::vector<Index> alike_side_by_side(std::vector<double> const& distance, std::vector<Index> const& regions,
                                      Index all) {
  std::vector<std::vector<Index>> clusters;
  for (Index const r : regions) clusters.push_back({r});
  auto const mean_distance = [&](std::vector<Index> const& a, std::vector<Index> const& b) {
    double sum = 0;
    for (Index const r : a) {
      for (Index const s : b) sum += distance[position(r * all + s)];
    }
    return sum / static_cast<double>(a.size() * b.size());
  };
  while (clusters.size() > 1) {
    std::size_t first = 0, second = 1;
    double nearest = mean_distance(clusters[0], clusters[1]);
    for (std::size_t a = 0; a < clusters.size(); ++a) {
      for (std::size_t b = a + 1; b < clusters.size(); ++b) {
        double const found = mean_distance(clusters[a], clusters[b]);
        if (found < nearest) {
          nearest = found;
          first = a;
          second = b;
        }
      }
    }
    clusters[first].insert(clusters[first].end(), clusters[second].begin(), clusters[second].end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(second));
  }
  return clusters.empty() ? std::vector<Index>() : clusters.front();
}

/// Rectangles of a matrix of regions; rows of the data have the fields `row` and `column`.
void region_matrix(Json& specification, Json const& labels, std::string const& row_title,
                   std::string const& column_title, Json colour, Json tooltip) {
  std::string const row = number_names(specification, "row", labels);
  std::string const column = number_names(specification, "column", labels);
  std::size_t const height = std::clamp<std::size_t>(400 / std::max<std::size_t>(labels.size(), 1), 13, 26);
  specification.update({{"width", figure_width},
                        {"height", height * labels.size()},
                        {"mark", "rect"},
                        {"encoding",
                         {{"x",
                           {{"field", "column"},
                            {"type", "ordinal"},
                            {"scale", {{"paddingInner", 0.03}}},
                            {"axis",
                             {{"orient", "top"},
                              {"labelExpr", column},
                              {"labelAngle", -90},
                              {"labelOverlap", "greedy"},
                              {"labelLimit", 130},
                              {"title", column_title},
                              {"ticks", false},
                              {"domain", false}}}}},
                          {"y",
                           {{"field", "row"},
                            {"type", "ordinal"},
                            {"scale", {{"paddingInner", 0.03}}},
                            {"axis", {{"labelExpr", row}, {"title", row_title}, {"ticks", false}, {"domain", false}}}}},
                          {"color", std::move(colour)},
                          {"tooltip", std::move(tooltip)}}}});
}

std::string matrix_note(std::size_t shown, Index all) {
  if (shown == position(all)) return "";
  return " The figure shows the " + std::to_string(shown) + " of " + std::to_string(all) +
         " regions that ship and receive most; the result files have all.";
}

Json labels_of(InteractionFigures const& study, std::vector<Index> const& regions) {
  Json labels = Json::array();
  for (Index const r : regions) labels.push_back(study.label(r));
  return labels;
}

/// The share of the first industries of `order`, as a title.
std::string groups_finding(InteractionFigures const& study, std::vector<Index> const& order) {
  constexpr std::size_t leading = 5;
  std::vector<double> const& volume = study.results.volume_of_industry;
  double const all = std::accumulate(volume.begin(), volume.end(), 0.0);
  if (!(all > 0)) return "Nothing is shipped between regions";
  if (order.size() <= leading) {
    return fmt::format("{} is shipped most: {} % of all", study.industry(order.front()),
                       short_number(100 * volume[position(order.front())] / all));
  }
  double first = 0;
  for (std::size_t place = 0; place < leading; ++place) first += volume[position(order[place])];
  return fmt::format("The {} largest of {} industries make {} % of what is shipped", leading, order.size(),
                     short_number(100 * first / all));
}

}  // namespace

Figure flows_figure(InteractionFigures const& study) {
  ShipmentTotals const& totals = study.results.whole;
  std::vector<Index> const regions = heaviest_regions(totals);
  MatrixView<double const> const flow = totals.flow_matrix();
  ReportTable table{.name = "flows",
                    .caption = "Shipments from each region (row) to each other",
                    .columns = {"From"},
                    .file = "pairs.csv"};
  for (Index const s : regions) table.columns.push_back(study.label(s));
  Json values = Json::array();
  Index from = 0, to = 0;
  double largest = 0;
  for (Index const r : regions) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(study.label(r));
    for (Index const s : regions) {
      double const value = r == s ? std::nan("") : flow(r, s);
      row.emplace_back(value);
      if (!(value > 0)) continue;
      values.push_back(
          {{"row", study.label(r)}, {"column", study.label(s)}, {"value", value}, {"amount", short_number(value)}});
      if (value > largest) {
        largest = value;
        from = r;
        to = s;
      }
    }
  }
  Figure figure{.name = "flows",
                .title = largest > 0 ? study.label(from) + " ships most to one other region: to " + study.label(to)
                                     : "No region ships to another",
                .description = "Heat map of the volume that each region ships to each other; darker is more.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note =
                    "Colours are on a logarithmic scale. An empty cell: no shipments. Regions are ordered by all that "
                    "they ship and receive." +
                    matrix_note(regions.size(), totals.regions)};
  Json colour = magnitude_colour("value", "Shipments");
  colour["scale"]["type"] = "log";
  colour["scale"]["nice"] = false;
  colour["legend"]["format"] = ".2~s";
  colour["legend"]["tickCount"] = 3;
  colour["legend"]["labelOverlap"] = "greedy";
  region_matrix(figure.specification, labels_of(study, regions), "From", "To", std::move(colour),
                tooltip({{"row_name", "From"}, {"column_name", "To"}, {"amount", "Shipments"}}));
  return figure;
}

Figure similarity_figure(InteractionFigures const& study) {
  auto const measure = std::find(std::begin(structure_measures), std::end(structure_measures), study.options.measure) -
                       std::begin(structure_measures);
  std::vector<double> const& value = study.results.similarity[position(measure)];
  ShipmentTotals const& totals = study.results.totals();
  std::vector<Index> shipping;
  for (Index const r : heaviest_regions(totals)) {
    if (totals.deliveries_out[position(r)] > 0) shipping.push_back(r);
  }
  std::vector<double> distance = value;
  if (is_similarity(study.options.measure)) {
    for (double& d : distance) d = 1 - d;
  }
  std::vector<Index> const regions = alike_side_by_side(distance, shipping, totals.regions);
  std::string const measure_name(name(study.options.measure));
  ReportTable table{.name = "similarity",
                    .caption = "Likeness of what regions ship (" + measure_name + ")",
                    .columns = {"Region"},
                    .decimals = 2,
                    .file = "similarity.csv"};
  for (Index const s : regions) table.columns.push_back(study.label(s));
  Json values = Json::array();
  Index one = 0, other = 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (Index const r : regions) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(study.label(r));
    for (Index const s : regions) {
      auto const k = position(r * totals.regions + s);
      row.emplace_back(value[k]);
      if (r == s) continue;
      values.push_back({{"row", study.label(r)}, {"column", study.label(s)}, {"value", thousandths(value[k])}});
      if (distance[k] < nearest) {
        nearest = distance[k];
        one = r;
        other = s;
      }
    }
  }
  Figure figure{
      .name = "similarity",
      .title = regions.size() > 1 ? study.label(one) + " and " + study.label(other) + " ship the most alike goods"
                                  : "There are no two regions that ship",
      .description = "Heat map of the likeness of what each pair of regions ships; alike regions stand side by side.",
      .source = study.source,
      .specification = vega_lite(std::move(values)),
      .data = std::move(table),
      .note = std::string("Measure: ") + measure_name + ", where " +
              (is_similarity(study.options.measure) ? "1 is equal" : "0 is equal") +
              ". The order of regions is that of average linkage: alike ones stand side by side." +
              matrix_note(shipping.size(), totals.regions)};
  region_matrix(figure.specification, labels_of(study, regions), "", "", magnitude_colour("value", "Likeness"),
                tooltip({{"row_name", "Region"}, {"column_name", "Region"}, {"value", "Likeness"}}));
  return figure;
}

Figure groups_figure(InteractionFigures const& study) {
  std::vector<double> const& volume = study.results.volume_of_industry;
  double const all = std::accumulate(volume.begin(), volume.end(), 0.0);
  std::vector<Index> const order = largest_first(volume);
  ReportTable table{.name = "groups",
                    .caption = "Industries by what is shipped between regions",
                    .columns = {"Industry", "Volume", "Share in %"},
                    .digits = 4,
                    .file = "groups.csv"};
  Json values = Json::array(), labels = Json::array();
  for (std::size_t place = 0; place < order.size(); ++place) {
    double const own = volume[position(order[place])];
    table.rows.push_back({study.industry(order[place]), own, 100 * own / all});
    if (place >= most_bars) continue;
    labels.push_back(study.industry(order[place]));
    values.push_back({{"label", study.industry(order[place])},
                      {"share", thousandths(100 * own / all)},
                      {"volume", short_number(own)}});
  }
  Figure figure{.name = "groups",
                .title = groups_finding(study, order),
                .description = "Bars: share of each industry in what is shipped between regions.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table)};
  if (order.size() > most_bars) figure.note = "The figure shows the " + std::to_string(most_bars) + " largest.";
  lying_bars(figure.specification, "label", labels, magnitude_above("share", "Share in %"),
             tooltip({{"label_name", "Industry"}, {"share", "Share in %"}, {"volume", "Volume"}}));
  return figure;
}

}  // namespace regio::study
