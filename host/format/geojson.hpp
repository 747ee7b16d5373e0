/// Boundaries of regions: GeoJSON FeatureCollections of Polygon and MultiPolygon with a property `region`.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace regio::format {

using Ring = std::vector<std::array<double, 2>>;  ///< longitude, latitude in degrees; closed
using Polygon = std::vector<Ring>;                ///< outer ring first, then holes

struct Boundary {
  std::string region;
  std::string label;  ///< property `label` or `name`; empty when there is none
  std::vector<Polygon> polygons;
};

/// A region may be a text or a whole number; a third coordinate is left out; the antimeridian is not treated.
/// Throws InputError with every finding: not JSON (line and column), not a FeatureCollection, other geometry, no
/// `region`, duplicate region, ring of fewer than four points, not closed, coordinates that are not finite or out of
/// range.
std::vector<Boundary> read_boundaries(std::filesystem::path const& path);
std::vector<Boundary> parse_boundaries(std::string const& text, std::string const& name);

}  // namespace regio::format
