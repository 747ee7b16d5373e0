/// Fills a Report with a table balanced under more than two margins, or with why there is none.
#pragma once

#include <string>
#include <vector>

#include "study/balance_explanation.hpp"
#include "study/cluster_report.hpp"
#include "study/constrained_results.hpp"

namespace regio::study {

/// Totals that the result misses by more than the tolerance, those that miss most first.
std::vector<TotalResult> missed_totals(ConstrainedTable const& result);

/// One sentence, without a full stop: the result, or why there is none.
std::string headline(ConstrainedTable const& result, CellMovement const& movement);
/// What stands behind an outcome other than converged, and what would repair it; empty for a converged problem.
std::vector<std::string> explanation(ConstrainedTable const& result);
/// What a reader should know first: totals without control, a method that has nothing to let give way.
std::vector<std::string> constrained_warnings(ConstrainedTable const& result);

format::Report constrained_report(ConstrainedTable const& result, ReportContext const& context);

}  // namespace regio::study
