#include "format/suggestion.hpp"

#include <algorithm>
#include <utility>

namespace regio::format {
namespace {

constexpr std::size_t longest_word = 256;

/// The characters of UTF-8 text; a byte that is no UTF-8 stands for itself.
std::u32string characters(std::string_view text) {
  std::u32string result;
  for (std::size_t i = 0; i < text.size();) {
    auto const byte = static_cast<unsigned char>(text[i]);
    std::size_t const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    char32_t character = byte;
    for (std::size_t j = 1; j < length && i + j < text.size(); ++j) {
      character = (character << 6) ^ static_cast<unsigned char>(text[i + j]);
    }
    result += character;
    i += length;
  }
  return result;
}

std::string in_lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  std::u32string const from = characters(a);
  std::u32string const to = characters(b);
  std::size_t const width = to.size() + 1;
  std::vector<int> before_last(width);
  std::vector<int> last(width);
  std::vector<int> current(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    current[0] = static_cast<int>(i);
    for (std::size_t j = 1; j < width; ++j) {
      int const replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[width - 1];
}

std::string did_you_mean(std::string_view word, std::vector<std::string> const& known) {
  if (word.empty() || word.size() > longest_word) return "";
  std::string const lower = in_lower_case(word);
  int const reach = std::max(1, static_cast<int>(characters(word).size()) / 3);
  std::string const* nearest = nullptr;
  std::pair<int, int> nearest_distance;
  for (std::string const& candidate : known) {
    if (candidate.empty() || candidate.size() > longest_word) continue;
    // Codes are case-sensitive, yet a word that differs in case alone is the likeliest slip.
    std::pair const distance(edit_distance(lower, in_lower_case(candidate)), edit_distance(word, candidate));
    if (distance.first <= reach && (nearest == nullptr || distance < nearest_distance)) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

}  // namespace regio::format
