/// How far regions are apart, for gravity regressions.
#pragma once

#include <filesystem>
#include <vector>

#include "format/findings.hpp"
#include "study/region_codes.hpp"

namespace regio::study {

/// `origin,destination,distance`: distances [regions, regions] above 0, NaN on the diagonal.
/// A pair that stands in one direction only has the same distance in the other; one that stands in both has each its
/// own. `regions`: after any merging. A line of a region with itself may be there and is not used. Findings: an unknown
/// region, a second line of the same direction, a distance that is missing or not above 0, each pair without any. Cost
/// O(regions^2).
std::vector<double> read_distances(std::filesystem::path const& path, RegionCodes const& regions,
                                   format::Findings& findings);

}  // namespace regio::study
