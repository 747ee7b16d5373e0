#include "format/text_encoding.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace regio::format {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t chunk_bytes = 1 << 20;

unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// Bytes of the character that begins at `i`; 0 when it is not UTF-8 (cut short, overlong, a surrogate, beyond
/// U+10FFFF) or NUL.
std::size_t character_length(std::string_view text, std::size_t i) {
  unsigned char const first = byte_at(text, i);
  if (first < 0x80) return first == 0 ? 0 : 1;
  std::size_t const length = first >= 0xc2 && first <= 0xdf   ? 2
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t j = 1; j < length; ++j) {
    if ((byte_at(text, i + j) & 0xc0) != 0x80) return 0;
  }
  unsigned char const second = byte_at(text, i + 1);
  bool const wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}

/// Eight bytes of ASCII, none of them NUL.
bool plain_ascii(char const* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  constexpr std::uint64_t high_bits = 0x8080808080808080u;
  constexpr std::uint64_t low_bits = 0x0101010101010101u;
  return (word & high_bits) == 0 && ((word - low_bits) & high_bits) == 0;
}

struct Checked {
  std::size_t begin = 0;  ///< first byte that begins a character in this chunk
  std::size_t end = 0;    ///< behind the last character that begins in this chunk
  bool valid = true;      ///< false: the character at `end` is wrong
};

Checked check_chunk(std::string_view text, std::size_t begin, std::size_t end) {
  // A character of the chunk before may reach into this one.
  if (begin > 0) {
    for (int skipped = 0; skipped < 3 && begin < end && (byte_at(text, begin) & 0xc0) == 0x80; ++skipped) ++begin;
  }
  std::size_t i = begin;
  while (i < end) {
    if (i + 8 <= end && plain_ascii(text.data() + i)) {
      i += 8;
      continue;
    }
    std::size_t const length = character_length(text, i);
    if (length == 0) return {begin, i, false};
    i += length;
  }
  return {begin, i, true};
}

/// Position of the first byte that is not UTF-8 or is NUL; npos when there is none.
std::size_t first_wrong_byte(std::string_view text) {
  std::vector<Checked> chunks((text.size() + chunk_bytes - 1) / chunk_bytes);
  tbb::parallel_for(std::size_t{0}, chunks.size(), [&](std::size_t c) {
    chunks[c] = check_chunk(text, c * chunk_bytes, std::min(text.size(), (c + 1) * chunk_bytes));
  });
  std::size_t expected = 0;
  for (Checked const& chunk : chunks) {
    if (chunk.begin != expected) return std::min(expected, chunk.begin);
    if (!chunk.valid) return chunk.end;
    expected = chunk.end;
  }
  return text.npos;
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

std::optional<InputProblem> encoding_problem(std::string_view text, std::string const& file) {
  auto const refused = [&](std::string found, std::string expected) {
    return InputProblem{.file = file, .found = std::move(found), .expected = std::move(expected)};
  };
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv)) {
    return refused("UTF-32 text", "UTF-8; save the file as UTF-8");
  }
  if (text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv)) {
    return refused("UTF-16 text", "UTF-8; save the file as UTF-8");
  }
  if (text.starts_with("PK\x03\x04"sv)) {
    return refused("a zip archive or spreadsheet", "text; save the table as CSV in UTF-8");
  }
  std::size_t const wrong = first_wrong_byte(text);
  if (wrong == text.npos) return std::nullopt;
  if (wrong < 4 && text.size() > 3 && (text[0] == '\0') != (text[1] == '\0') &&
      (text[2] == '\0') != (text[3] == '\0')) {
    return refused("UTF-16 text", "UTF-8; save the file as UTF-8");
  }
  std::string_view const before = text.substr(0, wrong);
  std::size_t const line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  InputProblem problem = refused(fmt::format("byte 0x{:02X}", byte_at(text, wrong)), "");
  problem.line = 1 + std::count(before.begin(), before.end(), '\n');
  problem.expected = fmt::format("UTF-8 text at byte {} of the line; save the file as UTF-8", wrong - line_start + 1);
  return problem;
}

}  // namespace regio::format
