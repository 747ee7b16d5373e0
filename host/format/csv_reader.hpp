/// CSV tables with positions: every value knows its line and column, every error of a file is collected.
///
/// UTF-8 (BOM allowed), RFC 4180 quoting, LF or CRLF; comma, semicolon or tab recognised from the header; decimal comma
/// recognised with the semicolon (a column has either commas or points); lines beginning with '#' before the header are
/// comments; empty lines are skipped; gzip is unpacked. Spaces around a cell that is not quoted do not belong to it. A
/// missing number is an empty cell, NA or NaN; "inf", hexadecimal numbers, thousands separators and any other text are
/// errors. Lines and columns of messages count from 1; the column is that of the table, as in a spreadsheet.
///
/// The file is mapped (or unpacked) once and indexed in one pass, four bytes a cell and eight a row; cells are views
/// into it. Numbers are parsed in parallel by fixed chunks in the caller's oneTBB arena: values and findings are the
/// same for any number of threads. Nothing here asks the locale. 1 GB takes a few seconds on two cores.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <regio/error.hpp>
#include <regio/views.hpp>

#include "format/findings.hpp"

namespace regio::format {

/// What a header must give a name to.
enum class CsvHeader : std::uint8_t {
  every_column,
  all_but_first,  ///< the first cell, above the labels of the rows, is free: empty, or any text
};

class CsvTable {
 public:
  /// Throws InputError: file not found, not UTF-8 (UTF-16 is named), a gzip file that is cut short, no header, ragged
  /// line, unclosed or misplaced quote, duplicate or empty column name. A header without rows is a table of no rows.
  static CsvTable read(std::filesystem::path const& path, CsvHeader header = CsvHeader::every_column);
  /// The same from memory; `name` stands for the file in messages.
  static CsvTable parse(std::string text, std::string name, CsvHeader header = CsvHeader::every_column);

  [[nodiscard]] std::string const& file() const noexcept;
  [[nodiscard]] Index rows() const noexcept;
  [[nodiscard]] std::vector<std::string> const& columns() const noexcept;
  /// Position of a column by its exact name; a free first cell is no name.
  [[nodiscard]] std::optional<Index> find(std::string_view column) const noexcept;
  /// Position, or a finding with "did you mean" and nullopt.
  std::optional<Index> require(std::string_view column, Findings& findings) const;

  /// Line in the file of a row (from 1); quoted cells may span lines.
  [[nodiscard]] std::int64_t line(Index row) const;
  /// The lines of all rows: one pass over the text, where line() is a search for each.
  [[nodiscard]] std::vector<std::int64_t> lines() const;
  /// The cell's text, unquoted.
  [[nodiscard]] std::string text(Index row, Index column) const;
  /// A column's texts.
  [[nodiscard]] std::vector<std::string> texts(Index column) const;
  /// A column's numbers; missing is NaN; each bad cell becomes a finding with line and column position.
  [[nodiscard]] std::vector<double> numbers(Index column, Findings& findings) const;
  /// A column's integers (years; 1970.0 is one); missing, fractional or beyond 32 bits is a finding and reads as 0.
  [[nodiscard]] std::vector<int> integers(Index column, Findings& findings) const;
  /// A finding at a cell, naming its column and its text.
  [[nodiscard]] InputProblem problem(Index row, Index column, std::string expected) const;

 private:
  void check_one_decimal_mark(Index column, Findings& findings) const;

  struct Content;
  std::shared_ptr<Content const> content_;
};

}  // namespace regio::format
