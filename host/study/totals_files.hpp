/// Totals of the rows or the columns of tables, read from files and matched by label.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "study/table_columns.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// Totals of a margin of one problem, in the order of its table's labels.
struct Totals {
  std::vector<double> value;
  std::vector<double> standard_error;  ///< empty where the file has none
};

/// A file `[problem,]label,value[,standard_error]` with the totals of one margin: for all problems, or for each its
/// own.
class TotalsFile {
 public:
  /// Reads the file; what cannot be read are findings: a column that is unknown, a missing number, a standard error
  /// below 0, a problem without a label. Names nothing then.
  TotalsFile(std::filesystem::path const& path, Margin margin, format::Findings& findings);

  [[nodiscard]] std::string const& file() const noexcept { return file_; }
  [[nodiscard]] bool names_problems() const noexcept { return problem_column_.has_value(); }
  [[nodiscard]] bool has_standard_errors() const noexcept { return !standard_errors_.empty(); }
  /// In the order of their first appearance; one without a name where the file names none.
  [[nodiscard]] RegionCodes const& problems() const noexcept { return problems_.labels; }
  /// A finding for each problem that the file alone has, or lacks; `others`: where the problems come from.
  void match_problems(RegionCodes const& problems, std::string const& others, format::Findings& findings) const;
  /// The totals of a problem that the file has. Labels that the table or the file alone has are findings, both sides;
  /// so is a label that stands twice.
  [[nodiscard]] Totals of(std::string const& problem, TableFile const& table, format::Findings& findings) const;

 private:
  [[nodiscard]] bool are_of_other_margin(std::vector<Index> const& lines, TableFile const& table) const;

  std::string file_;
  Margin margin_;
  std::optional<format::CsvTable> csv_;
  Index label_column_ = 0;
  std::optional<Index> problem_column_;
  std::vector<double> values_, standard_errors_;  ///< by line
  LinesOfProblems problems_;
};

/// Totals `label,value` of a margin of the only table. Findings as of TotalsFile; a column `problem`, too.
std::vector<double> read_totals(std::filesystem::path const& path, Margin margin, TableFile const& table,
                                format::Findings& findings);

}  // namespace regio::study
