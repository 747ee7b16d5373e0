// Any bytes are boundaries with closed rings on the globe, or an InputError.
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <regio/error.hpp>

#include "format/geojson.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace regio::format;
  try {
    for (Boundary const& boundary : parse_boundaries(std::string(reinterpret_cast<char const*>(data), size), "input")) {
      if (boundary.region.empty() || boundary.polygons.empty()) throw std::logic_error("an empty boundary");
      for (Polygon const& polygon : boundary.polygons) {
        for (Ring const& ring : polygon) {
          if (ring.size() < 4 || ring.front() != ring.back()) throw std::logic_error("a ring that is not closed");
          for (auto const& [longitude, latitude] : ring) {
            if (!(std::abs(longitude) <= 180) || !(std::abs(latitude) <= 90)) throw std::logic_error("off the globe");
          }
        }
      }
    }
  } catch (regio::InputError const&) {
  }
  return 0;
}
