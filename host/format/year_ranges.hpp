/// Years as a person writes them.
#pragma once

#include <string>
#include <vector>

namespace regio::format {

/// "1970-1975, 1980" of ascending years; "" of none.
std::string year_ranges(std::vector<int> const& years);

}  // namespace regio::format
