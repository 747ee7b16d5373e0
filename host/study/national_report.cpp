#include "study/national_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
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

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// What the regions' cells add up to.
struct NationalSums {
  std::vector<double> start, balanced, sizes;  ///< [rows, columns]; sizes: of the balanced cells

  explicit NationalSums(NationalBalance const& result)
      : start(result.national.size(), 0.0), balanced(start), sizes(start) {
    for (std::size_t at = 0; at < result.balanced.size(); ++at) {
      std::size_t const cell = at % start.size();
      start[cell] += result.tables.values[at];
      balanced[cell] += result.balanced[at];
      sizes[cell] += std::abs(result.balanced[at]);
    }
  }
};

void add_facts(Report& report, NationalBalance const& result, ReportContext const& context) {
  auto const controlled =
      std::count_if(result.national.begin(), result.national.end(), [](double total) { return !std::isnan(total); });
  report.facts = {{"Regions", std::to_string(result.tables.regions.size())},
                  {"Rows", std::to_string(result.tables.rows.size())},
                  {"Columns", std::to_string(result.tables.columns.size())}};
  for (format::ReportFact& fact : cell_facts(result.tables.values)) report.facts.push_back(std::move(fact));
  report.facts.insert(
      report.facts.end(),
      {{"National cells", std::to_string(controlled)},
       {"Method", result.options.method == BalanceMethod::ras ? "RAS, national control" : "GRAS, national control"},
       {"Outcome", outcome_text(result.outcome())},
       {"Sweeps", std::to_string(result.report.iterations.front())},
       {"Computed on", context.device}});
}

std::string how_to_check(NationalBalance const& result) {
  bool const has_negative =
      std::any_of(result.tables.values.begin(), result.tables.values.end(), [](double cell) { return cell < 0; });
  std::string text =
      "Anyone can check it. Take a cell of a region and add the multipliers of its row, of its column and "
      "of its national cell (0 for totals that the table below does not list): ";
  text += has_negative ? "for a positive cell the sum is 0 or less, for a negative one 0 or more, "
                       : "the sum is 0 or less, ";
  return text +
         "wherever a region has a number. So whatever the cells become, the totals, each times its multiplier, "
         "cannot add up to more than 0; the wanted ones add up to the deficit.";
}

std::string given_text(NationalBalance const& result) {
  if (!result.is_computed()) return no_table_text(result.report.iterations.front(), "sweep");
  return "The balanced tables beside this report are where the iteration ended; they do not meet the totals.";
}

/// One line a region, those that moved most first.
ReportTable regions_table(NationalBalance const& result) {
  struct Line {
    Index region = 0, cells = 0;
    double start = 0, balanced = 0, size = 0, moved = 0;
    CellMovement::Change furthest;

    [[nodiscard]] double share() const { return size > 0 ? 100 * moved / size : 0; }
  };
  std::vector<Line> lines;
  for (Index region = 0; region < result.tables.regions.size(); ++region) {
    Line line{.region = region};
    result.change_of_region(region).for_each_cell([&](Index row, Index column, double start, double balanced) {
      CellMovement::Change const change{row, column, start, balanced};
      if (line.cells == 0 || change.distance() > line.furthest.distance()) line.furthest = change;
      ++line.cells;
      line.start += start;
      line.balanced += balanced;
      line.size += std::abs(start);
      line.moved += std::abs(balanced - start);
    });
    lines.push_back(line);
  }
  std::stable_sort(lines.begin(), lines.end(), [](Line const& a, Line const& b) { return a.share() > b.share(); });
  ReportTable table{
      .name = "regions",
      .caption = "How far each region moved",
      .columns = {"Region", "Cells", "Sum before", "Sum after", "Moved, % of its size", "Cell that moved furthest",
                  "Ratio"},
      .digits = 4,
      .note = "Moved: the differences of all cells, up and down alike, over the sizes of the cells before."};
  if (lines.size() > most_lines) {
    table.note += " The first " + std::to_string(most_lines) + " of " + std::to_string(lines.size()) + " regions.";
    lines.resize(most_lines);
  }
  for (Line const& line : lines) {
    auto& row = table.rows.emplace_back();
    row = {result.region(line.region), static_cast<double>(line.cells), line.start, line.balanced, line.share()};
    if (line.cells == 0) {
      row.insert(row.end(), {std::string(), std::nan("")});
    } else {
      row.emplace_back(result.label(Margin::rows, line.furthest.row) + " to " +
                       result.label(Margin::columns, line.furthest.column));
      row.emplace_back(line.furthest.ratio());
    }
  }
  return table;
}

/// The heat map of the region whose cells moved furthest.
Figure furthest_region_figure(NationalBalance const& result, NationalMovement const& movement,
                              std::string const& source) {
  Index const region = movement.cells.largest.front().row / result.tables.rows.size();
  TableChange const change = result.change_of_region(region);
  Figure figure = cell_changes_figure(change, cell_movement(change), source);
  figure.title = result.region(region) + ": " + figure.title;
  figure.note += " Of all regions this one has the cell that moved furthest.";
  return figure;
}

ReportSection movement_section(NationalBalance const& result, NationalMovement const& movement,
                               std::string const& source) {
  ReportSection section{.name = "movement", .title = "How far the cells moved"};
  section.items.emplace_back(regions_table(result));
  section.items.emplace_back(furthest_region_figure(result, movement, source));
  section.items.emplace_back(movement_table(movement.cells));
  section.items.emplace_back(
      largest_changes_table(change_of_all_regions(result, movement.region_rows), movement.cells, "balanced.csv"));
  return section;
}

/// National cells that are controlled, those first whose regions were furthest from them.
ReportTable national_table(NationalBalance const& result, NationalSums const& sums) {
  std::vector<std::size_t> order;
  for (std::size_t cell = 0; cell < result.national.size(); ++cell) {
    if (!std::isnan(result.national[cell])) order.push_back(cell);
  }
  auto const gap = [&](std::size_t cell) { return std::abs(result.national[cell] - sums.start[cell]); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return gap(a) > gap(b); });
  ReportTable table{
      .name = "national-cells",
      .caption = "National cells, those first that the regions were furthest from",
      .columns = {"Row", "Column", "Regions before", "National total", "Gap before", "Regions after", "Missed by"},
      .digits = 6};
  if (order.size() > most_lines) {
    table.note = "The first " + std::to_string(most_lines) + " of " + std::to_string(order.size()) + " cells.";
    order.resize(most_lines);
  }
  Index const columns = result.tables.columns.size();
  for (std::size_t const cell : order) {
    auto const at = static_cast<Index>(cell);
    table.rows.push_back({result.label(Margin::rows, at / columns), result.label(Margin::columns, at % columns),
                          sums.start[cell], result.national[cell], result.national[cell] - sums.start[cell],
                          sums.balanced[cell], sums.balanced[cell] - result.national[cell]});
  }
  return table;
}

/// The regions together, before and after.
Figure national_changes_figure(NationalBalance const& result, NationalSums const& sums, std::string const& source) {
  Index const columns = result.tables.columns.size();
  TableChange const change = {result.tables.rows, result.tables.columns, [&](TableChange::Visit const& visit) {
                                for (std::size_t cell = 0; cell < sums.start.size(); ++cell) {
                                  auto const at = static_cast<Index>(cell);
                                  if (sums.start[cell] == 0) continue;
                                  visit(at / columns, at % columns, sums.start[cell], sums.balanced[cell]);
                                }
                              }};
  Figure figure = cell_changes_figure(change, cell_movement(change), source);
  figure.name = figure.data.name = "national-changes";
  figure.title = "The regions together: " + figure.title;
  figure.description = "Heat map of the nation: by what balancing multiplied the sum of the regions in each cell.";
  return figure;
}

ReportSection national_section(NationalBalance const& result, NationalSums const& sums, std::string const& source) {
  ReportSection section{.name = "nation", .title = "The regions and the nation"};
  bool const has_cells = std::any_of(sums.start.begin(), sums.start.end(), [](double sum) { return sum != 0; });
  if (has_cells) section.items.emplace_back(national_changes_figure(result, sums, source));
  section.items.emplace_back(national_table(result, sums));
  return section;
}

/// Rows and columns of the regions, by how far they miss their totals.
ReportTable margins_table(NationalBalance const& result) {
  struct Line {
    Margin margin;
    Index region, label;
    double start, total, balanced, size;

    [[nodiscard]] double residual() const {
      double const scale = std::max(std::abs(total), size);
      return scale > 0 ? std::abs(balanced - total) / scale : 0;
    }
  };
  std::vector<Line> lines;
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    Index const labels = result.tables.labels(margin).size();
    for (Index region = 0; region < result.tables.regions.size(); ++region) {
      std::size_t const first = lines.size();
      for (Index i = 0; i < labels; ++i) {
        lines.push_back({margin, region, i, 0, result.totals(margin)[position(region * labels + i)], 0, 0});
      }
      result.change_of_region(region).for_each_cell([&](Index row, Index column, double start, double balanced) {
        Line& line = lines[first + position(margin == Margin::rows ? row : column)];
        line.start += start;
        line.balanced += balanced;
        line.size += std::abs(balanced);
      });
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](Line const& a, Line const& b) { return a.residual() > b.residual(); });
  ReportTable table{.name = "margins",
                    .caption = "Totals and sums of the regions, those that miss most first",
                    .columns = {"Margin", "Region", "Label", "Sum before", "Total", "Sum after", "Missed by"},
                    .digits = 6};
  if (lines.size() > most_lines) {
    table.note = "The first " + std::to_string(most_lines) + " of " + std::to_string(lines.size()) + " totals.";
    lines.erase(lines.begin() + most_lines, lines.end());
  }
  for (Line const& line : lines) {
    table.rows.push_back({margin_name(line.margin), result.region(line.region), result.label(line.margin, line.label),
                          line.start, line.total, line.balanced, line.balanced - line.total});
  }
  return table;
}

ReportTable checks_table(NationalBalance const& result) {
  ReportTable checks{.name = "checks",
                     .caption = "The result against what was asked",
                     .columns = {"", "Rows of the regions", "Columns of the regions", "National cells"},
                     .note = fmt::format("Residuals are taken from the balanced tables themselves, in compensated "
                                         "arithmetic, and compared with the tolerance {:g}. Sums of totals that should "
                                         "be equal differ by {:.3g} at most.",
                                         result.options.tolerance, result.report.gap.front())};
  auto const text = [](std::vector<double> const& residual) { return fmt::format("{:.2g}", residual.front()); };
  checks.rows.push_back({std::string("Largest residual"), text(result.report.row_residual),
                         text(result.report.column_residual), text(result.report.national_residual)});
  return checks;
}

ReportSection trust_section(NationalBalance const& result, std::string const& source) {
  ReportSection section{.name = "trust", .title = "Can it be trusted?"};
  if (result.is_computed()) section.items.emplace_back(checks_table(result));
  if (!result.report.history.empty() && !result.report.history.front().empty()) {
    section.items.emplace_back(convergence_figure({.history = result.report.history.front(),
                                                   .iterations = result.report.iterations.front(),
                                                   .converged = result.outcome() == Outcome::converged,
                                                   .tolerance = result.options.tolerance,
                                                   .margin = "row, column or national cell"},
                                                  source));
  }
  if (!result.is_computed()) return section;
  section.items.emplace_back(margins_table(result));
  section.items.emplace_back(
      Paragraph{"Each positive cell is the cell before times the multipliers of its row, its column and its national "
                "cell; each negative cell was divided by them. multipliers.csv and national_multipliers.csv have them; "
                "only their products are determined."});
  return section;
}

}  // namespace

format::Report national_report(NationalBalance const& result, ReportContext const& context) {
  NationalMovement const movement = national_movement(result);
  Report report = balancing_report(context, headline(result, movement), national_warnings(result), explanation(result));
  add_facts(report, result, context);
  if (result.outcome() == Outcome::infeasible) {
    report.sections.push_back(
        conflict_section(certificate_of(result), change_of_all_regions(result, movement.region_rows),
                         certificate_cells(result), how_to_check(result), given_text(result), context.source));
  }
  if (result.outcome() != Outcome::infeasible && !movement.cells.largest.empty()) {
    report.sections.push_back(movement_section(result, movement, context.source));
    report.sections.push_back(national_section(result, NationalSums(result), context.source));
  }
  ReportSection const trust = trust_section(result, context.source);
  if (!trust.items.empty()) report.sections.push_back(trust);
  close_report(report, context);
  return report;
}

}  // namespace regio::study
