#include "study/region_codes.hpp"

#include <cstdint>

#include "format/suggestion.hpp"

namespace regio::study {
namespace {

/// Code points of UTF-8 text (readers have refused anything else).
std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> points;
  for (char const byte : text) {
    auto const unit = static_cast<unsigned char>(byte);
    if ((unit & 0xC0u) == 0x80u && !points.empty()) {
      points.back() = (points.back() << 6) | (unit & 0x3Fu);
    } else if (unit < 0x80u) {
      points.push_back(unit);
    } else {
      points.push_back(unit & (unit < 0xE0u ? 0x1Fu : unit < 0xF0u ? 0x0Fu : 0x07u));
    }
  }
  return points;
}

bool is_combining_mark(char32_t point) { return point >= 0x0300 && point <= 0x036F; }
bool may_be_composed(char32_t point) { return point >= 0x00C0 && !is_combining_mark(point); }

}  // namespace

RegionCodes::RegionCodes(std::vector<std::string> const& codes) {
  for (std::string const& code : codes) insert(code);
}

Index RegionCodes::insert(std::string const& code) {
  auto const [place, added] = positions_.try_emplace(code, size());
  if (added) codes_.push_back(code);
  return place->second;
}

std::optional<Index> RegionCodes::find(std::string const& code) const {
  auto const place = positions_.find(code);
  if (place == positions_.end()) return std::nullopt;
  return place->second;
}

std::string RegionCodes::hint(std::string const& unknown) const {
  for (std::string const& code : codes_) {
    if (differ_only_by_normalisation(code, unknown)) {
      return "; '" + code + "' looks the same but is written with other Unicode code points (NFC and NFD): " +
             "use one form in all files";
    }
  }
  return format::did_you_mean(unknown, codes_);
}

bool differ_only_by_normalisation(std::string_view a, std::string_view b) {
  if (a == b) return false;
  std::vector<char32_t> const left = code_points(a);
  std::vector<char32_t> const right = code_points(b);
  std::size_t i = 0;
  std::size_t j = 0;
  auto const skip_marks = [](std::vector<char32_t> const& text, std::size_t& position) {
    std::size_t const start = position;
    while (position < text.size() && is_combining_mark(text[position])) ++position;
    return position > start;
  };
  while (i < left.size() && j < right.size()) {
    if (left[i] == right[j]) {
      ++i;
      ++j;
      continue;
    }
    bool const left_composed = may_be_composed(left[i]);
    bool const right_composed = may_be_composed(right[j]);
    ++i;
    ++j;
    bool const right_marked = left_composed && skip_marks(right, j);
    bool const left_marked = right_composed && skip_marks(left, i);
    if (!right_marked && !left_marked) return false;
  }
  return i == left.size() && j == right.size();
}

}  // namespace regio::study
