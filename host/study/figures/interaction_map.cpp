#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "study/figures/interaction_figures.hpp"
#include "study/figures/projection.hpp"

namespace regio::study {
namespace {

/// More flows than these hide each other.
constexpr std::size_t most_flows = 40;
/// Regions whose names a map has room for.
constexpr std::size_t most_names = 30;
/// Of the map's width: the widest flow at its origin, and the narrowest that can be seen.
constexpr double widest = 0.022, narrowest = 0.0015;
/// How far a flow bends to its right, of its length: there and back do not hide each other.
constexpr double bend = 0.16;
constexpr int steps_of_flow = 14;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

using Point = std::array<double, 2>;

/// Longitude and latitude as a plane in which a degree is as long to the east as to the north, near the middle of the
/// map.
class Plane {
 public:
  explicit Plane(Extent const& extent)
      : west_(extent.west), shrink_(std::cos((extent.south + extent.north) / 2 * std::numbers::pi / 180)) {
    width_ = extent.width * shrink_;
  }
  [[nodiscard]] Point from_degrees(Point const& place) const {
    double const east = std::fmod(place[0] - west_ + 720, 360);
    return {east * shrink_, place[1]};
  }
  [[nodiscard]] Point to_degrees(Point const& place) const {
    double const longitude = west_ + place[0] / shrink_;
    return {longitude > 180 ? longitude - 360 : longitude, std::clamp(place[1], -90.0, 90.0)};
  }
  [[nodiscard]] double width() const { return width_; }

 private:
  double west_, shrink_, width_ = 0;
};

/// Centre of gravity of the largest of a region's polygons, on the plane.
Point centre_of(format::Boundary const& boundary, Plane const& plane) {
  Point centre = {0, 0};
  double largest = -1;
  for (format::Polygon const& polygon : boundary.polygons) {
    double area = 0;
    Point sum = {0, 0};
    format::Ring const& ring = polygon.front();
    Point const first = plane.from_degrees(ring.front());
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
      // Relative to one corner, so that the products keep their digits.
      Point a = plane.from_degrees(ring[i]), b = plane.from_degrees(ring[i + 1]);
      for (Point* const corner : {&a, &b}) {
        (*corner)[0] -= first[0];
        (*corner)[1] -= first[1];
      }
      double const part = a[0] * b[1] - b[0] * a[1];
      area += part;
      for (std::size_t axis = 0; axis < 2; ++axis) sum[axis] += part * (a[axis] + b[axis]);
    }
    if (std::abs(area) <= largest) continue;
    largest = std::abs(area);
    centre = area == 0 ? first : Point{first[0] + sum[0] / (3 * area), first[1] + sum[1] / (3 * area)};
  }
  return centre;
}

/// A flow as a bent wedge: `width` wide where it starts, a point where it ends.
format::Polygon wedge(Point const& from, Point const& to, double width, Plane const& plane) {
  double const along_x = to[0] - from[0], along_y = to[1] - from[1];
  Point const control = {(from[0] + to[0]) / 2 + 2 * bend * along_y, (from[1] + to[1]) / 2 - 2 * bend * along_x};
  std::vector<Point> left, right;
  for (int step = 0; step <= steps_of_flow; ++step) {
    double const t = static_cast<double>(step) / steps_of_flow, rest = 1 - t;
    Point place{}, direction{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      place[axis] = rest * rest * from[axis] + 2 * rest * t * control[axis] + t * t * to[axis];
      direction[axis] = rest * (control[axis] - from[axis]) + t * (to[axis] - control[axis]);
    }
    double const half = width / 2 * rest / std::max(std::hypot(direction[0], direction[1]), 1e-12);
    left.push_back({place[0] - half * direction[1], place[1] + half * direction[0]});
    right.push_back({place[0] + half * direction[1], place[1] - half * direction[0]});
  }
  left.insert(left.end(), right.rbegin(), right.rend());
  left.push_back(left.front());
  format::Ring ring;
  for (Point const& place : left) ring.push_back(plane.to_degrees(place));
  return {ring};
}

Json feature(std::vector<format::Polygon> const& polygons) {
  return {{"type", "Feature"}, {"geometry", {{"type", "MultiPolygon"}, {"coordinates", wound_for_d3(polygons)}}}};
}

/// Flows between regions that the map has, the largest first.
std::vector<RegionPair> drawn_flows(MatrixView<double const> flows, std::vector<bool> const& is_drawn) {
  std::vector<RegionPair> found;
  for (Index r = 0; r < flows.rows(); ++r) {
    for (Index s = 0; s < flows.columns(); ++s) {
      if (r != s && flows(r, s) > 0 && is_drawn[position(r)] && is_drawn[position(s)]) {
        found.push_back({.a = r, .b = s, .volume = flows(r, s)});
      }
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](RegionPair const& x, RegionPair const& y) { return x.volume > y.volume; });
  return found;
}

}  // namespace

Figure flow_map_figure(InteractionFigures const& study) {
  ShipmentsFile const& file = study.inputs.shipments;
  std::vector<format::Boundary> drawn;
  std::vector<Index> region;
  std::vector<bool> is_drawn(position(file.regions.size()), false);
  for (format::Boundary const& boundary : study.boundaries) {
    auto const found = file.regions.find(boundary.region);
    if (!found) continue;
    drawn.push_back(boundary);
    region.push_back(*found);
    is_drawn[position(*found)] = true;
  }
  Extent const extent = extent_of(drawn);
  Plane const plane(extent);
  std::vector<Point> centre(is_drawn.size());
  for (std::size_t b = 0; b < drawn.size(); ++b) centre[position(region[b])] = centre_of(drawn[b], plane);
  drawn = thinned(std::move(drawn), most_boundary_points);

  Json regions = Json::array(), names = Json::array();
  for (std::size_t b = 0; b < drawn.size(); ++b) {
    std::string const label = study.label(region[b]);
    Json one = feature(drawn[b].polygons);
    one["region"] = label;
    regions.push_back(std::move(one));
    Point const place = plane.to_degrees(centre[position(region[b])]);
    names.push_back({{"label", label}, {"longitude", thousandths(place[0])}, {"latitude", thousandths(place[1])}});
  }
  MatrixView<double const> const flows = study.results.whole.flow_matrix();
  double all = 0;
  for (double const out : study.results.whole.deliveries_out) all += out;
  std::vector<RegionPair> const ranked = drawn_flows(flows, is_drawn);
  std::size_t const shown = std::min(ranked.size(), most_flows);
  ReportTable table{.name = "flow-map",
                    .caption = "The largest flows on the map, all years together",
                    .columns = {"From", "To", "Shipments", "Share in %"},
                    .digits = 4,
                    .file = "pairs.csv"};
  Json wedges = Json::array();
  double of_shown = 0;
  for (std::size_t f = 0; f < shown; ++f) {
    RegionPair const& flow = ranked[f];
    double const share = flow.volume / ranked.front().volume;
    of_shown += flow.volume;
    table.rows.push_back({study.label(flow.a), study.label(flow.b), flow.volume, 100 * flow.volume / all});
    Json one = feature({wedge(centre[position(flow.a)], centre[position(flow.b)],
                              plane.width() * std::max(narrowest, widest * share), plane)});
    one["from"] = study.label(flow.a);
    one["to"] = study.label(flow.b);
    one["amount"] = short_number(flow.volume);
    wedges.push_back(std::move(one));
  }
  Figure figure{.name = "flow-map",
                .title = ranked.empty()
                             ? "No region on the map ships to another"
                             : fmt::format("The largest flow leads from {} to {}: {} % of all that is shipped",
                                           study.label(ranked.front().a), study.label(ranked.front().b),
                                           short_number(100 * ranked.front().volume / all)),
                .description = "Map of the regions with the largest flows between them as wedges.",
                .source = study.source,
                .specification = vega_lite(std::move(regions)),
                .data = std::move(table),
                .note =
                    "A flow starts broad at its origin and ends in a point at its destination; its breadth is its "
                    "volume, of small flows the least that can be seen.",
                .hint = "Point at a flow for its volume."};
  if (shown < ranked.size()) {
    figure.note += fmt::format(" The map shows the {} largest of {} flows, {} % of all that is shipped.", shown,
                               ranked.size(), short_number(100 * of_shown / all));
  }
  auto const without = static_cast<Index>(std::count(is_drawn.begin(), is_drawn.end(), false));
  if (without > 0) {
    figure.note += fmt::format(" {} no boundary, and flows from and to there are left out.",
                               counted(without, "region has", "regions have"));
  }
  Json layers = Json::array();
  layers.push_back({{"mark",
                     {{"type", "geoshape"},
                      {"fill", "#8a949c"},
                      {"fillOpacity", 0.22},
                      {"stroke", "#8a949c"},
                      {"strokeWidth", 0.7}}},
                    {"encoding", {{"tooltip", tooltip({{"region", "Region"}})}}}});
  layers.push_back({{"data", {{"values", std::move(wedges)}}},
                    {"mark",
                     {{"type", "geoshape"},
                      {"fill", plain_colour},
                      {"fillOpacity", 0.8},
                      {"stroke", plain_colour},
                      {"strokeWidth", 0.5}}},
                    {"encoding", {{"tooltip", tooltip({{"from", "From"}, {"to", "To"}, {"amount", "Shipments"}})}}}});
  if (names.size() <= most_names) {
    layers.push_back({{"data", {{"values", std::move(names)}}},
                      {"mark", {{"type", "text"}, {"fontSize", 10}, {"dy", -9}}},
                      {"encoding",
                       {{"longitude", {{"field", "longitude"}, {"type", "quantitative"}}},
                        {"latitude", {{"field", "latitude"}, {"type", "quantitative"}}},
                        {"text", {{"field", "label"}}}}}});
  }
  figure.specification.update({{"width", figure_width},
                               {"height", map_height(extent, figure_width)},
                               {"projection", projection_for(extent)},
                               {"layer", std::move(layers)}});
  return figure;
}

}  // namespace regio::study
