#include "format/year_ranges.hpp"

#include <cstddef>

namespace regio::format {

std::string year_ranges(std::vector<int> const& years) {
  std::string text;
  for (std::size_t first = 0; first < years.size();) {
    std::size_t last = first;
    while (last + 1 < years.size() && years[last + 1] == years[last] + 1) ++last;
    if (first > 0) text += ", ";
    text += std::to_string(years[first]);
    if (last > first) text += "-" + std::to_string(years[last]);
    first = last + 1;
  }
  return text;
}

}  // namespace regio::format
