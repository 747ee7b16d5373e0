/// Where the cells of a CSV text begin and end: one pass, 64 bytes at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <regio/views.hpp>

#include "format/findings.hpp"

namespace regio::format {

class CsvIndex {
 public:
  /// Indexes `text` (UTF-8 without byte order mark). Collects structural findings: no header, ragged line, quotes.
  CsvIndex(std::string_view text, std::string const& file, Findings& findings);

  [[nodiscard]] char separator() const noexcept { return separator_; }
  [[nodiscard]] std::int64_t header_line() const noexcept { return header_line_; }
  [[nodiscard]] Index rows() const noexcept { return static_cast<Index>(row_begins_.size()); }
  [[nodiscard]] Index columns() const noexcept { return static_cast<Index>(header_.size()); }
  /// Names in the header, unquoted, as they stand.
  [[nodiscard]] std::vector<std::string> const& header() const noexcept { return header_; }
  /// A cell as it stands in the text, with its quotes and spaces.
  [[nodiscard]] std::string_view cell(Index row, Index column) const noexcept;
  /// The line (from 1) on which a row begins.
  [[nodiscard]] std::int64_t line(Index row) const;
  /// The lines of all rows, in one pass over the text.
  [[nodiscard]] std::vector<std::int64_t> lines() const;

 private:
  friend class CsvScan;

  std::string_view text_;
  char separator_ = ',';
  std::int64_t header_line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::size_t> row_begins_;   ///< [rows] byte at which a row begins
  std::vector<std::uint32_t> cell_ends_;  ///< [rows, columns] byte at which a cell ends, from the row's begin
  std::vector<std::int64_t> line_marks_;  ///< line of every 1024th row
};

/// A cell without the spaces around it and without its quotes; "" inside quotes is one ".
std::string unquoted(std::string_view cell);

/// The part of a cell between its quotes, or the cell without spaces around it; a doubled quote stays doubled.
std::string_view inside_quotes(std::string_view cell);

}  // namespace regio::format
