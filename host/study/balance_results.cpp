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

ResultTable balanced_file(BalancedTable const& result) {
  TableFile const& table = result.table;
  std::vector<std::string> const& rows = table.rows.codes();
  std::vector<std::string> const& columns = table.columns.codes();
  if (table.form == TableForm::array) {
    return {"balanced.npy",
            format::npy_bytes(VectorView<double const>(result.balanced), {table.rows.size(), table.columns.size()})};
  }
  if (table.form == TableForm::flows) {
    CsvWriter csv({"row", "column", "value"});
    SparseTableView const cells = table.sparse();
    for (Index row = 0; row < cells.rows; ++row) {
      for (Index cell = cells.row_start[row]; cell < cells.row_start[row + 1]; ++cell) {
        csv.cell(rows[position(row)]).cell(columns[position(cells.column[cell])]);
        csv.cell(result.balanced[position(cell)]).end_row();
      }
    }
    return {"balanced.csv", csv.text()};
  }
  std::vector<std::string> header = {""};
  header.insert(header.end(), columns.begin(), columns.end());
  CsvWriter csv(header);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    csv.cell(rows[row]);
    for (std::size_t column = 0; column < columns.size(); ++column) {
      csv.cell(result.balanced[row * columns.size() + column]);
    }
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

Json labels_of(BalancedTable const& result, Margin margin, std::vector<Index> const& positions) {
  Json labels = Json::array();
  for (Index const i : positions) labels.push_back(result.label(margin, i));
  return labels;
}

}  // namespace

BalancedTable::operator TableChange() const {
  return {table.rows, table.columns, [this](TableChange::Visit const& visit) {
            VectorView<double const> const start = table.values();
            table.for_each_cell(
                [&](Index row, Index column, Index at) { visit(row, column, start[at], balanced[position(at)]); });
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

void balance(Engine& engine, BalancedTable& result, Control const& control) {
  result.balanced.assign(static_cast<std::size_t>(result.table.values().size()),
                         std::numeric_limits<double>::quiet_NaN());
  BalanceProblem problem;
  problem.row_totals = result.row_totals;
  problem.column_totals = result.column_totals;
  if (result.table.is_sparse()) {
    problem.sparse_table = result.table.sparse();
    problem.balanced_cells = result.balanced;
  } else {
    problem.table = result.table.dense();
    problem.balanced = {result.balanced.data(), result.table.rows.size(), result.table.columns.size()};
  }
  BalanceOptions options = result.options;
  options.keep_history = true;
  options.control = control;
  result.report = balance_tables(engine, options, {problem});
}

double sum_of(std::vector<double> const& totals, std::vector<Index> const& positions) {
  long double sum = 0;
  for (Index const i : positions) sum += totals[position(i)];
  return static_cast<double>(sum);
}

double sum_of(std::vector<double> const& totals) {
  return static_cast<double>(std::accumulate(totals.begin(), totals.end(), 0.0L));
}

std::vector<ResultTable> balance_files(BalancedTable const& result) {
  return {balanced_file(result), multipliers_file(result)};
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
          {"iterations", result.report.iterations.front()},
          {"row_residual", result.report.row_residual.front()},
          {"column_residual", result.report.column_residual.front()},
          {"certificate", std::move(certificate)},
          {"forced_zero", std::move(forced)}};
}

}  // namespace regio::study
