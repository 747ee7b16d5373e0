/// Many tables balanced in one run: how their files make problems, and their result files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "study/balance_results.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// What a run reads.
struct BalanceInput {
  TablesInput tables;
  std::filesystem::path row_totals, column_totals;
};

/// The problems of a run, at least one, in the order of the tables, or else of the totals.
struct BalanceBatch {
  std::vector<BalancedTable> problems;
  bool is_folder = false;  ///< the tables came from a folder, and the results go to one

  /// True where the files name problems: results then say of each number which problem it belongs to.
  [[nodiscard]] bool is_named() const { return !problems.front().problem.empty(); }
  /// True where the result is one array, balanced.npy, which may be too large for memory.
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] std::vector<Index> array_shape() const;
  /// The result file that has the cells of a problem.
  [[nodiscard]] std::string file_of(BalancedTable const& result) const;
  /// How many problems ended how, by the outcome's name.
  [[nodiscard]] std::map<std::string, Index> outcomes() const;
  /// Positions of the problems that did not converge, the worst first: no solution, then by the largest residual.
  [[nodiscard]] std::vector<std::size_t> unsolved() const;
};

/// Reads tables and totals and matches them: one table, or one file of totals without a column `problem`, serves all
/// problems that the other files name. A problem that one file names and another lacks is a finding, as is everything
/// that the readers find. Where findings were added the problems must not be used.
BalanceBatch read_batch(BalanceInput const& input, BalanceOptions const& options, format::Findings& findings);

/// The balanced tables but for an array, and multipliers.csv. Named problems: balanced.csv `problem,row,column,value`,
/// or of a folder balanced/<name>, each in the form of its table; multipliers.csv and outcomes.csv with a column
/// `problem`.
std::vector<ResultTable> batch_files(BalanceBatch const& batch);

/// The facts `rows`, `columns` (where all tables have the same number), `problems` and `results` of --json.
format::Json batch_json(BalanceBatch const& batch);

}  // namespace regio::study
