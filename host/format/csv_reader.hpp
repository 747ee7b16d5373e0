/// CSV tables with positions: every value knows its line and column, every error of a file is collected.
///
/// UTF-8 (BOM allowed), RFC 4180 quoting, LF or CRLF; comma, semicolon or tab recognised from the header; decimal comma
/// recognised with the semicolon; lines beginning with '#' before the header are comments; .gz is read. A missing
/// number is an empty cell, NA or NaN; "inf" and any other text is an error. The file is memory-mapped (or unpacked)
/// once, cells are views into it; numbers are parsed in parallel by fixed chunks.
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

namespace regio::format {

/// Collects findings of one or several files; throw_if_any() ends the reading with an InputError.
class Findings {
 public:
  void add(InputProblem problem);
  [[nodiscard]] bool empty() const noexcept { return problems_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return problems_.size(); }
  void throw_if_any();

 private:
  std::vector<InputProblem> problems_;
};

class CsvTable {
 public:
  /// Throws InputError: file not found, not UTF-8 (UTF-16 is named), no header, ragged line, unclosed quote, duplicate
  /// column.
  static CsvTable read(std::filesystem::path const& path);
  /// The same from memory; `name` stands for the file in messages.
  static CsvTable parse(std::string text, std::string name);

  [[nodiscard]] std::string const& file() const noexcept;
  [[nodiscard]] Index rows() const noexcept;
  [[nodiscard]] std::vector<std::string> const& columns() const noexcept;
  /// Position of a column by its exact name.
  [[nodiscard]] std::optional<Index> find(std::string_view column) const noexcept;
  /// Position, or a finding with "did you mean" and nullopt.
  std::optional<Index> require(std::string_view column, Findings& findings) const;

  /// Line in the file of a row (from 1); quoted cells may span lines.
  [[nodiscard]] std::int64_t line(Index row) const;
  /// The cell's text, unquoted.
  [[nodiscard]] std::string text(Index row, Index column) const;
  /// A column's texts.
  [[nodiscard]] std::vector<std::string> texts(Index column) const;
  /// A column's numbers; missing is NaN; each bad cell becomes a finding with line and column position.
  [[nodiscard]] std::vector<double> numbers(Index column, Findings& findings) const;
  /// A column's integers (years); missing or fractional is a finding.
  [[nodiscard]] std::vector<int> integers(Index column, Findings& findings) const;
  /// A finding at a cell.
  [[nodiscard]] InputProblem problem(Index row, Index column, std::string expected) const;

 private:
  struct Content;
  std::shared_ptr<Content const> content_;
};

}  // namespace regio::format
