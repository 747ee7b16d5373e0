/// Columns that name the rows, columns and cells of tables that were read before.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "format/csv_reader.hpp"
#include "study/region_codes.hpp"
#include "study/table_columns.hpp"

namespace regio::study {

/// A column whose texts are labels of tables that were read before.
class LabelColumn {
 public:
  /// `what`: "row", for messages about a label that is not in `file`.
  LabelColumn(format::CsvTable const& csv, Index column, RegionCodes const& labels, std::string what, std::string file)
      : csv_(csv), column_(column), labels_(labels), expected_("a " + std::move(what) + " of " + std::move(file)) {}

  /// Position of the label of a line, or nullopt with a finding.
  std::optional<Index> find(Index line, format::Findings& findings) {
    std::string const label = csv_.text(line, column_);
    auto const place = labels_.find(label);
    if (place) return place;
    if (findings.full()) {
      findings.add_unlisted();
    } else {
      std::string const hint = ++unknown_ <= most_suggestions ? labels_.hint(label) : std::string();
      findings.add(csv_.problem(line, column_, expected_ + hint));
    }
    return std::nullopt;
  }
  [[nodiscard]] Index column() const noexcept { return column_; }

 private:
  /// Labels for which the likely meaning is looked up: as many as are printed.
  static constexpr std::size_t most_suggestions = 20;

  format::CsvTable const& csv_;
  Index column_;
  RegionCodes const& labels_;
  std::string expected_;
  std::size_t unknown_ = 0;
};

/// The lines that gave numbers of an array their values: each number may have one.
class FilledOnce {
 public:
  /// False, with a finding, when another line was first.
  bool fill(format::CsvTable const& csv, Index row, Index column, Index at, std::string const& key,
            format::Findings& findings) {
    auto const [first, is_new] = row_.try_emplace(at, row);
    if (!is_new) refuse_duplicate(csv, row, column, key, csv.line(first->second), findings);
    return is_new;
  }
  [[nodiscard]] bool has(Index at) const { return row_.contains(at); }

 private:
  std::unordered_map<Index, Index> row_;
};

}  // namespace regio::study
