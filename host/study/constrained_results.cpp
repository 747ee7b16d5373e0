#include "study/constrained_results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "format/csv_writer.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;
using format::Json;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Flows: the cells of the input, and those that bounds gave a value.
ResultTable balanced_flows(ConstrainedTable const& result) {
  CsvWriter csv({"row", "column", "value"});
  SparseTableView const cells = result.table.sparse();
  for (Index row = 0; row < cells.rows; ++row) {
    Index listed = cells.row_start[row];
    for (Index column = 0; column < cells.columns; ++column) {
      bool const is_listed = listed < cells.row_start[row + 1] && cells.column[listed] == column;
      if (is_listed) ++listed;
      double const value = result.after(row, column);
      bool const was_given = !is_listed && value != 0 && !std::isnan(value);
      if (!is_listed && !was_given) continue;
      csv.cell(result.label(Margin::rows, row)).cell(result.label(Margin::columns, column)).cell(value).end_row();
    }
  }
  return {"balanced.csv", csv.text()};
}

ResultTable balanced_file(ConstrainedTable const& result) {
  TableFile const& table = result.table;
  if (table.form == TableForm::flows) return balanced_flows(result);
  if (table.form == TableForm::array) {
    return {"balanced.npy",
            format::npy_bytes(VectorView<double const>(result.balanced), {table.rows.size(), table.columns.size()})};
  }
  std::vector<std::string> header = {""};
  header.insert(header.end(), table.columns.codes().begin(), table.columns.codes().end());
  CsvWriter csv(header);
  for (Index row = 0; row < table.rows.size(); ++row) {
    csv.cell(result.label(Margin::rows, row));
    for (Index column = 0; column < table.columns.size(); ++column) csv.cell(result.after(row, column));
    csv.end_row();
  }
  return {"balanced.csv", csv.text()};
}

ResultTable multipliers_file(std::vector<TotalResult> const& totals) {
  CsvWriter csv({"margin", "label", "value"});
  for (TotalResult const& total : totals) csv.cell(total.margin).cell(total.label).cell(total.multiplier).end_row();
  return {"multipliers.csv", csv.text()};
}

ResultTable totals_file(std::vector<TotalResult> const& totals) {
  CsvWriter csv({"margin", "label", "wanted", "result", "reliability", "difference"});
  for (TotalResult const& total : totals) {
    csv.cell(total.margin).cell(total.label).cell(total.wanted).cell(total.result);
    csv.cell(std::isinf(total.reliability) ? nan : total.reliability).cell(total.difference()).end_row();
  }
  return {"totals.csv", csv.text()};
}

double at_or(std::vector<double> const& numbers, std::size_t i, double otherwise) {
  return i < numbers.size() ? numbers[i] : otherwise;
}

void add_margin(ConstrainedTable const& result, Margin margin, std::vector<TotalResult>& totals) {
  bool const is_rows = margin == Margin::rows;
  WantedTotals const& wanted = is_rows ? result.row_totals : result.column_totals;
  auto const& sums = (is_rows ? result.report.row_sums : result.report.column_sums).front();
  auto const& multipliers = (is_rows ? result.report.row_multipliers : result.report.column_multipliers).front();
  std::vector<double> sizes(wanted.value.size(), 0.0);
  Index const columns = result.table.columns.size();
  for (std::size_t at = 0; at < result.balanced.size(); ++at) {
    auto const cell = static_cast<Index>(at);
    sizes[position(is_rows ? cell / columns : cell % columns)] += std::abs(result.balanced[at]);
  }
  for (std::size_t i = 0; i < wanted.value.size(); ++i) {
    totals.push_back({.margin = margin_name(margin),
                      .label = result.label(margin, static_cast<Index>(i)),
                      .wanted = wanted.value[i],
                      .result = at_or(sums, i, nan),
                      .reliability = at_or(wanted.reliability, i, infinity),
                      .size = sizes[i],
                      .multiplier = at_or(multipliers, i, nan)});
  }
}

void add_terms(std::vector<double> const& multipliers, std::vector<TotalResult> const& totals, std::size_t first,
               Certificate& certificate) {
  for (std::size_t i = 0; i < multipliers.size(); ++i) {
    if (multipliers[i] == 0 || std::isnan(multipliers[i])) continue;
    TotalResult const& total = totals[first + i];
    certificate.terms.push_back({.margin = total.margin,
                                 .region = "",
                                 .label = total.label,
                                 .total = total.wanted,
                                 .multiplier = multipliers[i]});
  }
}

}  // namespace

MatrixView<double const> ConstrainedTable::cells_before() const {
  if (!table.is_sparse()) return table.dense();
  return {start.data(), table.rows.size(), table.columns.size()};
}

bool ConstrainedTable::is_computed() const {
  return std::none_of(balanced.begin(), balanced.end(), [](double x) { return std::isnan(x); });
}

ConstrainedTable::operator TableChange() const {
  return {table.rows, table.columns, [this](TableChange::Visit const& visit) {
            table.for_each_cell(
                [&](Index row, Index column, Index at) { visit(row, column, table.values()[at], after(row, column)); });
          }};
}

double TotalResult::residual() const {
  double const scale = std::max(std::abs(wanted), size);
  return scale > 0 && !std::isnan(difference()) ? std::abs(difference()) / scale : 0;
}

void balance(Engine& engine, ConstrainedTable& result, Control const& control) {
  Index const rows = result.table.rows.size(), columns = result.table.columns.size();
  if (result.table.is_sparse()) {
    result.start.assign(position(rows * columns), 0.0);
    result.table.for_each_cell([&](Index row, Index column, Index at) {
      result.start[position(row * columns + column)] = result.table.values()[at];
    });
  }
  result.balanced.assign(position(rows * columns), nan);
  ConstrainedBalanceProblem problem;
  problem.table = result.cells_before();
  problem.row_totals = result.row_totals.value;
  problem.column_totals = result.column_totals.value;
  problem.groups = result.constraints.view();
  problem.bounds = result.bounds;
  problem.row_reliability = result.row_totals.reliability;
  problem.column_reliability = result.column_totals.reliability;
  problem.group_reliability = result.constraints.reliability;
  problem.balanced = {result.balanced.data(), rows, columns};
  ConstrainedBalanceOptions options = result.options;
  options.keep_history = true;
  options.control = control;
  result.report = balance_constrained(engine, options, {problem});
}

std::vector<TotalResult> total_results(ConstrainedTable const& result) {
  std::vector<TotalResult> totals;
  add_margin(result, Margin::rows, totals);
  add_margin(result, Margin::columns, totals);
  ConstraintsFile const& constraints = result.constraints;
  for (std::size_t g = 0; g < constraints.total.size(); ++g) {
    double size = 0;
    for (Index term = constraints.start[g]; term < constraints.start[g + 1]; ++term) {
      TableCell const& cell = constraints.cell[position(term)];
      size += std::abs(constraints.coefficient[position(term)] * result.after(cell.row, cell.column));
    }
    totals.push_back({.margin = "constraint",
                      .label = constraints.names.codes()[g],
                      .wanted = constraints.total[g],
                      .result = at_or(result.report.group_sums.front(), g, nan),
                      .reliability = at_or(constraints.reliability, g, infinity),
                      .size = size,
                      .multiplier = at_or(result.report.group_multipliers.front(), g, nan)});
  }
  return totals;
}

Certificate certificate_of(ConstrainedTable const& result) {
  ConstrainedEvidence const* const evidence = result.report.evidence(0);
  if (evidence == nullptr) return {};
  std::vector<TotalResult> const totals = total_results(result);
  std::size_t const rows = result.row_totals.value.size(), columns = result.column_totals.value.size();
  Certificate certificate;
  certificate.deficit = evidence->deficit;
  certificate.has_bounds = !result.bounds.empty();
  add_terms(evidence->row_multipliers, totals, 0, certificate);
  add_terms(evidence->column_multipliers, totals, rows, certificate);
  add_terms(evidence->group_multipliers, totals, rows + columns, certificate);
  return certificate;
}

std::vector<ResultTable> constrained_result_files(ConstrainedTable const& result) {
  std::vector<TotalResult> const totals = total_results(result);
  return {balanced_file(result), multipliers_file(totals), totals_file(totals)};
}

Json constrained_json(ConstrainedTable const& result) {
  Certificate const certificate = certificate_of(result);
  Json multipliers = Json::array();
  for (CertificateTerm const& term : certificate.terms) {
    multipliers.push_back({{"margin", term.margin}, {"label", term.label}, {"multiplier", term.multiplier}});
  }
  return {{"outcome", name(result.outcome())},
          {"reason", name(result.reason())},
          {"method", name(result.options.method)},
          {"iterations", result.report.iterations.front()},
          {"residual", result.report.residual.front()},
          {"objective", result.report.objective.front()},
          {"certificate", {{"multipliers", std::move(multipliers)}, {"deficit", certificate.deficit}}}};
}

}  // namespace regio::study
