#include "format/csv_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace regio::format {
namespace {

template <class Number>
std::string shortest(Number value) {
  std::array<char, 32> digits;
  auto const result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), result.ptr};
}

/// Besides what RFC 4180 asks for: spaces at the ends, which a reader may drop, '#', which may begin a comment, and a
/// byte order mark, which may begin a file.
bool needs_quotes(std::string_view text) {
  if (text.empty()) return false;
  return text.find_first_of(",;\t\"\r\n") != text.npos || text.front() == ' ' || text.back() == ' ' ||
         text.front() == '#' || text.starts_with("\xef\xbb\xbf");
}

}  // namespace

std::string number_text(double value) { return std::isnan(value) ? "" : shortest(value); }

CsvWriter::CsvWriter(std::vector<std::string> const& columns) : columns_(columns.size()) {
  for (std::string const& column : columns) cell(column);
  end_row();
}

CsvWriter& CsvWriter::cell(std::string_view text) {
  if (cells_++ > 0) text_ += ',';
  if (!needs_quotes(text)) {
    text_ += text;
    return *this;
  }
  text_ += '"';
  for (char const c : text) {
    if (c == '"') text_ += '"';
    text_ += c;
  }
  text_ += '"';
  return *this;
}

CsvWriter& CsvWriter::cell(double value) {
  if (cells_++ > 0) text_ += ',';
  text_ += number_text(value);
  return *this;
}

CsvWriter& CsvWriter::cell(std::int64_t value) {
  if (cells_++ > 0) text_ += ',';
  text_ += shortest(value);
  return *this;
}

void CsvWriter::end_row() {
  if (cells_ != columns_) {
    throw std::logic_error("CsvWriter::end_row: the row has " + std::to_string(cells_) + " cells; expected " +
                           std::to_string(columns_) + " as in the header");
  }
  // A line without anything on it would be read as no row.
  if (columns_ == 1 && (text_.empty() || text_.back() == '\n')) text_ += "\"\"";
  text_ += '\n';
  cells_ = 0;
}

}  // namespace regio::format
