/// Fills a Report with many balanced tables: what became of each, and one of them in full.
#pragma once

#include <string>
#include <vector>

#include "study/balance_batch.hpp"
#include "study/balance_report.hpp"

namespace regio::study {

/// `shown`: the problem that is shown in full, with its history, from balance() of it alone.
format::Report batch_report(BalanceBatch const& batch, BalancedTable const& shown, ReportContext const& context);

/// What follows the title of a section that shows one of many problems: " (problem '2015')".
std::string of_problem(BalancedTable const& result);
/// One sentence, without a full stop: how many tables meet their totals, and which do not.
std::string batch_headline(BalanceBatch const& batch);
/// What a reader should know first: totals whose small disagreement stays in a result.
std::vector<std::string> batch_warnings(BalanceBatch const& batch);
/// The problems that did not converge, the worst first, a line each with its reason and repair; empty: all converged.
std::string batch_explanation(BalanceBatch const& batch);

}  // namespace regio::study
