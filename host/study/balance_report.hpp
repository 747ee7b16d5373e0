/// Fills a Report with a balanced table, or with why there is none.
#pragma once

#include <string>
#include <vector>

#include "study/balance_explanation.hpp"
#include "study/cluster_report.hpp"

namespace regio::study {

format::Report balance_report(BalancedTable const& result, ReportContext const& context);
/// Its sections, without how to repeat the run: one problem in full. `file`: the result file with its cells.
std::vector<format::ReportSection> balance_sections(BalancedTable const& result, CellMovement const& movement,
                                                    std::string const& file, std::string const& source);

/// "RAS", "GRAS".
std::string method_text(BalanceMethod method);

/// What a reader of a balanced table should know first: totals whose small disagreement stays in the result.
std::vector<std::string> balance_warnings(BalancedTable const& result);

}  // namespace regio::study
