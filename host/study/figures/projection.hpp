/// Boundaries made ready for drawing: a projection that keeps areas, rings wound as d3 wants them, no more points than
/// the eye needs.
#pragma once

#include <vector>

#include "format/geojson.hpp"
#include "format/report.hpp"

namespace regio::study {

/// The part of the globe that boundaries cover, in degrees.
struct Extent {
  double west = 0;   ///< in [-180, 180)
  double width = 0;  ///< eastwards from `west`, at most 360
  double south = 0, north = 0;
};

/// The narrowest extent: across the antimeridian where that is shorter.
Extent extent_of(std::vector<format::Boundary> const& boundaries);

/// Height in pixels of a map that is `width` wide, so that the regions fill it.
int map_height(Extent const& extent, int width);

/// Conic equal-area with standard parallels at a sixth of the height from either edge (Snyder 1987, p. 99), its central
/// meridian in the middle; equal Earth where the boundaries go round half the globe or evenly astride the equator.
format::Json projection_for(Extent const& extent);

/// Coordinates of a MultiPolygon: outer rings clockwise and holes counterclockwise, as d3 reads them on the sphere.
format::Json wound_for_d3(std::vector<format::Polygon> const& polygons);

/// More points than this would make the page heavy and show nothing at its size.
inline constexpr std::size_t most_boundary_points = 60'000;

/// Boundaries with at most about `points` points in all: the points that span the smallest triangles with their
/// neighbours go first (Visvalingam and Whyatt 1993); a ring keeps at least a triangle.
std::vector<format::Boundary> thinned(std::vector<format::Boundary> boundaries, std::size_t points);

}  // namespace regio::study
