#include "study/balance_explanation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "study/figures/vega_lite.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double step_bounds[] = {0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, infinity};

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

bool moved_further(CellMovement::Change const& a, CellMovement::Change const& b) {
  double const of_a = a.distance(), of_b = b.distance();
  if (of_a != of_b) return of_a > of_b;
  if (std::abs(a.start) != std::abs(b.start)) return std::abs(a.start) > std::abs(b.start);
  return std::pair(a.row, a.column) < std::pair(b.row, b.column);
}

void keep_largest(std::vector<CellMovement::Change>& changes) {
  std::sort(changes.begin(), changes.end(), moved_further);
  if (changes.size() > CellMovement::most_changes) changes.resize(CellMovement::most_changes);
}

std::string cell_name(BalancedTable const& result, Index row, Index column) {
  return result.label(Margin::rows, row) + " to " + result.label(Margin::columns, column);
}

std::string converged_headline(BalancedTable const& result, CellMovement const& movement) {
  std::string text = "Every row and column meets its total after " + counted(result.iterations(), "sweep", "sweeps");
  if (movement.largest.empty()) return text;
  if (std::string const typical = movement.typical(); !typical.empty()) text += "; " + typical;
  CellMovement::Change const& furthest = movement.largest.front();
  if (movement.became_zero == 0 && furthest.distance() >= step_bounds[0]) {
    text += ", the furthest (" + cell_name(result, furthest.row, furthest.column) + ") by a factor of " +
            short_number(furthest.ratio());
  }
  return text;
}

std::string unfinished_headline(BalancedTable const& result) {
  return fmt::format("Not balanced after {}: a row misses its total by {} of it, a column by {}",
                     counted(result.iterations(), "sweep", "sweeps"), short_number(result.row_residual()),
                     short_number(result.column_residual()));
}

/// The margin of a conflict that consists of one row or one column.
struct SingleMargin {
  Margin margin = Margin::rows;
  std::vector<Index> const* positions = nullptr;
};

SingleMargin single_margin(BalanceEvidence const& evidence) {
  if (!evidence.rows.empty()) return {Margin::rows, &evidence.rows};
  return {Margin::columns, &evidence.columns};
}

std::string empty_margin_headline(BalancedTable const& result, BalanceEvidence const& evidence) {
  auto const [margin, positions] = single_margin(evidence);
  bool const one = positions->size() == 1;
  return fmt::format("No table has these totals: {} {} no cell that may change, but {} {}",
                     named(result, margin, *positions), one ? "has" : "have",
                     one ? "its total is" : "their totals add up to",
                     amount(sum_of(result.totals(margin), *positions)));
}

std::string sign_headline(BalancedTable const& result, BalanceEvidence const& evidence) {
  auto const [margin, positions] = single_margin(evidence);
  double const total = sum_of(result.totals(margin), *positions);
  bool const one = positions->size() == 1;
  return fmt::format("No table has these totals: no cell of {} is {}, but {} {}", named(result, margin, *positions),
                     total < 0 ? "negative" : "positive", one ? "its total is" : "their totals add up to",
                     amount(total));
}

/// The margins that need more than those give where their cells lie.
struct ConflictSides {
  Margin needs, gives;
  std::vector<Index> const &needing, &giving;
};

ConflictSides sides_of(BalanceEvidence const& evidence) {
  if (evidence.columns_need_more) return {Margin::columns, Margin::rows, evidence.columns, evidence.rows};
  return {Margin::rows, Margin::columns, evidence.rows, evidence.columns};
}

/// "the rows 'a', 'b' need 8, but ... take only 6".
std::string conflict_headline(BalancedTable const& result, BalanceEvidence const& evidence) {
  auto const [needs, gives, needing, giving] = sides_of(evidence);
  return fmt::format(
      "No table has these totals: {} must add up to {}, but {} alone, where their cells lie, to {}: {} "
      "too much",
      named(result, needs, needing), amount(sum_of(result.totals(needs), needing)), named(result, gives, giving),
      amount(sum_of(result.totals(gives), giving)), amount(evidence.deficit));
}

std::string totals_headline(BalancedTable const& result) {
  return fmt::format(
      "No table has these totals: those of the rows add up to {}, those of the columns to {}, a "
      "difference of {}",
      amount(sum_of(result.row_totals)), amount(sum_of(result.column_totals)), amount(std::abs(result.gap())));
}

/// "rows 'a' and columns 'b', which no cell connects with the rest: 8 and 6".
std::string part_text(BalancedTable const& result, BalanceEvidence const& evidence) {
  return fmt::format(
      "{} and {}, which no cell connects with the rest of the table: the totals of these rows add up to "
      "{}, those of these columns to {}",
      named(result, Margin::rows, evidence.rows), named(result, Margin::columns, evidence.columns),
      amount(sum_of(result.row_totals, evidence.rows)), amount(sum_of(result.column_totals, evidence.columns)));
}

bool totals_of_table_differ(BalancedTable const& result) {
  double sizes = 0;
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    for (double const total : result.totals(margin)) sizes += std::abs(total);
  }
  return std::abs(result.gap()) > result.options.tolerance * sizes;
}

std::vector<std::string> totals_explanation(BalancedTable const& result, BalanceEvidence const& evidence) {
  std::string const repair = "Repair: correct the total that is wrong, or scale one side to the sum of the other.";
  if (!is_part_of_table(result)) return {"Both margins of a table add up to the same sum. " + repair};
  std::vector<std::string> sentences;
  if (totals_of_table_differ(result)) {
    sentences.push_back("A part of the table shows where: " + part_text(result, evidence) + ".");
  }
  sentences.push_back(
      "A part without a cell in common with the rest is a table of its own, both margins of which add "
      "up to the same sum. " +
      repair + " A number in a cell that connects the parts helps when only the parts differ.");
  return sentences;
}

std::string zeros_headline(BalanceEvidence const& evidence) {
  return "The totals are met only in the limit, when " +
         counted(std::ssize(evidence.forced_zeros), "cell becomes", "cells become") + " zero";
}

std::string forced_zeros_text(BalancedTable const& result, BalanceEvidence const& evidence) {
  std::vector<std::string> cells;
  for (TableCell const& cell : evidence.forced_zeros) cells.push_back(cell_name(result, cell.row, cell.column));
  return "Zero in every table that meets the totals: " + listed(cells, 10) +
         ". The result is the limit, with zeros there; where they are not plausible, the totals of these rows and "
         "columns leave them no room.";
}

/// Sweeps that a problem of this rate still needs.
std::string sweeps_to_go(double residual, double rate, double tolerance) {
  if (!(rate > 0 && rate < 1) || !(residual > tolerance) || !(tolerance > 0)) return "";
  double const sweeps = std::ceil(std::log(tolerance / residual) / std::log(rate));
  return fmt::format(" A sweep takes the residual to {} of what it was; at that rate about {:.0f} more would do.",
                     short_number(rate), sweeps);
}

/// A margin that no scaling can bring to its total.
std::string margin_repair(BalancedTable const& result, BalanceEvidence const& evidence) {
  auto const [margin, positions] = single_margin(evidence);
  bool const needs_negative = sum_of(result.totals(margin), *positions) < 0;
  return fmt::format(
      "Balancing multiplies cells by positive factors: zeros stay zero and signs stay. Give {} a {} "
      "cell, or change the total.",
      named(result, margin, *positions), needs_negative ? "negative" : "positive");
}

std::string conflict_repair(BalancedTable const& result, BalanceEvidence const& evidence) {
  auto const [needs, gives, needing, giving] = sides_of(evidence);
  return fmt::format(
      "Repair: lower the totals of {} or raise those of {}, by at least {} together; or put a positive number "
      "into a cell of {} outside of {}.",
      named(result, needs, needing), named(result, gives, giving), amount(evidence.deficit),
      named(result, needs, needing), named(result, gives, giving));
}

}  // namespace

double CellMovement::Change::distance() const { return ratio() > 0 ? std::max(ratio(), 1 / ratio()) - 1 : infinity; }

std::string CellMovement::typical() const {
  Index below = 0;
  for (Step const& step : steps) {
    below += step.cells;
    if (2 * below < cells || step.most == infinity) continue;
    return fmt::format("{} % of the cells moved by less than {} %", 100 * below / cells, amount(100 * step.most));
  }
  return "";
}

CellMovement cell_movement(TableChange const& table) {
  CellMovement movement;
  bool computed = true;
  for (double const bound : step_bounds) movement.steps.push_back({.most = bound});
  movement.of_row.assign(position(table.rows.size()), 0.0);
  movement.of_column.assign(position(table.columns.size()), 0.0);
  double least_kept = 0;  // what moved less is not among the largest
  table.for_each_cell([&](Index row, Index column, double start, double balanced) {
    computed = computed && !std::isnan(balanced);
    if (!computed) return;
    CellMovement::Change const change{row, column, start, balanced};
    double const distance = change.distance();
    auto const step = std::find_if(movement.steps.begin(), movement.steps.end(),
                                   [&](auto const& candidate) { return distance < candidate.most; });
    auto& place = step == movement.steps.end() ? movement.steps.back() : *step;
    ++place.cells;
    place.value += std::abs(change.start);
    ++movement.cells;
    movement.value += std::abs(change.start);
    movement.became_zero += change.balanced == 0 ? 1 : 0;
    movement.of_row[position(row)] = std::max(movement.of_row[position(row)], distance);
    movement.of_column[position(column)] = std::max(movement.of_column[position(column)], distance);
    if (distance < least_kept) return;
    movement.largest.push_back(change);
    if (movement.largest.size() < 8 * CellMovement::most_changes) return;
    keep_largest(movement.largest);
    least_kept = movement.largest.back().distance();
  });
  if (!computed) return {};
  keep_largest(movement.largest);
  return movement;
}

std::string headline(BalancedTable const& result, CellMovement const& movement) {
  BalanceEvidence const& evidence = evidence_of(result);
  switch (result.reason()) {
    case BalanceReason::none: return converged_headline(result, movement);
    case BalanceReason::totals_differ:
      return totals_of_table_differ(result)
                 ? totals_headline(result)
                 : "No table has these totals: a part of it cannot meet them, " + part_text(result, evidence);
    case BalanceReason::empty_margin: return empty_margin_headline(result, evidence);
    case BalanceReason::sign: return sign_headline(result, evidence);
    case BalanceReason::conflicting_margins: return conflict_headline(result, evidence);
    case BalanceReason::forced_zeros: return zeros_headline(evidence);
    case BalanceReason::slow:
    case BalanceReason::rounding: break;
  }
  return unfinished_headline(result);
}

std::vector<std::string> explanation(BalancedTable const& result) {
  BalanceEvidence const& evidence = evidence_of(result);
  switch (result.reason()) {
    case BalanceReason::none: return {};
    case BalanceReason::totals_differ: return totals_explanation(result, evidence);
    case BalanceReason::empty_margin:
    case BalanceReason::sign: return {margin_repair(result, evidence)};
    case BalanceReason::conflicting_margins: return {conflict_repair(result, evidence)};
    case BalanceReason::forced_zeros: return {forced_zeros_text(result, evidence)};
    case BalanceReason::rounding:
    case BalanceReason::slow: break;
  }
  return {unfinished_explanation(result.reason(), std::max(result.row_residual(), result.column_residual()),
                                 result.rate(), result.options.tolerance)};
}

std::string unfinished_explanation(BalanceReason reason, double residual, double rate, double tolerance) {
  if (reason == BalanceReason::rounding) {
    return "The numbers of the computer are not fine enough for this tolerance: further sweeps change nothing any "
           "more. The result is as near as it can be; a larger tolerance accepts it.";
  }
  return "The limit of sweeps came first: raise max_iterations, or ask for less with a larger tolerance." +
         sweeps_to_go(residual, rate, tolerance);
}

bool is_part_of_table(BalancedTable const& result) {
  BalanceEvidence const* const evidence = result.evidence();
  return evidence != nullptr && (std::ssize(evidence->rows) < result.table->rows.size() ||
                                 std::ssize(evidence->columns) < result.table->columns.size());
}

std::string amount(double value) { return fmt::format("{:.10g}", value); }

std::string named(BalancedTable const& result, Margin margin, std::vector<Index> const& positions) {
  std::vector<std::string> labels;
  for (Index const i : positions) labels.push_back("'" + result.label(margin, i) + "'");
  return margin_name(margin) + (labels.size() == 1 ? " " : "s ") + listed(labels);
}

}  // namespace regio::study
