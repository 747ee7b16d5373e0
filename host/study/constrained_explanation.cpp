#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "study/constrained_report.hpp"
#include "study/figures/vega_lite.hpp"

namespace regio::study {
namespace {

/// A cell that moved less did not move for a reader.
constexpr double least_move = 0.001;

std::string total_name(TotalResult const& total) { return total.margin + " '" + total.label + "'"; }

std::string met_sentence(ConstrainedTable const& result) {
  return result.constraints.total.empty() ? "Every row and column meets its total"
                                          : "Every row, column and constraint meets its total";
}

std::string missed_sentence(ConstrainedTable const& result, std::vector<TotalResult> const& missed) {
  auto const all = total_results(result).size();
  TotalResult const& furthest = missed.front();
  return fmt::format("{} of {} {} {}, the furthest that of {}: {} in the place of {}", missed.size(),
                     counted(static_cast<Index>(all), "total", "totals"), missed.size() == 1 ? "is" : "are",
                     result.options.method == ConstrainedMethod::kras ? "adjusted" : "missed", total_name(furthest),
                     short_number(furthest.result), short_number(furthest.wanted));
}

std::string converged_headline(ConstrainedTable const& result, CellMovement const& movement) {
  std::vector<TotalResult> const missed = missed_totals(result);
  std::string text = (missed.empty() ? met_sentence(result) : missed_sentence(result, missed)) + ", after " +
                     counted(result.report.iterations.front(), "iteration", "iterations");
  if (std::string const typical = movement.typical(); !typical.empty()) text += "; " + typical;
  if (movement.largest.empty()) return text;
  CellMovement::Change const& furthest = movement.largest.front();
  if (movement.became_zero > 0 || furthest.ratio() < 0 || furthest.distance() < least_move) return text;
  return text + ", the furthest (" + result.label(Margin::rows, furthest.row) + " to " +
         result.label(Margin::columns, furthest.column) + ") by a factor of " + short_number(furthest.ratio());
}

bool has_reliability(ConstrainedTable const& result) {
  for (auto const* const reliabilities :
       {&result.row_totals.reliability, &result.column_totals.reliability, &result.constraints.reliability}) {
    if (std::any_of(reliabilities->begin(), reliabilities->end(), [](double rho) { return std::isfinite(rho); })) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<TotalResult> missed_totals(ConstrainedTable const& result) {
  std::vector<TotalResult> totals = total_results(result);
  std::erase_if(totals, [&](TotalResult const& total) { return !(total.residual() > result.options.tolerance); });
  std::stable_sort(totals.begin(), totals.end(),
                   [](TotalResult const& a, TotalResult const& b) { return a.residual() > b.residual(); });
  return totals;
}

std::string headline(ConstrainedTable const& result, CellMovement const& movement) {
  if (result.outcome() == Outcome::converged) return converged_headline(result, movement);
  if (result.outcome() == Outcome::infeasible) {
    Certificate const certificate = certificate_of(result);
    std::string const start = "No table has these totals";
    return certificate.terms.empty() ? start : start + ": " + certificate.conflict();
  }
  return fmt::format("Not balanced after {}: the largest residual is {}",
                     counted(result.report.iterations.front(), "iteration", "iterations"),
                     short_number(result.report.residual.front()));
}

std::vector<std::string> explanation(ConstrainedTable const& result) {
  std::string const give_way =
      "Totals that are less certain can give way: with a reliability in their files, the methods soft, kras and "
      "least-squares find a table that misses or adjusts them.";
  switch (result.outcome()) {
    case Outcome::converged: return {};
    case Outcome::infeasible:
      return {certificate_of(result).repair(result.reason() != BalanceReason::totals_differ), give_way};
    default: break;
  }
  return {unfinished_explanation(result.reason(), result.report.residual.front(),
                                 std::numeric_limits<double>::quiet_NaN(), result.options.tolerance)};
}

std::vector<std::string> constrained_warnings(ConstrainedTable const& result) {
  std::vector<std::string> warnings;
  auto const is_missing = [](double total) { return std::isnan(total); };
  auto const rows = std::count_if(result.row_totals.value.begin(), result.row_totals.value.end(), is_missing);
  auto const columns = std::count_if(result.column_totals.value.begin(), result.column_totals.value.end(), is_missing);
  if (rows + columns > 0) {
    warnings.push_back(counted(rows, "row", "rows") + " and " + counted(columns, "column", "columns") +
                       " have no total and are not controlled.");
  }
  if (result.options.method != ConstrainedMethod::mr_gras && !has_reliability(result)) {
    warnings.push_back("No total has a reliability, so that every total must be met: the method " +
                       std::string(name(result.options.method)) + " then has nothing that may give way.");
  }
  return warnings;
}

}  // namespace regio::study
