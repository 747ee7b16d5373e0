#include "study/constrained_report.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "study/balancing_sections.hpp"
#include "study/change_tables.hpp"
#include "study/figures/balance_figures.hpp"
#include "study/report_sections.hpp"

namespace regio::study {
namespace {

using format::Paragraph;
using format::Report;
using format::ReportSection;

constexpr std::size_t most_lines = 200;

std::string method_text(ConstrainedBalanceOptions const& options) {
  switch (options.method) {
    case ConstrainedMethod::mr_gras: return "MR-GRAS";
    case ConstrainedMethod::soft: return "soft totals";
    case ConstrainedMethod::kras: return "KRAS";
    case ConstrainedMethod::least_squares: break;
  }
  return "least squares, weight " + std::string(name(options.weight));
}

void add_facts(Report& report, ConstrainedTable const& result, ReportContext const& context) {
  report.facts = {{"Rows", std::to_string(result.table.rows.size())},
                  {"Columns", std::to_string(result.table.columns.size())}};
  for (format::ReportFact& fact : cell_facts(result.table.values())) report.facts.push_back(std::move(fact));
  report.facts.insert(report.facts.end(), {{"Constraints", std::to_string(result.constraints.names.size())},
                                           {"Cells with bounds", std::to_string(result.bounds.size())},
                                           {"Method", method_text(result.options)},
                                           {"Outcome", outcome_text(result.outcome())},
                                           {"Iterations", std::to_string(result.report.iterations.front())},
                                           {"Computed on", context.device}});
}

std::string how_to_check(ConstrainedTable const& result) {
  std::string const sum =
      "Take a cell and add the multiplier of its row, that of its column and, each times the cell's "
      "coefficient, those of its constraints (0 for totals that the table below does not list)";
  if (result.bounds.empty()) {
    return "Anyone can check it. " + sum +
           ": for a positive cell the sum is 0 or less, for a negative one 0 or more. So whatever the cells become, "
           "the "
           "totals, each times its multiplier, cannot add up to more than 0; the wanted ones add up to the deficit.";
  }
  return "Anyone can check it. " + sum +
         ". Where the sum is above 0, the cell's largest value times it is the most that the cell can give to the "
         "totals, "
         "each times its multiplier; where it is below 0, the smallest value. The most that all cells give together, "
         "within their signs and bounds, falls short of the wanted totals by the deficit.";
}

std::string given_text(ConstrainedTable const& result) {
  if (!result.is_computed()) return no_table_text(result.report.iterations.front(), "iteration");
  return "The balanced table beside this report is where the iteration ended; it does not meet the totals.";
}

ReportTable totals_table(std::string name, std::string caption, std::vector<TotalResult> totals) {
  ReportTable table{.name = std::move(name),
                    .caption = std::move(caption),
                    .columns = {"Margin", "Label", "Wanted", "Result", "Difference", "Difference, %", "Reliability"},
                    .digits = 5,
                    .note = "A dash for the reliability: the total must be met.",
                    .file = "totals.csv"};
  if (totals.size() > most_lines) {
    table.note += " The first " + std::to_string(most_lines) + " of " + std::to_string(totals.size()) + " totals.";
    totals.resize(most_lines);
  }
  for (TotalResult const& total : totals) {
    double const share = total.wanted == 0 ? std::nan("") : 100 * total.difference() / std::abs(total.wanted);
    table.rows.push_back({total.margin, total.label, total.wanted, total.result, total.difference(), share,
                          std::isinf(total.reliability) ? std::nan("") : total.reliability});
  }
  return table;
}

ReportSection missed_section(ConstrainedTable const& result, std::vector<TotalResult> const& missed) {
  bool const adjusted = result.options.method == ConstrainedMethod::kras;
  ReportSection section{.name = "missed", .title = adjusted ? "Totals that were adjusted" : "Totals that are missed"};
  std::string text = adjusted
                         ? "Totals in conflict moved towards what the table can have, each in proportion to its "
                           "size over its reliability; those without a reliability stayed."
                         : "These totals gave way, those with a small reliability more than others; totals without "
                           "a reliability are met.";
  section.items.emplace_back(Paragraph{std::move(text)});
  section.items.emplace_back(totals_table(
      "missed", adjusted ? "Wanted totals and those of the result, furthest first" : "Missed totals, furthest first",
      missed));
  return section;
}

ReportSection movement_section(ConstrainedTable const& result, CellMovement const& movement,
                               std::string const& source) {
  ReportSection section{.name = "movement", .title = "How far the cells moved"};
  section.items.emplace_back(cell_changes_figure(result, movement, source));
  section.items.emplace_back(movement_table(movement));
  section.items.emplace_back(
      largest_changes_table(result, movement, result.table.form == TableForm::array ? "balanced.npy" : "balanced.csv"));
  return section;
}

/// Cells at a bound, or with a given value.
ReportSection bounds_section(ConstrainedTable const& result) {
  ReportTable table{.name = "bounds",
                    .caption = "Cells that stand at a bound",
                    .columns = {"Row", "Column", "Before", "Lower", "Upper", "Balanced", "Stands at"},
                    .digits = 5};
  MatrixView<double const> const before = result.cells_before();
  Index given = 0, binding = 0;
  for (CellBounds const& bound : result.bounds) {
    auto const [row, column] = bound.cell;
    double const value = result.after(row, column);
    bool const is_given = bound.lower == bound.upper;
    bool const at_lower = value <= bound.lower, at_upper = value >= bound.upper;
    if (!at_lower && !at_upper) continue;
    ++(is_given ? given : binding);
    if (table.rows.size() == most_lines) continue;
    auto const number = [](double limit) { return std::isinf(limit) ? std::nan("") : limit; };
    table.rows.push_back({result.label(Margin::rows, row), result.label(Margin::columns, column), before(row, column),
                          number(bound.lower), number(bound.upper), value,
                          std::string(is_given   ? "given value"
                                      : at_lower ? "lower bound"
                                                 : "upper bound")});
  }
  ReportSection section{.name = "bounds", .title = "Bounds"};
  section.items.emplace_back(Paragraph{fmt::format(
      "{} with a lower or an upper bound, {} at one; {} with a given value. What these cells could not take or give "
      "had "
      "to be met by others.",
      counted(std::ssize(result.bounds) - given, "cell", "cells"), binding, counted(given, "cell", "cells"))});
  if (given + binding > std::ssize(table.rows)) {
    table.note =
        "The first " + std::to_string(table.rows.size()) + " of " + std::to_string(given + binding) + " cells.";
  }
  if (!table.rows.empty()) section.items.emplace_back(std::move(table));
  return section;
}

std::string multipliers_text(ConstrainedMethod method) {
  if (method == ConstrainedMethod::least_squares) {
    return "multipliers.csv has the Lagrange multiplier of each total: by how much the weighted sum of squares would "
           "change with the total.";
  }
  return "Each positive cell that is not at a bound is the cell before times the multipliers of its row and column and "
         "of its constraints, each to the power of the cell's coefficient; each negative cell was divided by them. "
         "multipliers.csv has them; only their products are determined.";
}

ReportSection trust_section(ConstrainedTable const& result, std::string const& source) {
  ReportSection section{.name = "trust", .title = "Can it be trusted?"};
  if (result.is_computed()) {
    section.items.emplace_back(Paragraph{fmt::format(
        "The largest residual of what must be met is {:.2g}, taken from the balanced table itself in compensated "
        "arithmetic; the tolerance is {:g}. What was minimised came to {}.",
        result.report.residual.front(), result.options.tolerance, short_number(result.report.objective.front()))});
  }
  if (!result.report.history.empty() && !result.report.history.front().empty()) {
    section.items.emplace_back(convergence_figure(
        {.history = result.report.history.front(),
         .iterations = result.report.iterations.front(),
         .converged = result.outcome() == Outcome::converged,
         .tolerance = result.options.tolerance,
         .margin = "row, column or constraint",
         .step = "iteration",
         .reached = result.options.method == ConstrainedMethod::mr_gras ? "The totals are met"
                                                                        : "The conditions of the optimum are met"},
        source));
  }
  if (!result.is_computed()) return section;
  std::vector<TotalResult> totals = total_results(result);
  std::erase_if(totals, [](TotalResult const& total) { return std::isnan(total.wanted); });
  std::stable_sort(totals.begin(), totals.end(),
                   [](TotalResult const& a, TotalResult const& b) { return a.residual() > b.residual(); });
  section.items.emplace_back(totals_table("totals", "Totals and sums, those that miss most first", std::move(totals)));
  section.items.emplace_back(Paragraph{multipliers_text(result.options.method)});
  return section;
}

}  // namespace

format::Report constrained_report(ConstrainedTable const& result, ReportContext const& context) {
  CellMovement const movement = cell_movement(result);
  Report report =
      balancing_report(context, headline(result, movement), constrained_warnings(result), explanation(result));
  add_facts(report, result, context);
  bool const is_result = result.outcome() != Outcome::infeasible && result.is_computed();
  if (result.outcome() == Outcome::infeasible) {
    report.sections.push_back(conflict_section(certificate_of(result), result, certificate_cells(result),
                                               how_to_check(result), given_text(result), context.source));
  }
  if (is_result) {
    bool const may_miss = result.options.method != ConstrainedMethod::mr_gras;
    std::vector<TotalResult> const missed = missed_totals(result);
    if (may_miss && !missed.empty()) report.sections.push_back(missed_section(result, missed));
    if (!movement.largest.empty()) report.sections.push_back(movement_section(result, movement, context.source));
    if (!result.bounds.empty()) report.sections.push_back(bounds_section(result));
  }
  ReportSection const trust = trust_section(result, context.source);
  if (!trust.items.empty()) report.sections.push_back(trust);
  close_report(report, context);
  return report;
}

}  // namespace regio::study
