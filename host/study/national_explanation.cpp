#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "study/figures/vega_lite.hpp"
#include "study/national_report.hpp"

namespace regio::study {
namespace {

/// A relative difference of sums that decimal numbers have in binary; nobody needs to hear of it.
constexpr double rounding = 1e-13;
/// A cell that moved less did not move for a reader.
constexpr double least_move = 0.001;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::string converged_headline(NationalBalance const& result, NationalMovement const& movement) {
  auto const controlled =
      std::count_if(result.national.begin(), result.national.end(), [](double total) { return !std::isnan(total); });
  std::string text = fmt::format("The tables of {} meet their totals and {} after {}",
                                 counted(result.tables.regions.size(), "region", "regions"),
                                 counted(controlled, "national cell", "national cells"),
                                 counted(result.report.iterations.front(), "sweep", "sweeps"));
  if (std::string const typical = movement.cells.typical(); !typical.empty()) text += "; " + typical;
  if (movement.cells.largest.empty()) return text;
  CellMovement::Change const& furthest = movement.cells.largest.front();
  if (movement.cells.became_zero > 0 || furthest.distance() < least_move) return text;
  return text + ", the furthest (" + movement.region_rows.codes()[position(furthest.row)] + " to " +
         result.label(Margin::columns, furthest.column) + ") by a factor of " + short_number(furthest.ratio());
}

double largest_residual(NationalBalance const& result) {
  return std::max({result.report.row_residual.front(), result.report.column_residual.front(),
                   result.report.national_residual.front()});
}

}  // namespace

NationalMovement national_movement(NationalBalance const& result) {
  NationalMovement movement;
  for (std::string const& region : result.tables.regions.codes()) {
    for (std::string const& row : result.tables.rows.codes()) {
      movement.region_rows.insert(std::string(region).append("/").append(row));
    }
  }
  movement.cells = cell_movement(change_of_all_regions(result, movement.region_rows));
  return movement;
}

TableChange change_of_all_regions(NationalBalance const& result, RegionCodes const& region_rows) {
  return {
      region_rows, result.tables.columns, [&result](TableChange::Visit const& visit) {
        Index const rows = result.tables.rows.size();
        for (Index region = 0; region < result.tables.regions.size(); ++region) {
          result.change_of_region(region).for_each_cell([&](Index row, Index column, double start, double balanced) {
            visit(region * rows + row, column, start, balanced);
          });
        }
      }};
}

std::string headline(NationalBalance const& result, NationalMovement const& movement) {
  if (result.outcome() == Outcome::converged) return converged_headline(result, movement);
  if (result.outcome() == Outcome::infeasible) {
    Certificate const certificate = certificate_of(result);
    if (!certificate.terms.empty()) return "No tables have these totals: " + certificate.conflict();
    return fmt::format("No tables have these totals: sums that should be equal differ by {}",
                       amount(result.report.gap.front()));
  }
  return fmt::format(
      "Not balanced after {}: a row misses its total by {} of it, a column by {}, a national cell by {}",
      counted(result.report.iterations.front(), "sweep", "sweeps"), short_number(result.report.row_residual.front()),
      short_number(result.report.column_residual.front()), short_number(result.report.national_residual.front()));
}

std::vector<std::string> explanation(NationalBalance const& result) {
  if (result.outcome() == Outcome::converged) return {};
  if (result.outcome() == Outcome::infeasible) {
    return {certificate_of(result).repair(result.reason() != BalanceReason::totals_differ)};
  }
  return {unfinished_explanation(result.reason(), largest_residual(result), result.report.rate.front(),
                                 result.options.tolerance),
          "No test finds every conflict of three families of totals, so totals that cannot be met may end like this, "
          "too."};
}

std::vector<std::string> national_warnings(NationalBalance const& result) {
  std::vector<std::string> warnings;
  std::vector<bool> used(result.national.size(), false);
  for (std::size_t at = 0; at < result.tables.values.size(); ++at) {
    if (result.tables.values[at] != 0) used[at % used.size()] = true;
  }
  Index free = 0;
  for (std::size_t cell = 0; cell < used.size(); ++cell)
    free += used[cell] && std::isnan(result.national[cell]) ? 1 : 0;
  if (free > 0) {
    warnings.push_back(
        fmt::format("{} of the {} national cells in which regions have numbers are not controlled: the "
                    "national table has no number there.",
                    free, std::count(used.begin(), used.end(), true)));
  }
  double const size = std::transform_reduce(result.row_totals.begin(), result.row_totals.end(), 0.0, std::plus<>(),
                                            [](double total) { return std::abs(total); });
  double const gap = std::abs(result.report.gap.front());
  if (result.outcome() == Outcome::converged && gap > rounding * size) {
    warnings.push_back(
        fmt::format("Sums of totals that should be equal differ by up to {:.3g}. That is within the tolerance; it "
                    "stays in the result.",
                    gap));
  }
  return warnings;
}

}  // namespace regio::study
