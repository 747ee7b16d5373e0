#include "format/geojson.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "format/findings.hpp"
#include "format/mapped_file.hpp"
#include "format/text_encoding.hpp"

namespace regio::format {
namespace {

using Json = nlohmann::json;

constexpr std::size_t fewest_ring_points = 4;

[[noreturn]] void refuse_at(std::string_view text, std::size_t byte, std::string const& file, std::string reason) {
  std::string_view const before = text.substr(0, byte);
  std::size_t const line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  throw InputError({InputProblem{.file = file,
                                 .line = 1 + std::count(before.begin(), before.end(), '\n'),
                                 .column = static_cast<std::int64_t>(byte - line_start) + 1,
                                 .expected = std::move(reason)}});
}

Json parsed_json(std::string_view text, std::string const& file) {
  try {
    return Json::parse(text);
  } catch (Json::parse_error const& error) {
    // The library counts the byte that it has just read.
    refuse_at(text, std::max<std::size_t>(error.byte, 1) - 1, file, "is no JSON here");
  } catch (Json::out_of_range const& error) {
    // A number beyond fp64; the library names it but not its place.
    std::string_view const message = error.what();
    std::size_t const begin = message.find('\'') + 1;
    std::string_view const number = message.substr(begin, message.rfind('\'') - begin);
    refuse_at(text, std::min(text.find(number), text.size()), file, "a number is too large");
  }
}

/// A value for a message; of nested or long ones only the kind, because writing them out has no bound.
std::string shown(Json const& value) {
  constexpr std::size_t most_elements = 5;
  if (value.is_object()) return "an object";
  if (value.is_array() && (value.size() > most_elements ||
                           std::any_of(value.begin(), value.end(), [](Json const& v) { return v.is_structured(); }))) {
    return fmt::format("a list of {}", value.size());
  }
  return shortened(value.is_string() ? value.get<std::string>() : value.dump());
}

Json const* member(Json const& object, char const* key) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

/// Reads the features and collects what is wrong with them; `place` names the part of the file, as in
/// "features[3].geometry".
class BoundaryReader {
 public:
  explicit BoundaryReader(std::string const& file) : file_(file) {}

  std::vector<Boundary> read(Json const& root) {
    Json const* const type = member(root, "type");
    Json const* const features = member(root, "features");
    std::vector<Boundary> boundaries;
    if (type == nullptr || *type != "FeatureCollection" || features == nullptr || !features->is_array()) {
      report("", type == nullptr ? nullptr : type, "a GeoJSON FeatureCollection with its list of features");
    } else if (features->empty()) {
      report("features", nullptr, "the map has no features; expected one a region");
    } else {
      for (std::size_t i = 0; i < features->size(); ++i) {
        boundaries.push_back(feature((*features)[i], fmt::format("features[{}]", i)));
      }
    }
    findings_.throw_if_any();
    return boundaries;
  }

 private:
  Boundary feature(Json const& json, std::string const& place) {
    Boundary boundary;
    Json const* const properties = member(json, "properties");
    Json const* const region = properties == nullptr ? nullptr : member(*properties, "region");
    boundary.region = region_code(region, place + ".properties.region");
    for (char const* key : {"name", "label"}) {
      Json const* const label = properties == nullptr ? nullptr : member(*properties, key);
      if (label != nullptr && label->is_string()) boundary.label = *label;
    }
    Json const* const geometry = member(json, "geometry");
    Json const* const type = geometry == nullptr ? nullptr : member(*geometry, "type");
    Json const* const coordinates = geometry == nullptr ? nullptr : member(*geometry, "coordinates");
    if (type == nullptr || coordinates == nullptr || (*type != "Polygon" && *type != "MultiPolygon")) {
      report(place + ".geometry", type, "a Polygon or MultiPolygon");
    } else if (*type == "Polygon") {
      boundary.polygons.push_back(polygon(*coordinates, place + ".geometry.coordinates"));
    } else {
      for_elements(
          *coordinates, place + ".geometry.coordinates", "a list of polygons",
          [&](Json const& element, std::string const& at) { boundary.polygons.push_back(polygon(element, at)); });
    }
    return boundary;
  }

  std::string region_code(Json const* region, std::string const& place) {
    std::string code;
    if (region != nullptr && region->is_string()) code = *region;
    if (region != nullptr && region->is_number_integer()) code = region->dump();
    if (code.empty()) {
      report(place, region, "the property 'region' with the region's code");
      return code;
    }
    auto const [first, is_new] = places_.emplace(code, place);
    if (!is_new) report(place, region, fmt::format("another region, because {} has this one", first->second));
    return code;
  }

  Polygon polygon(Json const& json, std::string const& place) {
    Polygon rings;
    for_elements(json, place, "a list of rings",
                 [&](Json const& element, std::string const& at) { rings.push_back(ring(element, at)); });
    return rings;
  }

  Ring ring(Json const& json, std::string const& place) {
    Ring points;
    std::size_t const findings_before = findings_.size();
    for_elements(json, place, "a list of positions", [&](Json const& element, std::string const& at) {
      if (auto const point = position(element, at)) points.push_back(*point);
    });
    if (findings_.size() > findings_before) return points;
    if (points.size() < fewest_ring_points) {
      report(place, nullptr,
             fmt::format("the ring has {} positions; expected at least {}", points.size(), fewest_ring_points));
    } else if (points.front() != points.back()) {
      report(place, nullptr, "the ring is not closed; expected its last position to equal its first");
    }
    return points;
  }

  std::optional<std::array<double, 2>> position(Json const& json, std::string const& place) {
    if (!json.is_array() || json.size() < 2 || !json[0].is_number() || !json[1].is_number()) {
      report(place, &json, "a position [longitude, latitude]");
      return std::nullopt;
    }
    std::array<double, 2> const point{json[0].get<double>(), json[1].get<double>()};
    if (!(std::abs(point[0]) <= 180) || !(std::abs(point[1]) <= 90)) {
      report(place, &json, "longitude from -180 to 180 and latitude from -90 to 90, in degrees (WGS 84)");
      return std::nullopt;
    }
    return point;
  }

  template <class Visit>
  void for_elements(Json const& list, std::string const& place, std::string const& expected, Visit const& visit) {
    if (!list.is_array() || list.empty()) {
      report(place, &list, expected);
      return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) visit(list[i], fmt::format("{}[{}]", place, i));
  }

  void report(std::string place, Json const* found, std::string expected) {
    findings_.add({.file = file_,
                   .field = std::move(place),
                   .found = found == nullptr ? "" : shown(*found),
                   .expected = std::move(expected)});
  }

  std::string const& file_;
  Findings findings_;
  std::map<std::string, std::string> places_;  ///< where each region stands
};

}  // namespace

std::vector<Boundary> parse_boundaries(std::string const& text, std::string const& name) {
  if (auto problem = encoding_problem(text, name)) throw InputError({*std::move(problem)});
  return BoundaryReader(name).read(parsed_json(text, name));
}

std::vector<Boundary> read_boundaries(std::filesystem::path const& path) {
  return parse_boundaries(std::string(MappedFile(path).bytes()), path.string());
}

}  // namespace regio::format
