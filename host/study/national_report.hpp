/// Fills a Report with tables balanced under national control, or with why there are none.
#pragma once

#include <string>
#include <vector>

#include "study/balance_explanation.hpp"
#include "study/cluster_report.hpp"
#include "study/national_results.hpp"

namespace regio::study {

/// How far the cells of all regions moved, as those of one table whose rows are `region/row`.
struct NationalMovement {
  RegionCodes region_rows;
  CellMovement cells;
};
NationalMovement national_movement(NationalBalance const& result);
/// The regions' tables, one below the other.
TableChange change_of_all_regions(NationalBalance const& result, RegionCodes const& region_rows);

/// One sentence, without a full stop: the result, or why there is none.
std::string headline(NationalBalance const& result, NationalMovement const& movement);
/// What stands behind an outcome other than converged, and what would repair it; empty for a converged problem.
std::vector<std::string> explanation(NationalBalance const& result);
/// What a reader should know first: national cells without control, totals whose small disagreement stays.
std::vector<std::string> national_warnings(NationalBalance const& result);

format::Report national_report(NationalBalance const& result, ReportContext const& context);

}  // namespace regio::study
