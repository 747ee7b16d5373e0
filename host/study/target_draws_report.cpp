#include "study/target_draws_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/figures/balance_figures.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;
using format::Json;
using format::Paragraph;
using format::ReportSection;

constexpr std::size_t most_cells_listed = 200;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

CsvWriter writer(bool named, std::vector<std::string> columns) {
  columns.insert(columns.end(), {"value", "mean", "standard_deviation", "low", "high"});
  if (named) columns.insert(columns.begin(), "problem");
  return CsvWriter(columns);
}

void write(CsvWriter& csv, double value, DrawnNumber const& number) {
  csv.cell(value).cell(number.mean).cell(number.standard_deviation).cell(number.low).cell(number.high).end_row();
}

std::string outcomes_text(std::map<std::string, Index> const& outcomes) {
  std::string text;
  for (auto const& [outcome, count] : outcomes) {
    text += (text.empty() ? "" : ", ") + outcome + " " + std::to_string(count);
  }
  return text;
}

std::string how_drawn(TargetDraws const& draws, double coverage) {
  std::string const solved = draws.solved() == draws.draws
                                 ? "All have a solution."
                                 : fmt::format("{} of them have a solution ({}); the others are left out.",
                                               draws.solved(), outcomes_text(draws.outcomes));
  return fmt::format(
      "Each of {} draws takes every uncertain total from the log-normal distribution of its standard error, lets the "
      "uncertain totals of one margin take the difference of the two sums, and balances the table anew. {} Low and "
      "high "
      "enclose {:g} % of these draws.",
      draws.draws, solved, 100 * coverage);
}

/// The cells whose amounts vary most.
ReportTable least_certain_cells(BalancedTable const& problem, TargetDraws const& draws) {
  struct Line {
    Index row, column, at;
  };
  std::vector<Line> lines;
  problem.table->for_each_cell([&](Index row, Index column, Index at) { lines.push_back({row, column, at}); });
  auto const all = lines.size();
  auto const shown = static_cast<std::ptrdiff_t>(std::min(all, most_cells_listed));
  auto const deviation = [&](Line const& line) { return draws.cells[position(line.at)].standard_deviation; };
  std::partial_sort(lines.begin(), lines.begin() + shown, lines.end(), [&](Line const& a, Line const& b) {
    return deviation(a) != deviation(b) ? deviation(a) > deviation(b) : a.at < b.at;
  });
  lines.resize(position(shown));
  ReportTable table{.name = "least-certain-cells",
                    .caption = "The cells whose amounts vary most",
                    .columns = {"Row", "Column", "Balanced", "Mean", "Standard deviation", "Low", "High"},
                    .digits = 4,
                    .file = "cells.csv"};
  for (Line const& line : lines) {
    DrawnNumber const& cell = draws.cells[position(line.at)];
    table.rows.push_back({problem.label(Margin::rows, line.row), problem.label(Margin::columns, line.column),
                          problem.balanced()[line.at], cell.mean, cell.standard_deviation, cell.low, cell.high});
  }
  if (lines.size() < all) {
    table.note = fmt::format("The first {} of {} cells other than zero.", lines.size(), all);
  }
  return table;
}

}  // namespace

TargetDrawsFiles::TargetDrawsFiles(bool named)
    : named_(named), cells_(writer(named, {"row", "column"})), multipliers_(writer(named, {"margin", "label"})) {}

void TargetDrawsFiles::add(BalancedTable const& problem, TargetDraws const& draws) {
  draws_of_problem_ = draws.draws;
  draws_ += draws.draws;
  solved_ += draws.solved();
  for (auto const& [outcome, count] : draws.outcomes) outcomes_[outcome] += count;
  problem.table->for_each_cell([&](Index row, Index column, Index at) {
    if (named_) cells_.cell(problem.problem);
    cells_.cell(problem.label(Margin::rows, row)).cell(problem.label(Margin::columns, column));
    write(cells_, problem.balanced()[at], draws.cells[position(at)]);
  });
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    std::vector<DrawnNumber> const& numbers = margin == Margin::rows ? draws.rows : draws.columns;
    VectorView<double const> const multipliers = problem.multipliers(margin);
    for (Index i = 0; i < multipliers.size(); ++i) {
      if (named_) multipliers_.cell(problem.problem);
      multipliers_.cell(margin_name(margin)).cell(problem.label(margin, i));
      write(multipliers_, multipliers[i], numbers[position(i)]);
    }
  }
}

std::vector<ResultTable> TargetDrawsFiles::files() const {
  return {{"cells.csv", cells_.text()}, {"multiplier_draws.csv", multipliers_.text()}};
}

Json TargetDrawsFiles::facts() const { return {{"draws", draws_of_problem_}, {"outcomes", Json(outcomes_)}}; }

std::vector<std::string> TargetDrawsFiles::warnings() const {
  if (solved_ == draws_) return {};
  return {
      fmt::format("{} of {} draws of the totals have no solution, or were not solved, and are left out of cells.csv "
                  "({}).",
                  draws_ - solved_, draws_, outcomes_text(outcomes_))};
}

ReportSection draws_section(BalancedTable const& problem, TargetDraws const& draws, double coverage,
                            std::string const& source) {
  ReportSection section{.name = "draws", .title = "What uncertain totals make of the cells"};
  section.items.emplace_back(Paragraph{how_drawn(draws, coverage)});
  if (draws.solved() < 2) return section;
  section.items.emplace_back(cell_spread_figure(problem, draws, source));
  section.items.emplace_back(least_certain_cells(problem, draws));
  return section;
}

}  // namespace regio::study
