#include "format/geojson.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/format/german_locale.hpp"
#include "tests/format/refusal.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

constexpr char const* square = "[[0,0],[1,0],[1,1],[0,0]]";

std::string feature(std::string const& properties, std::string const& geometry) {
  return R"({"type":"Feature","properties":)" + properties + R"(,"geometry":)" + geometry + "}";
}
std::string polygon(std::string const& rings) { return R"({"type":"Polygon","coordinates":[)" + rings + "]}"; }
std::string collection(std::string const& features) {
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

std::vector<Boundary> parsed(std::string const& text) { return parse_boundaries(text, "map.geojson"); }
std::string refused(std::string const& text) {
  return refusal([&] { parsed(text); });
}
std::string refused_ring(std::string const& ring) {
  return refused(collection(feature(R"({"region":"A"})", polygon(ring))));
}

TEST(Geojson, PolygonsAndMultiPolygons) {
  std::string const hole = "[[0.1,0.1,5],[0.2,0.1],[0.2,0.2],[1e-1,0.10]]";
  auto const boundaries = parsed(
      collection(feature(R"({"region":"A","name":"Київ"})", polygon(std::string(square) + "," + hole)) + "," +
                 feature(R"({"region":7,"name":"n","label":"l"})",
                         R"({"type":"MultiPolygon","coordinates":[[)" + std::string(square) + "],[" + square + "]]}")));
  ASSERT_EQ(boundaries.size(), 2u);
  EXPECT_EQ(boundaries[0].region, "A");
  EXPECT_EQ(boundaries[0].label, "Київ");
  ASSERT_EQ(boundaries[0].polygons.size(), 1u);
  ASSERT_EQ(boundaries[0].polygons[0].size(), 2u);
  EXPECT_EQ(boundaries[0].polygons[0][0], (Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}));
  EXPECT_EQ(boundaries[0].polygons[0][1][0], (std::array<double, 2>{0.1, 0.1}));
  EXPECT_EQ(boundaries[1].region, "7");
  EXPECT_EQ(boundaries[1].label, "l");
  EXPECT_EQ(boundaries[1].polygons.size(), 2u);
}

TEST(Geojson, SyntaxErrorsHaveLineAndColumn) {
  EXPECT_EQ(refused("{\n  \"type\": oops}"), "map.geojson:2:11: is no JSON here");
  EXPECT_EQ(refused(""), "map.geojson:1:1: is no JSON here");
  EXPECT_EQ(refused("{\"type\":\n"), "map.geojson:2:1: is no JSON here");
  EXPECT_EQ(refused("[1,\n 1e999]"), "map.geojson:2:2: a number is too large");
  EXPECT_EQ(refused("\xff\xfe{"), "map.geojson: found 'UTF-16 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused("{\"a\":\"\xe9\"}"),
            "map.geojson:1: found 'byte 0xE9', expected UTF-8 text at byte 7 of the line; save the file as UTF-8");
}

TEST(Geojson, OtherDocuments) {
  std::string const expected = "expected a GeoJSON FeatureCollection with its list of features";
  EXPECT_EQ(refused(R"({"type":"Topology","objects":{}})"), "map.geojson: found 'Topology', " + expected);
  EXPECT_EQ(refused("[]"), "map.geojson: a GeoJSON FeatureCollection with its list of features");
  EXPECT_EQ(refused(collection("")), "map.geojson: features: the map has no features; expected one a region");
}

TEST(Geojson, EveryFindingIsListed) {
  std::string const good = polygon(square);
  EXPECT_EQ(
      refused(collection(feature(R"({"name":"x"})", good) + "," + feature(R"({"region":"B"})", "null") + "," +
                         feature(R"({"region":"B"})", R"({"type":"Point","coordinates":[0,0]})") + ",5," +
                         feature(R"({"region":""})", good) + "," + feature(R"({"region":1.5})", good))),
      "map.geojson: features[0].properties.region: the property 'region' with the region's code\n"
      "map.geojson: features[1].geometry: a Polygon or MultiPolygon\n"
      "map.geojson: features[2].properties.region: found 'B', expected another region, because "
      "features[1].properties.region has this one\n"
      "map.geojson: features[2].geometry: found 'Point', expected a Polygon or MultiPolygon\n"
      "map.geojson: features[3].properties.region: the property 'region' with the region's code\n"
      "map.geojson: features[3].geometry: a Polygon or MultiPolygon\n"
      "map.geojson: features[4].properties.region: the property 'region' with the region's code\n"
      "map.geojson: features[5].properties.region: found '1.5', expected the property 'region' with the region's code");
}

TEST(Geojson, Rings) {
  std::string const place = "map.geojson: features[0].geometry.coordinates[0]";
  EXPECT_EQ(refused_ring("[[0,0],[1,1],[0,0]]"), place + ": the ring has 3 positions; expected at least 4");
  EXPECT_EQ(refused_ring("[[0,0],[1,0],[1,1],[0,1]]"),
            place + ": the ring is not closed; expected its last position to equal its first");
  EXPECT_EQ(refused_ring("[[0,0],[1],[1,1],[0,0]]"),
            place + "[1]: found '[1]', expected a position [longitude, latitude]");
  EXPECT_EQ(refused_ring("[[0,0],[\"1\",0],[1,1],[0,0]]"),
            place + "[1]: found '[\"1\",0]', expected a position [longitude, latitude]");
  EXPECT_EQ(refused_ring("[[0,0],[500000,0],[1,1],[0,0]]"),
            place +
                "[1]: found '[500000,0]', expected longitude from -180 to 180 and latitude from -90 to 90, in degrees "
                "(WGS 84)");
  EXPECT_EQ(refused_ring("[]"), place + ": found '[]', expected a list of positions");
  EXPECT_EQ(refused_ring(""), "map.geojson: features[0].geometry.coordinates: found '[]', expected a list of rings");
  EXPECT_EQ(refused(collection(feature(R"({"region":"A"})", R"({"type":"MultiPolygon","coordinates":7})"))),
            "map.geojson: features[0].geometry.coordinates: found '7', expected a list of polygons");
}

TEST(Geojson, DeepNestingIsNoDanger) {
  std::string const deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_NE(refused(deep), "");
  EXPECT_NE(refused_ring(deep), "");
}

TEST(Geojson, FilesAndLocale) {
  GermanLocale const german;
  TemporaryFolder const folder;
  auto const file = folder.path() / "карта.geojson";
  std::ofstream(file) << collection(feature(R"({"region":"A"})", polygon("[[0.5,0],[1,0],[1,1],[0.5,0]]")));
  EXPECT_EQ(read_boundaries(file)[0].polygons[0][0][0][0], 0.5);
  EXPECT_EQ(refusal([&] { read_boundaries(folder.path() / "absent"); }),
            (folder.path() / "absent").string() + ": no such file");
}

}  // namespace
}  // namespace regio::format
