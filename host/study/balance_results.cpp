#include "study/balance_results.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "format/csv_writer.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;
using format::Json;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

std::string balanced_file_name(BalancedTable const& result) {
  return result.table->form == TableForm::array ? "balanced.npy" : "balanced.csv";
}

ResultTable balanced_file(BalancedTable const& result) {
  TableFile const& table = *result.table;
  std::vector<std::string> const& rows = table.rows.codes();
  std::vector<std::string> const& columns = table.columns.codes();
  if (table.form == TableForm::array) {
    return {"balanced.npy", format::npy_bytes(result.balanced(), {table.rows.size(), table.columns.size()})};
  }
  if (table.form == TableForm::flows) {
    CsvWriter csv({"row", "column", "value"});
    SparseTableView const cells = table.sparse();
    for (Index row = 0; row < cells.rows; ++row) {
      for (Index cell = cells.row_start[row]; cell < cells.row_start[row + 1]; ++cell) {
        csv.cell(rows[position(row)]).cell(columns[position(cells.column[cell])]);
        csv.cell(result.balanced()[cell]).end_row();
      }
    }
    return {"balanced.csv", csv.text()};
  }
  std::vector<std::string> header = {""};
  header.insert(header.end(), columns.begin(), columns.end());
  CsvWriter csv(header);
  Index cell = 0;
  for (std::string const& row : rows) {
    csv.cell(row);
    for (std::size_t column = 0; column < columns.size(); ++column) csv.cell(result.balanced()[cell++]);
    csv.end_row();
  }
  return {"balanced.csv", csv.text()};
}

ResultTable multipliers_file(BalancedTable const& result) {
  CsvWriter csv({"margin", "label", "value"});
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    VectorView<double const> const multipliers = result.multipliers(margin);
    for (Index i = 0; i < multipliers.size(); ++i) {
      csv.cell(margin_name(margin)).cell(result.label(margin, i)).cell(multipliers[i]).end_row();
    }
  }
  return {"multipliers.csv", csv.text()};
}

namespace {

Json labels_of(BalancedTable const& result, Margin margin, std::vector<Index> const& positions) {
  Json labels = Json::array();
  for (Index const i : positions) labels.push_back(result.label(margin, i));
  return labels;
}

}  // namespace

BalancedTable::operator TableChange() const {
  return {table->rows, table->columns, [this](TableChange::Visit const& visit) {
            VectorView<double const> const start = table->values(), result = balanced();
            table->for_each_cell([&](Index row, Index column, Index at) { visit(row, column, start[at], result[at]); });
          }};
}

BalanceEvidence const& evidence_of(BalancedTable const& result) {
  static BalanceEvidence const none;
  return result.evidence() == nullptr ? none : *result.evidence();
}

Index forced_zero_position(BalanceEvidence const& evidence, TableCell const& cell) {
  auto const& cells = evidence.forced_zeros;
  auto const place = std::lower_bound(cells.begin(), cells.end(), cell, [](TableCell const& a, TableCell const& b) {
    return std::pair(a.row, a.column) < std::pair(b.row, b.column);
  });
  return place != cells.end() && *place == cell ? place - cells.begin() : -1;
}

void balance(Engine& engine, std::span<BalancedTable> problems, Control const& control) {
  std::size_t missing = 0;
  for (BalancedTable const& problem : problems) {
    if (!problem.cells) missing += static_cast<std::size_t>(problem.table->values().size());
  }
  auto const made = std::make_shared<std::vector<double>>(missing, std::numeric_limits<double>::quiet_NaN());
  double* next = made->data();
  std::vector<BalanceProblem> batch;
  for (BalancedTable& problem : problems) {
    TableFile const& table = *problem.table;
    if (!problem.cells) {
      problem.cells = {made, next};
      next += table.values().size();
    }
    BalanceProblem& next_problem = batch.emplace_back();
    next_problem.row_totals = problem.row_totals;
    next_problem.column_totals = problem.column_totals;
    if (table.is_sparse()) {
      next_problem.sparse_table = table.sparse();
      next_problem.balanced_cells = {problem.cells.get(), table.values().size()};
    } else {
      next_problem.table = table.dense();
      next_problem.balanced = {problem.cells.get(), table.rows.size(), table.columns.size()};
    }
  }
  BalanceOptions options = problems.front().options;
  options.keep_history = problems.size() == 1;
  options.control = control;
  auto const report = std::make_shared<BalanceReport>(balance_tables(engine, options, batch));
  for (BalancedTable& problem : problems) {
    problem.report = report;
    problem.place = &problem - problems.data();
  }
}

double sum_of(std::vector<double> const& totals, std::vector<Index> const& positions) {
  long double sum = 0;
  for (Index const i : positions) sum += totals[position(i)];
  return static_cast<double>(sum);
}

double sum_of(std::vector<double> const& totals) {
  return static_cast<double>(std::accumulate(totals.begin(), totals.end(), 0.0L));
}

Json balance_json(BalancedTable const& result) {
  BalanceEvidence const& evidence = evidence_of(result);
  Json certificate = {{"rows", labels_of(result, Margin::rows, evidence.rows)},
                      {"columns", labels_of(result, Margin::columns, evidence.columns)},
                      {"deficit", evidence.deficit},
                      {"needs_more", margin_name(evidence.columns_need_more ? Margin::columns : Margin::rows)}};
  Json forced = Json::array();
  for (TableCell const& cell : evidence.forced_zeros) {
    forced.push_back(
        {{"row", result.label(Margin::rows, cell.row)}, {"column", result.label(Margin::columns, cell.column)}});
  }
  return {{"outcome", name(result.outcome())},
          {"reason", name(result.reason())},
          {"iterations", result.iterations()},
          {"row_residual", result.row_residual()},
          {"column_residual", result.column_residual()},
          {"certificate", std::move(certificate)},
          {"forced_zero", std::move(forced)}};
}

}  // namespace regio::study
