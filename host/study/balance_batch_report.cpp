#include "study/balance_batch_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/report_sections.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::Paragraph;
using format::Report;
using format::ReportSection;

constexpr std::size_t most_problems_listed = 500;
constexpr std::size_t most_problems_explained = 5;

std::string quoted(std::string const& label) { return "'" + label + "'"; }

std::vector<std::string> labels_with(BalanceBatch const& batch, Outcome outcome) {
  std::vector<std::string> labels;
  for (BalancedTable const& result : batch.problems) {
    if (result.outcome() == outcome) labels.push_back(quoted(result.problem));
  }
  return labels;
}

/// Headline of one problem, and what would repair it.
std::string why_unsolved(BalancedTable const& result) {
  std::string text = "Problem " + quoted(result.problem) + ": " + headline(result, {}) + ".";
  for (std::string const& sentence : explanation(result)) text += " " + sentence;
  return text;
}

void add_facts(Report& report, BalanceBatch const& batch, ReportContext const& context) {
  std::map<std::string, Index> const outcomes = batch.outcomes();
  report.facts = {{"Problems", std::to_string(batch.problems.size())}};
  for (auto const& [outcome, count] : outcomes) report.facts.push_back({"Outcome " + outcome, std::to_string(count)});
  report.facts.push_back({"Method", method_text(batch.problems.front().options.method)});
  report.facts.push_back({"Computed on", context.device});
}

/// Every problem while there are not too many: those that failed first, then in their order.
ReportTable outcomes_table(BalanceBatch const& batch) {
  ReportTable table{.name = "outcomes",
                    .caption = "What became of each problem",
                    .columns = {"Problem", "Outcome", "Reason", "Sweeps", "Total of the rows", "Row residual",
                                "Column residual", "Difference of the totals"},
                    .digits = 4,
                    .file = "outcomes.csv"};
  std::vector<std::size_t> order = batch.unsolved();
  for (std::size_t b = 0; b < batch.problems.size(); ++b) {
    if (batch.problems[b].outcome() == Outcome::converged) order.push_back(b);
  }
  if (order.size() > most_problems_listed) {
    table.note = "The first " + std::to_string(most_problems_listed) + " of " + std::to_string(order.size()) +
                 " problems; those that are not solved come first.";
    order.resize(most_problems_listed);
  }
  for (std::size_t const b : order) {
    BalancedTable const& result = batch.problems[b];
    std::string const reason = result.reason() == BalanceReason::none ? "" : std::string(name(result.reason()));
    table.rows.push_back({result.problem, std::string(name(result.outcome())), reason,
                          static_cast<double>(result.iterations()), sum_of(result.row_totals), result.row_residual(),
                          result.column_residual(), result.gap()});
  }
  return table;
}

ReportSection problems_section(BalanceBatch const& batch, BalancedTable const& shown) {
  ReportSection section{.name = "problems", .title = "The problems"};
  section.items.emplace_back(
      Paragraph{"Each problem is balanced for itself; one without a solution leaves the others as they are. The "
                "sections below show "
                "the problem " +
                quoted(shown.problem) + "."});
  section.items.emplace_back(outcomes_table(batch));
  return section;
}

}  // namespace

std::string of_problem(BalancedTable const& result) {
  return result.problem.empty() ? "" : " (problem " + quoted(result.problem) + ")";
}

std::string batch_headline(BalanceBatch const& batch) {
  auto const count = static_cast<Index>(batch.problems.size());
  Index const solved = count - static_cast<Index>(batch.unsolved().size());
  if (solved == count) {
    auto const [least, most] = std::minmax_element(
        batch.problems.begin(), batch.problems.end(),
        [](BalancedTable const& a, BalancedTable const& b) { return a.iterations() < b.iterations(); });
    return fmt::format("All {} meet their totals, after {} to {}", counted(count, "table", "tables"),
                       least->iterations(), counted(most->iterations(), "sweep", "sweeps"));
  }
  std::string text = fmt::format("{} of {} meet their totals", solved, counted(count, "table", "tables"));
  auto const add = [&](Outcome outcome, std::string const& singular, std::string const& plural) {
    std::vector<std::string> const labels = labels_with(batch, outcome);
    if (labels.empty()) return;
    text += "; " + counted(std::ssize(labels), singular, plural) + " (" + listed(labels) + ")";
  };
  add(Outcome::boundary, "meets them only with cells that become zero", "meet them only with cells that become zero");
  add(Outcome::infeasible, "has no solution", "have no solution");
  add(Outcome::iteration_limit, "reached the limit of sweeps", "reached the limit of sweeps");
  add(Outcome::stalled, "is as near as numbers of the computer allow", "are as near as numbers of the computer allow");
  return text;
}

std::vector<std::string> batch_warnings(BalanceBatch const& batch) {
  std::vector<std::string> labels;
  BalancedTable const* widest = nullptr;
  for (BalancedTable const& result : batch.problems) {
    if (balance_warnings(result).empty()) continue;
    labels.push_back(quoted(result.problem));
    if (widest == nullptr || std::abs(result.gap()) > std::abs(widest->gap())) widest = &result;
  }
  if (widest == nullptr) return {};
  if (labels.size() == 1) return {"Problem " + labels.front() + ": " + balance_warnings(*widest).front()};
  return {
      fmt::format("The totals of rows and columns differ in {} problems ({}), by up to {:.3g} in {}. That is within "
                  "the tolerance; it stays in the results.",
                  labels.size(), listed(labels), std::abs(widest->gap()), quoted(widest->problem))};
}

std::string batch_explanation(BalanceBatch const& batch) {
  std::vector<std::size_t> const unsolved = batch.unsolved();
  std::string text;
  for (std::size_t i = 0; i < unsolved.size() && i < most_problems_explained; ++i) {
    text += (i == 0 ? "" : "\n") + why_unsolved(batch.problems[unsolved[i]]);
  }
  if (unsolved.size() > most_problems_explained) {
    text += fmt::format("\n{} more are not solved; outcomes.csv says why", unsolved.size() - most_problems_explained);
  }
  return text;
}

format::Report batch_report(BalanceBatch const& batch, BalancedTable const& shown, ReportContext const& context) {
  Report report{.title = context.title, .summary = batch_headline(batch) + "."};
  add_facts(report, batch, context);
  for (std::string const& warning : batch_warnings(batch)) report.notices.push_back({warning, false});
  std::vector<std::size_t> const unsolved = batch.unsolved();
  for (std::size_t i = 0; i < unsolved.size() && i < most_problems_explained; ++i) {
    report.notices.push_back({why_unsolved(batch.problems[unsolved[i]]), true});
  }
  report.sections.push_back(problems_section(batch, shown));
  CellMovement const movement = cell_movement(shown);
  for (ReportSection& section : balance_sections(shown, movement, batch.file_of(shown), context.source)) {
    section.title += of_problem(shown);
    report.sections.push_back(std::move(section));
  }
  close_report(report, context);
  return report;
}

}  // namespace regio::study
