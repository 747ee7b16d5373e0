/// What the readers of a study's tables share: opening a file, and the columns it may have.
#pragma once

#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/csv_reader.hpp"
#include "format/suggestion.hpp"
#include "study/region_codes.hpp"

namespace regio::study {

/// The table, or nullopt and its errors among the findings.
inline std::optional<format::CsvTable> open_table(std::filesystem::path const& path, format::Findings& findings,
                                                  format::CsvHeader header = format::CsvHeader::every_column) {
  try {
    return format::CsvTable::read(path, header);
  } catch (InputError const& error) {
    for (InputProblem const& problem : error.problems()) findings.add(problem);
    return std::nullopt;
  }
}

/// The findings of a part of a file, behind those that are there.
inline void add_all(format::Findings const& from, format::Findings& to) {
  for (InputProblem const& problem : from.problems()) to.add(problem);
  for (std::size_t i = from.problems().size(); i < from.size(); ++i) to.add_unlisted();
}

/// A finding about a whole column.
inline InputProblem column_problem(format::CsvTable const& table, std::string const& column, std::string message) {
  InputProblem problem;
  problem.file = table.file();
  problem.field = column;
  problem.expected = std::move(message);
  return problem;
}

/// A finding for each column that is not among the known ones.
inline void refuse_other_columns(format::CsvTable const& table, std::vector<std::string> const& known,
                                 format::Findings& findings) {
  std::string list;
  for (std::string const& column : known) list += (list.empty() ? "" : ", ") + column;
  for (std::string const& column : table.columns()) {
    bool is_known = false;
    for (std::string const& candidate : known) is_known = is_known || candidate == column;
    if (is_known) continue;
    findings.add(column_problem(
        table, column, "unknown column" + format::did_you_mean(column, known) + " (columns here: " + list + ")"));
  }
}

/// The line where a key stood before, as a finding at its second appearance.
inline void refuse_duplicate(format::CsvTable const& table, Index row, Index column, std::string const& key,
                             std::int64_t earlier_line, format::Findings& findings) {
  findings.add(table.problem(
      row, column, "only one line for " + key + "; line " + std::to_string(earlier_line) + " has it already"));
}

/// Numbers of a column where every cell must have one.
inline std::vector<double> complete_numbers(format::CsvTable const& table, Index column, std::string const& expected,
                                            format::Findings& findings) {
  format::Findings of_column;
  std::vector<double> numbers = table.numbers(column, of_column);
  bool const readable = of_column.empty();
  add_all(of_column, findings);
  for (Index row = 0; readable && row < table.rows(); ++row) {
    if (!std::isnan(numbers[static_cast<std::size_t>(row)])) continue;
    if (findings.full()) {
      findings.add_unlisted();
    } else {
      findings.add(table.problem(row, column, expected));
    }
  }
  return numbers;
}

/// "a row", "an industry".
inline std::string with_article(std::string const& word) {
  bool const is_vowel = !word.empty() && std::string_view("aeio").find(word.front()) != std::string_view::npos;
  return (is_vowel ? "an " : "a ") + word;
}

/// Keys of a column: each label once, with a finding at its second appearance.
class UniqueLabels {
 public:
  explicit UniqueLabels(format::CsvTable const& table) : table_(table) {}

  /// Position of the label, or nullopt with a finding.
  std::optional<Index> add(Index row, Index column, std::string const& what, format::Findings& findings) {
    std::string const label = table_.text(row, column);
    if (label.empty()) {
      findings.add(table_.problem(row, column, "the label of " + with_article(what)));
      return std::nullopt;
    }
    Index const known = labels_.insert(label);
    if (known < static_cast<Index>(row_.size())) {
      refuse_duplicate(table_, row, column, with_article(what), table_.line(row_[static_cast<std::size_t>(known)]),
                       findings);
      return std::nullopt;
    }
    row_.push_back(row);
    return known;
  }
  [[nodiscard]] RegionCodes const& labels() const noexcept { return labels_; }

 private:
  format::CsvTable const& table_;
  RegionCodes labels_;
  std::vector<Index> row_;  ///< of each label
};

/// Lines of a file by the label in their column `problem`; labels in the order of their first appearance.
struct LinesOfProblems {
  RegionCodes labels;
  std::vector<std::vector<Index>> lines;
};

inline LinesOfProblems lines_of_problems(format::CsvTable const& table, Index column, format::Findings& findings) {
  LinesOfProblems problems;
  for (Index line = 0; line < table.rows(); ++line) {
    std::string const label = table.text(line, column);
    if (label.empty()) findings.add(table.problem(line, column, "the label of a problem"));
    auto const place = static_cast<std::size_t>(problems.labels.insert(label));
    if (place == problems.lines.size()) problems.lines.emplace_back();
    problems.lines[place].push_back(line);
  }
  return problems;
}

/// "a, b, c and 4 more".
inline std::string listed(std::vector<std::string> const& words, std::size_t shown = 5) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < shown; ++i) text += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > shown) text += " and " + std::to_string(words.size() - shown) + " more";
  return text;
}

}  // namespace regio::study
