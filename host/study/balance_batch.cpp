#include "study/balance_batch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "format/csv_writer.hpp"
#include "study/totals_files.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;
using format::Findings;
using format::Json;

/// The problems and the file that names them; one without a name where none does.
struct ProblemNames {
  RegionCodes labels;
  std::string file;
};

ProblemNames problem_names(std::vector<std::shared_ptr<TableFile const>> const& tables, std::string const& tables_name,
                           TotalsFile const& rows, TotalsFile const& columns) {
  ProblemNames names;
  if (!tables.front()->problem.empty()) {
    for (auto const& table : tables) names.labels.insert(table->problem);
    names.file = tables_name;
  } else if (rows.names_problems()) {
    names = {rows.problems(), rows.file()};
  } else if (columns.names_problems()) {
    names = {columns.problems(), columns.file()};
  } else {
    names.labels.insert("");
  }
  return names;
}

/// How far a problem is from being solved: a kind of outcome, then a size.
std::pair<int, double> distance_from_solution(BalancedTable const& result) {
  double const residual = std::max(result.row_residual(), result.column_residual());
  switch (result.outcome()) {
    case Outcome::converged: return {0, residual};
    case Outcome::boundary: return {1, residual};
    case Outcome::infeasible: return {3, evidence_of(result).deficit};
    default: return {2, residual};
  }
}

ResultTable long_table(BalanceBatch const& batch) {
  CsvWriter csv({"problem", "row", "column", "value"});
  for (BalancedTable const& result : batch.problems) {
    VectorView<double const> const balanced = result.balanced();
    auto const write = [&](Index row, Index column, Index at) {
      csv.cell(result.problem).cell(result.label(Margin::rows, row)).cell(result.label(Margin::columns, column));
      csv.cell(balanced[at]).end_row();
    };
    TableFile const& table = *result.table;
    if (!table.is_sparse()) {
      for (Index at = 0; at < balanced.size(); ++at) write(at / table.columns.size(), at % table.columns.size(), at);
      continue;
    }
    SparseTableView const cells = table.sparse();
    for (Index row = 0; row < cells.rows; ++row) {
      for (Index at = cells.row_start[row]; at < cells.row_start[row + 1]; ++at) write(row, cells.column[at], at);
    }
  }
  return {"balanced.csv", csv.text()};
}

ResultTable multipliers_of_all(BalanceBatch const& batch) {
  CsvWriter csv({"problem", "margin", "label", "value"});
  for (BalancedTable const& result : batch.problems) {
    for (Margin const margin : {Margin::rows, Margin::columns}) {
      VectorView<double const> const multipliers = result.multipliers(margin);
      for (Index i = 0; i < multipliers.size(); ++i) {
        csv.cell(result.problem).cell(margin_name(margin)).cell(result.label(margin, i)).cell(multipliers[i]).end_row();
      }
    }
  }
  return {"multipliers.csv", csv.text()};
}

ResultTable outcomes_of_all(BalanceBatch const& batch) {
  CsvWriter csv({"problem", "outcome", "reason", "iterations", "row_residual", "column_residual", "gap"});
  for (BalancedTable const& result : batch.problems) {
    csv.cell(result.problem).cell(name(result.outcome())).cell(name(result.reason())).cell(result.iterations());
    csv.cell(result.row_residual()).cell(result.column_residual()).cell(result.gap()).end_row();
  }
  return {"outcomes.csv", csv.text()};
}

/// The number that all problems have, or null.
template <class Number>
Json shared_number(BalanceBatch const& batch, Number const& number) {
  Index const first = number(batch.problems.front());
  bool const is_shared = std::all_of(batch.problems.begin(), batch.problems.end(),
                                     [&](BalancedTable const& result) { return number(result) == first; });
  return is_shared ? Json(first) : Json(nullptr);
}

}  // namespace

std::map<std::string, Index> BalanceBatch::outcomes() const {
  std::map<std::string, Index> counts;
  for (BalancedTable const& result : problems) ++counts[std::string(name(result.outcome()))];
  return counts;
}

std::vector<std::size_t> BalanceBatch::unsolved() const {
  std::vector<std::size_t> positions;
  for (std::size_t b = 0; b < problems.size(); ++b) {
    if (problems[b].outcome() != Outcome::converged) positions.push_back(b);
  }
  std::stable_sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
    return distance_from_solution(problems[a]) > distance_from_solution(problems[b]);
  });
  return positions;
}

std::string BalanceBatch::file_of(BalancedTable const& result) const {
  std::string const name = balanced_file_name(result);
  return is_folder ? "balanced/" + result.problem + name.substr(name.rfind('.')) : name;
}

BalanceBatch read_batch(BalanceInput const& input, BalanceOptions const& options, Findings& findings) {
  auto const tables = read_tables(input.tables, findings);
  if (findings.empty() && options.method == BalanceMethod::ras) {
    for (auto const& table : tables) refuse_negative_cells(*table, findings);
  }
  TotalsFile const rows(input.row_totals, Margin::rows, findings);
  TotalsFile const columns(input.column_totals, Margin::columns, findings);
  std::filesystem::path const& first_file = input.tables.files.front();
  std::string const tables_name = (input.tables.is_folder ? first_file.parent_path() : first_file).string();
  ProblemNames const names = problem_names(tables, tables_name, rows, columns);
  rows.match_problems(names.labels, names.file, findings);
  columns.match_problems(names.labels, names.file, findings);

  BalanceBatch batch;
  batch.is_folder = input.tables.is_folder;
  std::vector<std::string> const& labels = names.labels.codes();
  for (std::size_t b = 0; b < labels.size(); ++b) {
    BalancedTable& problem = batch.problems.emplace_back();
    problem.problem = labels[b];
    problem.table = tables.size() == labels.size() ? tables[b] : tables.front();
    Totals of_rows = rows.of(labels[b], *problem.table, findings);
    Totals of_columns = columns.of(labels[b], *problem.table, findings);
    problem.row_totals = std::move(of_rows.value);
    problem.row_errors = std::move(of_rows.standard_error);
    problem.column_totals = std::move(of_columns.value);
    problem.column_errors = std::move(of_columns.standard_error);
    problem.options = options;
  }
  return batch;
}

bool BalanceBatch::is_array() const { return !is_folder && problems.front().table->form == TableForm::array; }

std::vector<Index> BalanceBatch::array_shape() const {
  TableFile const& table = *problems.front().table;
  std::vector<Index> shape = {table.rows.size(), table.columns.size()};
  if (is_named()) shape.insert(shape.begin(), std::ssize(problems));
  return shape;
}

std::vector<ResultTable> batch_files(BalanceBatch const& batch) {
  std::vector<ResultTable> files;
  if (!batch.is_named()) {
    if (!batch.is_array()) files.push_back(balanced_file(batch.problems.front()));
    files.push_back(multipliers_file(batch.problems.front()));
    return files;
  }
  if (batch.is_folder) {
    for (BalancedTable const& result : batch.problems) {
      ResultTable file = balanced_file(result);
      file.name = batch.file_of(result);
      files.push_back(std::move(file));
    }
  } else if (!batch.is_array()) {
    files.push_back(long_table(batch));
  }
  files.push_back(multipliers_of_all(batch));
  files.push_back(outcomes_of_all(batch));
  return files;
}

Json batch_json(BalanceBatch const& batch) {
  Json facts;
  facts["rows"] = shared_number(batch, [](BalancedTable const& result) { return result.table->rows.size(); });
  facts["columns"] = shared_number(batch, [](BalancedTable const& result) { return result.table->columns.size(); });
  facts["problems"] = batch.problems.size();
  facts["results"] = Json::array();
  for (BalancedTable const& result : batch.problems) {
    Json entry;
    if (batch.is_named()) entry["problem"] = result.problem;
    entry.update(balance_json(result));
    facts["results"].push_back(std::move(entry));
  }
  return facts;
}

}  // namespace regio::study
