#include "format/csv_reader.hpp"

#include <fast_float/fast_float.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "format/csv_index.hpp"
#include "format/gzip.hpp"
#include "format/mapped_file.hpp"
#include "format/suggestion.hpp"
#include "format/text_encoding.hpp"

namespace regio::format {
namespace {

constexpr Index chunk_rows = 1 << 14;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

enum class CellKind : std::uint8_t { missing, number, overflow, bad };

struct ParsedNumber {
  CellKind kind = CellKind::bad;
  double value = std::numeric_limits<double>::quiet_NaN();
};

ParsedNumber parsed_number(std::string_view cell, char decimal_point) {
  if (cell.empty() || cell == "NA" || cell == "NaN") return {.kind = CellKind::missing};
  // fast_float reads "inf" and "nan", and no leading plus.
  std::string_view const digits = cell.substr(cell.front() == '+' || cell.front() == '-' ? 1 : 0);
  if (digits.empty() || !(is_digit(digits.front()) || digits.front() == decimal_point)) return {};
  ParsedNumber result;
  fast_float::parse_options const options(fast_float::chars_format::general, decimal_point);
  auto const parsed =
      fast_float::from_chars_advanced(digits.data(), digits.data() + digits.size(), result.value, options);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return {};
  if (!std::isfinite(result.value)) return {.kind = CellKind::overflow};
  if (cell.front() == '-') result.value = -result.value;
  result.kind = CellKind::number;
  return result;
}

/// Digits in groups of three, as in 1,234,567 or 1 234.
bool has_thousands_separators(std::string_view cell) {
  bool separated = false;
  for (std::size_t i = cell.starts_with('-') || cell.starts_with('+') ? 1 : 0; i < cell.size(); ++i) {
    if (is_digit(cell[i])) continue;
    if (i == 0 || std::string_view(",.' ").find(cell[i]) == std::string_view::npos) return false;
    separated = true;
  }
  return separated;
}

}  // namespace

struct CsvTable::Content {
  std::shared_ptr<void const> owner;  ///< keeps the bytes that `index` looks at
  std::string file;
  CsvIndex index;
  std::unordered_map<std::string_view, Index> positions;  ///< by column name

  Content(std::shared_ptr<void const> bytes_owner, std::string_view bytes, std::string name, CsvHeader header,
          Findings& findings)
      : owner(std::move(bytes_owner)), file(std::move(name)), index(without_byte_order_mark(bytes), file, findings) {
    check_header(header == CsvHeader::all_but_first ? 1 : 0, findings);
    findings.throw_if_any();
  }

  void check_header(Index first_named, Findings& findings) {
    for (Index column = first_named; column < index.columns(); ++column) {
      std::string const& name = index.header()[static_cast<std::size_t>(column)];
      InputProblem problem{.file = file, .line = index.header_line(), .column = column + 1, .found = shortened(name)};
      auto const [first, is_new] = positions.emplace(name, column);
      if (name.empty()) {
        problem.expected = "the column has no name; expected one";
      } else if (!is_new) {
        problem.expected = fmt::format("another name, because column {} has this one", first->second + 1);
      } else {
        continue;
      }
      findings.add(std::move(problem));
    }
  }
};

namespace {

void require_encoding(std::string_view bytes, std::string const& file) {
  if (auto problem = encoding_problem(bytes, file)) throw InputError({*std::move(problem)});
}

}  // namespace

CsvTable CsvTable::read(std::filesystem::path const& path, CsvHeader header) {
  auto mapped = std::make_shared<MappedFile>(path);
  if (is_gzip(mapped->bytes())) return parse(unpacked_gzip(mapped->bytes(), path.string()), path.string(), header);
  require_encoding(mapped->bytes(), path.string());
  Findings findings;
  CsvTable table;
  std::string_view const bytes = mapped->bytes();
  table.content_ = std::make_shared<Content const>(std::move(mapped), bytes, path.string(), header, findings);
  return table;
}

CsvTable CsvTable::parse(std::string text, std::string name, CsvHeader header) {
  require_encoding(text, name);
  auto owner = std::make_shared<std::string const>(std::move(text));
  std::string_view const bytes = *owner;
  Findings findings;
  CsvTable table;
  table.content_ = std::make_shared<Content const>(std::move(owner), bytes, std::move(name), header, findings);
  return table;
}

std::string const& CsvTable::file() const noexcept { return content_->file; }
Index CsvTable::rows() const noexcept { return content_->index.rows(); }
std::vector<std::string> const& CsvTable::columns() const noexcept { return content_->index.header(); }

std::optional<Index> CsvTable::find(std::string_view column) const noexcept {
  auto const found = content_->positions.find(column);
  return found == content_->positions.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Index> CsvTable::require(std::string_view column, Findings& findings) const {
  auto const position = find(column);
  if (!position) {
    findings.add({.file = file(),
                  .line = content_->index.header_line(),
                  .expected = fmt::format("no column '{}'{}", column, did_you_mean(column, columns()))});
  }
  return position;
}

std::int64_t CsvTable::line(Index row) const { return content_->index.line(row); }

std::vector<std::int64_t> CsvTable::lines() const { return content_->index.lines(); }

std::string CsvTable::text(Index row, Index column) const { return unquoted(content_->index.cell(row, column)); }

namespace {

/// Calls body(row) for every row in parallel; returns in order the rows for which it was false.
template <class Body>
std::vector<Index> rows_refused_by(Index rows, Body const& body) {
  Index const chunks = (rows + chunk_rows - 1) / chunk_rows;
  std::vector<std::vector<Index>> refused(static_cast<std::size_t>(chunks));
  tbb::parallel_for(Index{0}, chunks, [&](Index chunk) {
    Index const end = std::min(rows, (chunk + 1) * chunk_rows);
    for (Index row = chunk * chunk_rows; row < end; ++row) {
      if (!body(row)) refused[static_cast<std::size_t>(chunk)].push_back(row);
    }
  });
  std::vector<Index> result;
  for (auto const& of_chunk : refused) result.insert(result.end(), of_chunk.begin(), of_chunk.end());
  return result;
}

bool has_decimal_mark(std::string_view cell, char mark) {
  return cell.find(mark) != cell.npos && parsed_number(cell, mark).kind == CellKind::number;
}

char decimal_mark(std::string_view cell, char separator) {
  return separator == ';' && cell.find(',') != cell.npos ? ',' : '.';
}

std::string expected_number(std::string_view cell, char separator) {
  if (parsed_number(cell, decimal_mark(cell, separator)).kind == CellKind::overflow) {
    return "a number below 1.8e308 in size";
  }
  if (has_thousands_separators(cell)) {
    return separator == ';' ? "a number without thousands separators"
                            : "a number with a decimal point and without thousands separators";
  }
  return "a number, or an empty cell, NA or NaN where it is missing";
}

}  // namespace

std::vector<std::string> CsvTable::texts(Index column) const {
  std::vector<std::string> result(static_cast<std::size_t>(rows()));
  rows_refused_by(rows(), [&](Index row) {
    result[static_cast<std::size_t>(row)] = text(row, column);
    return true;
  });
  return result;
}

std::vector<double> CsvTable::numbers(Index column, Findings& findings) const {
  CsvIndex const& index = content_->index;
  char const separator = index.separator();
  std::vector<double> result(static_cast<std::size_t>(rows()));
  auto const bad_rows = rows_refused_by(rows(), [&](Index row) {
    std::string_view const cell = inside_quotes(index.cell(row, column));
    ParsedNumber const number = parsed_number(cell, decimal_mark(cell, separator));
    result[static_cast<std::size_t>(row)] = number.value;
    return number.kind == CellKind::number || number.kind == CellKind::missing;
  });
  for (Index const row : bad_rows) {
    if (findings.full()) {
      findings.add_unlisted();
    } else {
      findings.add(problem(row, column, expected_number(inside_quotes(index.cell(row, column)), separator)));
    }
  }
  if (separator == ';') check_one_decimal_mark(column, findings);
  return result;
}

/// A column with 1.234 and 1,5 leaves open whether its point is a decimal one.
void CsvTable::check_one_decimal_mark(Index column, Findings& findings) const {
  auto const rows_with = [&](char mark) {
    return rows_refused_by(
        rows(), [&](Index row) { return !has_decimal_mark(inside_quotes(content_->index.cell(row, column)), mark); });
  };
  std::vector<Index> const commas = rows_with(',');
  if (commas.empty()) return;
  std::vector<Index> const points = rows_with('.');
  if (points.empty()) return;
  bool const comma_first = commas.front() < points.front();
  Index const first = std::min(commas.front(), points.front());
  Index const second = std::max(commas.front(), points.front());
  findings.add(
      problem(second, column,
              fmt::format("a decimal {} as in line {} of this column", comma_first ? "comma" : "point", line(first))));
}

std::vector<int> CsvTable::integers(Index column, Findings& findings) const {
  std::vector<int> result(static_cast<std::size_t>(rows()));
  auto const bad_rows = rows_refused_by(rows(), [&](Index row) {
    ParsedNumber const number = parsed_number(inside_quotes(content_->index.cell(row, column)), '.');
    constexpr double limit = std::numeric_limits<int>::max();
    bool const whole =
        number.kind == CellKind::number && std::trunc(number.value) == number.value && std::abs(number.value) <= limit;
    if (whole) result[static_cast<std::size_t>(row)] = static_cast<int>(number.value);
    return whole;
  });
  for (Index const row : bad_rows) {
    if (findings.full()) {
      findings.add_unlisted();
    } else {
      findings.add(problem(row, column, "a whole number"));
    }
  }
  return result;
}

InputProblem CsvTable::problem(Index row, Index column, std::string expected) const {
  InputProblem problem{.file = file(),
                       .line = line(row),
                       .column = column + 1,
                       .field = columns()[static_cast<std::size_t>(column)],
                       .found = shortened(text(row, column)),
                       .expected = std::move(expected)};
  if (problem.found.empty()) problem.expected.insert(0, "the cell is empty; expected ");
  return problem;
}

}  // namespace regio::format
