#include "study/figures/projection.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>
#include <tuple>

namespace regio::study {
namespace {

using format::Boundary;
using format::Json;
using format::Polygon;
using format::Ring;

/// Thousandths of a degree: a hundred metres.
double rounded(double degrees) { return std::round(degrees * 1000) / 1000; }

/// Twice the signed area with longitudes unwrapped, positive counterclockwise.
double signed_area(Ring const& ring) {
  double area = 0, longitude = ring.front()[0];
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    double step = ring[i + 1][0] - ring[i][0];
    if (step > 180) step -= 360;
    if (step < -180) step += 360;
    area += longitude * ring[i + 1][1] - (longitude + step) * ring[i][1];
    longitude += step;
  }
  return area;
}

Json ring_json(Ring const& ring, bool clockwise) {
  Json points = Json::array();
  auto const add = [&](auto const& point) {
    Json const next = {rounded(point[0]), rounded(point[1])};
    if (points.empty() || points.back() != next) points.push_back(next);
  };
  if ((signed_area(ring) < 0) == clockwise) {
    std::for_each(ring.begin(), ring.end(), add);
  } else {
    std::for_each(ring.rbegin(), ring.rend(), add);
  }
  return points;
}

double triangle(std::array<double, 2> const& a, std::array<double, 2> const& b, std::array<double, 2> const& c) {
  double const shrink = std::cos(b[1] * std::numbers::pi / 180);
  return std::abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) * shrink / 2;
}

/// Area at which each point of a closed ring goes; the points that stay longest have the largest.
std::vector<double> leaving_areas(Ring const& ring) {
  std::size_t const n = ring.size() - 1;
  std::vector<double> area(ring.size(), HUGE_VAL);
  if (n <= 3) return area;
  std::vector<std::size_t> before(n), after(n);
  using Entry = std::tuple<double, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  std::vector<double> current(n);
  std::vector<bool> gone(n, false);
  auto const measure = [&](std::size_t i) {
    current[i] = triangle(ring[before[i]], ring[i], ring[after[i]]);
    queue.emplace(current[i], i);
  };
  for (std::size_t i = 0; i < n; ++i) {
    before[i] = (i + n - 1) % n;
    after[i] = (i + 1) % n;
  }
  for (std::size_t i = 0; i < n; ++i) measure(i);
  double largest = 0;
  for (std::size_t left = n; left > 3 && !queue.empty();) {
    auto const [size, i] = queue.top();
    queue.pop();
    if (gone[i] || size != current[i]) continue;
    gone[i] = true;
    largest = std::max(largest, size);
    area[i] = largest;
    --left;
    after[before[i]] = after[i];
    before[after[i]] = before[i];
    measure(before[i]);
    measure(after[i]);
  }
  area[n] = area[0];
  return area;
}

}  // namespace

Extent extent_of(std::vector<Boundary> const& boundaries) {
  std::vector<double> longitudes;
  Extent extent{.south = 90, .north = -90};
  for (auto const& boundary : boundaries) {
    for (auto const& polygon : boundary.polygons) {
      for (auto const& point : polygon.front()) {
        longitudes.push_back(point[0] >= 180 ? point[0] - 360 : point[0]);
        extent.south = std::min(extent.south, point[1]);
        extent.north = std::max(extent.north, point[1]);
      }
    }
  }
  if (longitudes.empty()) return {};
  std::sort(longitudes.begin(), longitudes.end());
  // The widest gap between neighbouring longitudes lies outside.
  double gap = longitudes.front() + 360 - longitudes.back();
  extent.west = longitudes.front();
  for (std::size_t i = 1; i < longitudes.size(); ++i) {
    if (longitudes[i] - longitudes[i - 1] > gap) {
      gap = longitudes[i] - longitudes[i - 1];
      extent.west = longitudes[i];
    }
  }
  extent.width = 360 - gap;
  return extent;
}

int map_height(Extent const& extent, int width) {
  double const middle = (extent.south + extent.north) / 2 * std::numbers::pi / 180;
  double const ratio = (extent.north - extent.south) / std::max(1e-9, extent.width * std::cos(middle));
  return static_cast<int>(std::clamp(width * ratio * 1.05, 180.0, 620.0));
}

Json projection_for(Extent const& extent) {
  double middle = extent.west + extent.width / 2;
  if (middle > 180) middle -= 360;
  double const height = extent.north - extent.south;
  bool const astride = std::abs(extent.north + extent.south) < height / 6;
  if (extent.width > 180 || astride) {
    return {{"type", "equalEarth"}, {"rotate", {rounded(-middle), 0, 0}}};
  }
  return {{"type", "conicEqualArea"},
          {"rotate", {rounded(-middle), 0, 0}},
          {"parallels", {rounded(extent.south + height / 6), rounded(extent.north - height / 6)}}};
}

Json wound_for_d3(std::vector<Polygon> const& polygons) {
  Json coordinates = Json::array();
  for (auto const& polygon : polygons) {
    Json rings = Json::array();
    for (std::size_t r = 0; r < polygon.size(); ++r) {
      Json ring = ring_json(polygon[r], r == 0);
      if (ring.size() >= 4) rings.push_back(std::move(ring));
      if (rings.empty()) break;  // the outer ring is smaller than a rounding step
    }
    if (!rings.empty()) coordinates.push_back(std::move(rings));
  }
  return coordinates;
}

std::vector<Boundary> thinned(std::vector<Boundary> boundaries, std::size_t points) {
  std::vector<double> all;
  std::vector<std::vector<double>> by_ring;
  for (auto const& boundary : boundaries) {
    for (auto const& polygon : boundary.polygons) {
      for (auto const& ring : polygon) {
        by_ring.push_back(leaving_areas(ring));
        all.insert(all.end(), by_ring.back().begin(), by_ring.back().end());
      }
    }
  }
  if (all.size() <= points) return boundaries;
  auto const cut = all.begin() + static_cast<std::ptrdiff_t>(all.size() - points);
  std::nth_element(all.begin(), cut, all.end());
  double const smallest = *cut;
  std::size_t next = 0;
  for (auto& boundary : boundaries) {
    for (auto& polygon : boundary.polygons) {
      for (auto& ring : polygon) {
        auto const& areas = by_ring[next++];
        Ring kept;
        for (std::size_t i = 0; i < ring.size(); ++i) {
          if (areas[i] >= smallest) kept.push_back(ring[i]);
        }
        if (kept.front() != kept.back()) kept.push_back(kept.front());
        ring = std::move(kept);
      }
    }
  }
  return boundaries;
}

}  // namespace regio::study
