#include "format/csv_index.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace regio::format {
namespace {

static_assert(std::endian::native == std::endian::little, "bytes of a word are counted from its low end");

constexpr Index rows_per_line_mark = 1024;
constexpr std::size_t block_bytes = 64;

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

constexpr std::uint64_t in_every_byte(char c) { return 0x0101010101010101u * static_cast<unsigned char>(c); }

/// The high bit of each byte of `word` that equals the pattern's byte; the others are 0.
std::uint64_t equal_bytes(std::uint64_t word, std::uint64_t pattern) {
  constexpr std::uint64_t low_bits = in_every_byte(0x7f);
  std::uint64_t const difference = word ^ pattern;
  return ~(((difference & low_bits) + low_bits) | difference | low_bits);
}

/// Bit i is set when byte i of the 64 bytes is a quote, the separator, LF or CR. Eight bytes at a time in a plain word:
/// the baseline instruction set of x86-64 has no SIMD target in Highway, and the rest of the pass takes longer than
/// this.
std::uint64_t structural_bytes(char const* block, char separator) {
  std::uint64_t const separators = in_every_byte(separator);
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < block_bytes; i += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, block + i, sizeof word);
    std::uint64_t const found = equal_bytes(word, in_every_byte('"')) | equal_bytes(word, separators) |
                                equal_bytes(word, in_every_byte('\n')) | equal_bytes(word, in_every_byte('\r'));
    // Collects the high bits of the eight bytes in the highest byte, the first byte's lowest.
    result |= ((found * 0x0002040810204081u) >> 56) << i;
  }
  return result;
}

/// The separator of a header line: the one that stands there most often outside of quotes; a comma when none does.
char recognised_separator(std::string_view text) {
  std::array<std::pair<char, int>, 3> counts{{{',', 0}, {';', 0}, {'\t', 0}}};
  bool quoted = false;
  for (char const c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    for (auto& [separator, count] : counts) count += c == separator ? 1 : 0;
  }
  return std::max_element(counts.begin(), counts.end(),
                          [](auto const& a, auto const& b) { return a.second < b.second; })
      ->first;
}

}  // namespace

std::string_view inside_quotes(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') return cell.substr(1, cell.size() - 2);
  return cell;
}

std::string unquoted(std::string_view cell) {
  std::string_view const inside = inside_quotes(cell);
  std::string result(inside);
  if (inside.size() == trimmed(cell).size()) return result;
  for (std::size_t i = result.find("\"\""); i != result.npos; i = result.find("\"\"", i + 1)) result.erase(i, 1);
  return result;
}

/// The state machine behind CsvIndex; it sees structural bytes only.
class CsvScan {
 public:
  CsvScan(CsvIndex& index, std::string_view text, std::string const& file, Findings& findings)
      : index_(index), text_(text), file_(file), findings_(findings) {}

  void run() {
    std::size_t position = skip_to_header();
    if (position == text_.size()) {
      findings_.add({.file = file_, .expected = "is empty; expected a header line with the names of the columns"});
      return;
    }
    index_.separator_ = recognised_separator(text_.substr(position));
    index_.header_line_ = line_;
    reserve(position);
    begin_row(position);
    scan(position);
    finish();
  }

 private:
  /// Comments and empty lines before the header.
  std::size_t skip_to_header() {
    std::size_t position = 0;
    while (position < text_.size()) {
      std::size_t const end = std::min(text_.find('\n', position), text_.size());
      std::string_view const line = text_.substr(position, end - position);
      if (!line.starts_with('#') && line.find_first_not_of(" \t\r") != line.npos) return position;
      if (end == text_.size()) break;
      position = end + 1;
      ++line_;
    }
    return text_.size();
  }

  /// Room for as many cells as the first lines let expect, so that a large index is not copied while it grows.
  void reserve(std::size_t begin) {
    std::string_view const sample = text_.substr(begin, 1 << 20);
    if (sample.size() + begin == text_.size()) return;
    double const scale = 1.1 * static_cast<double>(text_.size() - begin) / static_cast<double>(sample.size());
    auto const lines = static_cast<double>(std::count(sample.begin(), sample.end(), '\n'));
    auto const separators = static_cast<double>(std::count(sample.begin(), sample.end(), index_.separator_));
    index_.row_begins_.reserve(static_cast<std::size_t>(scale * lines));
    index_.cell_ends_.reserve(static_cast<std::size_t>(scale * (lines + separators)));
  }

  void scan(std::size_t begin) {
    std::size_t position = begin;
    for (; position + block_bytes <= text_.size(); position += block_bytes) {
      visit_block(structural_bytes(text_.data() + position, index_.separator_), position);
    }
    std::array<char, block_bytes> rest{};
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(position), text_.end(), rest.begin());
    visit_block(structural_bytes(rest.data(), index_.separator_), position);
  }

  void visit_block(std::uint64_t structural, std::size_t position) {
    for (; structural != 0; structural &= structural - 1) {
      visit(position + static_cast<std::size_t>(std::countr_zero(structural)));
    }
  }

  void visit(std::size_t position) {
    char const c = text_[position];
    if (quoted_) {
      visit_quoted(position, c);
    } else if (c == index_.separator_) {
      end_cell(position);
    } else if (c == '\n') {
      end_line(position);
    } else if (c == '"') {
      visit_opening_quote(position);
    } else if (position + 1 < text_.size() && text_[position + 1] != '\n') {
      report(cell_number(), "", "has a carriage return inside a line; expected lines that end with LF or CRLF");
    }
  }

  void visit_quoted(std::size_t position, char c) {
    if (position == escaped_) return;
    if (c == '\n') {
      ++line_;
    } else if (c == '"') {
      if (position + 1 < text_.size() && text_[position + 1] == '"') {
        escaped_ = position + 1;
      } else {
        quoted_ = false;
        closed_ = position;
        check_after_quote(position + 1);
      }
    }
  }

  void check_after_quote(std::size_t position) {
    while (position < text_.size() && is_space(text_[position]) && text_[position] != index_.separator_) ++position;
    if (position == text_.size()) return;
    char const c = text_[position];
    // A second quoted part of the same cell is reported where it begins.
    if (c == index_.separator_ || c == '\n' || c == '\r' || c == '"') return;
    report_quote(position,
                 "a separator or the end of the line after the closing quote (a quote inside is written twice)");
  }

  void visit_opening_quote(std::size_t position) {
    if (misquoted_ == cell_begin_) return;
    if (closed_ != no_position && closed_ >= cell_begin_) {
      report_quote(position,
                   "a separator or the end of the line after the closing quote (a quote inside is written twice)");
    } else if (trimmed(text_.substr(cell_begin_, position - cell_begin_)).empty()) {
      quoted_ = true;
      quote_line_ = line_;
      quote_cell_ = cell_number();
    } else {
      report_quote(position,
                   "no quote inside a cell that does not begin with one (quote the cell and write the quote twice)");
    }
  }

  /// One finding a cell is enough.
  void report_quote(std::size_t position, std::string expected) {
    if (misquoted_ == cell_begin_) return;
    misquoted_ = cell_begin_;
    constexpr std::size_t context = 100;
    report(cell_number(),
           shortened(std::string(text_.substr(cell_begin_, std::min(position + 1 - cell_begin_, context)))),
           std::move(expected));
  }

  void begin_row(std::size_t position) {
    row_begin_ = cell_begin_ = position;
    row_line_ = line_;
    cells_ = 0;
  }

  void end_cell(std::size_t position) {
    std::size_t const length = position - row_begin_;
    if (length > std::numeric_limits<std::uint32_t>::max()) row_too_long_ = true;
    index_.cell_ends_.push_back(static_cast<std::uint32_t>(length));
    ++cells_;
    cell_begin_ = position + 1;
  }

  void end_line(std::size_t position) {
    std::size_t const end = position > row_begin_ && text_[position - 1] == '\r' ? position - 1 : position;
    if (end > row_begin_ || cells_ > 0) {
      end_cell(end);
      end_row();
    }
    ++line_;
    begin_row(position + 1);
  }

  void end_row() {
    if (index_.header_.empty()) {
      take_header();
      return;
    }
    std::size_t const columns = index_.header_.size();
    if (cells_ == columns && !row_too_long_) {
      if (static_cast<Index>(index_.row_begins_.size()) % rows_per_line_mark == 0)
        index_.line_marks_.push_back(row_line_);
      index_.row_begins_.push_back(row_begin_);
      return;
    }
    if (row_too_long_) {
      report(0, "a row of more than 4 GB", "a shorter row");
    } else {
      report(0, fmt::format("{} cells", cells_), fmt::format("{} as in the header", columns));
    }
    index_.cell_ends_.resize(index_.cell_ends_.size() - cells_);
    row_too_long_ = false;
  }

  void take_header() {
    std::size_t begin = row_begin_;
    for (std::uint32_t const end : index_.cell_ends_) {
      index_.header_.push_back(unquoted(text_.substr(begin, row_begin_ + end - begin)));
      begin = row_begin_ + end + 1;
    }
    index_.cell_ends_.clear();
  }

  void finish() {
    if (quoted_) {
      findings_.add({.file = file_,
                     .line = quote_line_,
                     .column = quote_cell_,
                     .expected = "the quote that opens here is never closed; expected a closing quote"});
      return;
    }
    if (row_begin_ < text_.size()) end_line(text_.size());
  }

  [[nodiscard]] std::int64_t cell_number() const { return static_cast<std::int64_t>(cells_) + 1; }

  void report(std::int64_t column, std::string found, std::string expected) {
    findings_.add(
        {.file = file_, .line = line_, .column = column, .found = std::move(found), .expected = std::move(expected)});
  }

  static constexpr std::size_t no_position = std::numeric_limits<std::size_t>::max();

  CsvIndex& index_;
  std::string_view text_;
  std::string const& file_;
  Findings& findings_;
  std::int64_t line_ = 1;
  std::int64_t row_line_ = 1;
  std::int64_t quote_line_ = 0;
  std::int64_t quote_cell_ = 0;
  std::size_t row_begin_ = 0;
  std::size_t cell_begin_ = 0;
  std::size_t cells_ = 0;  ///< finished cells of the current row
  std::size_t escaped_ = no_position;
  std::size_t closed_ = no_position;     ///< the last closing quote
  std::size_t misquoted_ = no_position;  ///< begin of the last cell with a quote out of place
  bool quoted_ = false;
  bool row_too_long_ = false;
};

CsvIndex::CsvIndex(std::string_view text, std::string const& file, Findings& findings) : text_(text) {
  CsvScan(*this, text, file, findings).run();
}

std::string_view CsvIndex::cell(Index row, Index column) const noexcept {
  std::size_t const begin = row_begins_[static_cast<std::size_t>(row)];
  std::uint32_t const* const ends = cell_ends_.data() + row * columns();
  std::size_t const cell_begin = column == 0 ? 0 : std::size_t{ends[column - 1]} + 1;
  return text_.substr(begin + cell_begin, ends[column] - cell_begin);
}

std::int64_t CsvIndex::line(Index row) const {
  auto const mark = static_cast<std::size_t>(row / rows_per_line_mark);
  std::size_t const from = row_begins_[mark * rows_per_line_mark];
  std::size_t const to = row_begins_[static_cast<std::size_t>(row)];
  std::string_view const between = text_.substr(from, to - from);
  return line_marks_[mark] + std::count(between.begin(), between.end(), '\n');
}

std::vector<std::int64_t> CsvIndex::lines() const {
  std::vector<std::int64_t> result;
  result.reserve(row_begins_.size());
  for (std::size_t row = 0; row < row_begins_.size(); ++row) {
    if (row == 0) {
      result.push_back(line(0));
      continue;
    }
    std::string_view const before = text_.substr(row_begins_[row - 1], row_begins_[row] - row_begins_[row - 1]);
    result.push_back(result.back() + std::count(before.begin(), before.end(), '\n'));
  }
  return result;
}

}  // namespace regio::format
