#include "study/balance_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "study/balancing_sections.hpp"
#include "study/change_tables.hpp"
#include "study/figures/balance_figures.hpp"
#include "study/report_sections.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::Paragraph;
using format::Report;
using format::ReportSection;

constexpr std::size_t most_margins_listed = 200;
/// A relative difference of sums that decimal numbers have in binary; nobody needs to hear of it.
constexpr double rounding = 1e-13;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Sums of the cells of each row and column.
struct MarginSums {
  std::vector<double> rows, columns;

  [[nodiscard]] std::vector<double> const& of(Margin margin) const { return margin == Margin::rows ? rows : columns; }
};

template <class Value>
MarginSums margin_sums(BalancedTable const& result, Value const& value) {
  MarginSums sums{std::vector<double>(result.row_totals.size(), 0.0),
                  std::vector<double>(result.column_totals.size(), 0.0)};
  result.table->for_each_cell([&](Index row, Index column, Index at) {
    sums.rows[position(row)] += value(at);
    sums.columns[position(column)] += value(at);
  });
  return sums;
}

bool is_computed(CellMovement const& movement) { return !movement.steps.empty(); }

void add_facts(Report& report, BalancedTable const& result, ReportContext const& context) {
  report.facts = {{"Rows", std::to_string(result.table->rows.size())},
                  {"Columns", std::to_string(result.table->columns.size())}};
  for (format::ReportFact& fact : cell_facts(result.table->values())) report.facts.push_back(std::move(fact));
  report.facts.insert(report.facts.end(), {{"Method", method_text(result.options.method)},
                                           {"Outcome", outcome_text(result.outcome())},
                                           {"Sweeps", std::to_string(result.iterations())},
                                           {"Computed on", context.device}});
}

ReportTable conflict_sums_table(BalancedTable const& result, BalanceEvidence const& evidence) {
  ReportTable table{.name = "conflict-sums",
                    .caption = "What does not fit",
                    .columns = {"", "How many", "Their totals add up to"},
                    .digits = 10};
  table.rows.push_back({std::string("Rows in conflict"), static_cast<double>(evidence.rows.size()),
                        sum_of(result.row_totals, evidence.rows)});
  table.rows.push_back({std::string("Columns in conflict"), static_cast<double>(evidence.columns.size()),
                        sum_of(result.column_totals, evidence.columns)});
  table.rows.push_back({std::string("Deficit"), std::nan(""), evidence.deficit});
  return table;
}

/// Rows and columns of the certificate, each with its total and what the table had there.
ReportTable conflict_margins_table(BalancedTable const& result, BalanceEvidence const& evidence,
                                   MarginSums const& start) {
  ReportTable table{.name = "conflict-margins",
                    .caption = "Rows and columns in conflict",
                    .columns = {"Margin", "Label", "Total", "Sum before balancing"},
                    .digits = 6};
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    for (Index const i : margin == Margin::rows ? evidence.rows : evidence.columns) {
      table.rows.push_back({margin_name(margin), result.label(margin, i), result.totals(margin)[position(i)],
                            start.of(margin)[position(i)]});
    }
  }
  return table;
}

/// Totals that can be attained where the wanted ones cannot: those that differ from the wanted.
ReportTable attainable_table(BalancedTable const& result, BalanceEvidence const& evidence) {
  ReportTable table{
      .name = "attainable",
      .caption = "The nearest totals that can be attained",
      .columns = {"Margin", "Label", "Total", "Attainable", "Difference"},
      .digits = 4,
      .note =
          "Rows: when all columns meet their totals. Columns: when all rows meet theirs. Taking one "
          "of the two sides as it stands here makes the problem solvable, though some cells may become zero."};
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    std::vector<double> const& attainable =
        margin == Margin::rows ? evidence.attainable_row_totals : evidence.attainable_column_totals;
    for (std::size_t i = 0; i < attainable.size(); ++i) {
      double const total = result.totals(margin)[i];
      double const difference = attainable[i] - total;
      if (std::abs(difference) <= result.options.tolerance * std::abs(total)) continue;
      table.rows.push_back(
          {margin_name(margin), result.label(margin, static_cast<Index>(i)), total, attainable[i], difference});
    }
  }
  return table;
}

std::string how_to_check(BalancedTable const& result, BalanceEvidence const& evidence) {
  bool const signed_table =
      std::any_of(result.table->values().begin(), result.table->values().end(), [](double cell) { return cell < 0; });
  std::string const one = evidence.columns_need_more ? "columns" : "rows";
  std::string const other = evidence.columns_need_more ? "rows" : "columns";
  std::string text = "Anyone can check it: every " + std::string(signed_table ? "positive " : "") + "cell of these " +
                     one + " lies in these " + other;
  if (signed_table) text += ", every negative cell of these " + other + " in these " + one;
  return text + ". So whatever the cells become, the " + one + " cannot add up to more than the " + other +
         " do; the totals ask for more.";
}

ReportSection conflict_section(BalancedTable const& result, MarginSums const& start, std::string const& source) {
  BalanceEvidence const& evidence = evidence_of(result);
  ReportSection section{.name = "conflict", .title = "Why it cannot be done"};
  bool const shows_both_sides = !evidence.rows.empty() && !evidence.columns.empty();
  bool const is_whole = result.reason() == BalanceReason::totals_differ && !is_part_of_table(result);
  if (shows_both_sides && !is_whole) section.items.emplace_back(Paragraph{how_to_check(result, evidence)});
  section.items.emplace_back(conflict_sums_table(result, evidence));
  if (shows_both_sides && !is_whole) section.items.emplace_back(conflict_figure(result, source));
  if (!is_whole) section.items.emplace_back(conflict_margins_table(result, evidence, start));
  ReportTable attainable = attainable_table(result, evidence);
  if (!attainable.rows.empty()) section.items.emplace_back(std::move(attainable));
  section.items.emplace_back(Paragraph{
      std::isnan(result.balanced()[0])
          ? no_table_text(result.iterations(), "sweep")
          : "The balanced table beside this report is where the iteration ended; it does not meet the totals."});
  return section;
}

ReportSection zeros_section(BalancedTable const& result, std::string const& source) {
  BalanceEvidence const& evidence = evidence_of(result);
  ReportSection section{.name = "zeros", .title = "Cells that become zero"};
  section.items.emplace_back(
      Paragraph{"The totals leave no room for some cells: in every table that meets them, and has numbers only where "
                "the start has some, these cells are zero. Scaling comes nearer to such a table with every sweep and "
                "never reaches it; the result is the limit."});
  section.items.emplace_back(forced_zeros_figure(result, source));
  ReportTable table{
      .name = "forced-zeros", .caption = "Cells that become zero", .columns = {"Row", "Column", "Before balancing"}};
  std::vector<double> start(evidence.forced_zeros.size(), 0.0);
  result.table->for_each_cell([&](Index row, Index column, Index at) {
    Index const place = forced_zero_position(evidence, {row, column});
    if (place >= 0) start[position(place)] = result.table->values()[at];
  });
  for (std::size_t i = 0; i < start.size(); ++i) {
    TableCell const& cell = evidence.forced_zeros[i];
    table.rows.push_back({result.label(Margin::rows, cell.row), result.label(Margin::columns, cell.column), start[i]});
  }
  section.items.emplace_back(std::move(table));
  return section;
}

ReportSection movement_section(BalancedTable const& result, CellMovement const& movement, std::string const& file,
                               std::string const& source) {
  ReportSection section{.name = "movement", .title = "How far the cells moved"};
  section.items.emplace_back(cell_changes_figure(result, movement, source));
  section.items.emplace_back(movement_table(movement));
  section.items.emplace_back(largest_changes_table(result, movement, file));
  return section;
}

/// Rows and columns by how far they miss their totals.
ReportTable margins_table(BalancedTable const& result, MarginSums const& start) {
  auto const cell = [&](Index at) { return result.balanced()[at]; };
  MarginSums const balanced = margin_sums(result, cell);
  MarginSums const sizes = margin_sums(result, [&](Index at) { return std::abs(cell(at)); });
  struct Line {
    Margin margin;
    std::size_t place;
    double residual;
  };
  std::vector<Line> lines;
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    for (std::size_t i = 0; i < result.totals(margin).size(); ++i) {
      double const total = result.totals(margin)[i];
      double const size = std::max(std::abs(total), sizes.of(margin)[i]);
      lines.push_back({margin, i, size > 0 ? std::abs(balanced.of(margin)[i] - total) / size : 0});
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](Line const& a, Line const& b) { return a.residual > b.residual; });
  ReportTable table{.name = "margins",
                    .caption = "Totals and sums, those that miss most first",
                    .columns = {"Margin", "Label", "Sum before", "Total", "Sum after", "Missed by"},
                    .digits = 6};
  if (lines.size() > most_margins_listed) {
    table.note = "The first " + std::to_string(most_margins_listed) + " of " + std::to_string(lines.size()) +
                 " rows and columns.";
    lines.resize(most_margins_listed);
  }
  for (Line const& line : lines) {
    double const total = result.totals(line.margin)[line.place];
    double const sum = balanced.of(line.margin)[line.place];
    table.rows.push_back({margin_name(line.margin), result.label(line.margin, static_cast<Index>(line.place)),
                          start.of(line.margin)[line.place], total, sum, sum - total});
  }
  return table;
}

ReportSection trust_section(BalancedTable const& result, CellMovement const& movement, MarginSums const& start,
                            std::string const& source) {
  ReportSection section{.name = "trust", .title = "Can it be trusted?"};
  ReportTable checks{.name = "checks",
                     .caption = "The result against what was asked",
                     .columns = {"", "Rows", "Columns"},
                     .note =
                         "Residuals are taken from the balanced table itself, in compensated arithmetic, and "
                         "compared with the tolerance " +
                         fmt::format("{:g}", result.options.tolerance) + "."};
  checks.rows.push_back(
      {std::string("Totals add up to"), amount(sum_of(result.row_totals)), amount(sum_of(result.column_totals))});
  checks.rows.push_back({std::string("Difference of the two"), fmt::format("{:.3g}", result.gap()), std::string()});
  checks.rows.push_back({std::string("Largest residual"), fmt::format("{:.2g}", result.row_residual()),
                         fmt::format("{:.2g}", result.column_residual())});
  section.items.emplace_back(std::move(checks));
  if (!result.history().empty()) {
    section.items.emplace_back(convergence_figure({.history = result.history(),
                                                   .iterations = result.iterations(),
                                                   .converged = result.outcome() == Outcome::converged,
                                                   .tolerance = result.options.tolerance},
                                                  source));
  }
  if (is_computed(movement)) {
    section.items.emplace_back(margins_table(result, start));
  }
  return section;
}

ReportSection multipliers_section(BalancedTable const& result, std::string const& source) {
  ReportSection section{.name = "multipliers", .title = "The multipliers"};
  section.items.emplace_back(
      Paragraph{"Each positive cell was multiplied by the multiplier of its row and that of its column; each negative "
                "cell was divided by both. Only the products are determined: the multipliers of the rows may be "
                "doubled when those of the columns are halved. So they are shown against their geometric mean."});
  section.items.emplace_back(multipliers_figure(result, Margin::rows, source));
  section.items.emplace_back(multipliers_figure(result, Margin::columns, source));
  return section;
}

}  // namespace

std::string method_text(BalanceMethod method) { return method == BalanceMethod::ras ? "RAS" : "GRAS"; }

std::vector<std::string> balance_warnings(BalancedTable const& result) {
  double const gap = std::abs(result.gap());
  double const rows = sum_of(result.row_totals), columns = sum_of(result.column_totals);
  bool const is_rounding = gap <= rounding * std::max(std::abs(rows), std::abs(columns));
  if (is_rounding || (result.outcome() != Outcome::converged && result.outcome() != Outcome::boundary)) return {};
  return {
      fmt::format("The totals of the rows add up to {}, those of the columns to {}. The difference of {:.3g} is "
                  "within the tolerance; it stays in the result.",
                  amount(rows), amount(columns), gap)};
}

std::vector<ReportSection> balance_sections(BalancedTable const& result, CellMovement const& movement,
                                            std::string const& file, std::string const& source) {
  std::vector<ReportSection> sections;
  MarginSums const start = margin_sums(result, [&](Index at) { return result.table->values()[at]; });
  BalanceEvidence const* const evidence = result.evidence();
  if (evidence != nullptr && result.outcome() == Outcome::infeasible) {
    sections.push_back(conflict_section(result, start, source));
  }
  if (evidence != nullptr && !evidence->forced_zeros.empty()) sections.push_back(zeros_section(result, source));
  bool const is_result = result.outcome() != Outcome::infeasible && !movement.largest.empty();
  if (is_result) sections.push_back(movement_section(result, movement, file, source));
  sections.push_back(trust_section(result, movement, start, source));
  if (is_result) sections.push_back(multipliers_section(result, source));
  return sections;
}

format::Report balance_report(BalancedTable const& result, ReportContext const& context) {
  CellMovement const movement = cell_movement(result);
  Report report = balancing_report(context, headline(result, movement), balance_warnings(result), explanation(result));
  add_facts(report, result, context);
  report.sections = balance_sections(result, movement, balanced_file_name(result), context.source);
  close_report(report, context);
  return report;
}

}  // namespace regio::study
