/// Codes of regions and their positions, and what to say about a code that is not among them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <regio/views.hpp>

namespace regio::study {

/// Codes in order of first appearance. Codes are compared byte by byte.
class RegionCodes {
 public:
  RegionCodes() = default;
  explicit RegionCodes(std::vector<std::string> const& codes);

  /// Position of a code, added when it is new.
  Index insert(std::string const& code);
  [[nodiscard]] std::optional<Index> find(std::string const& code) const;
  [[nodiscard]] std::vector<std::string> const& codes() const noexcept { return codes_; }
  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(codes_.size()); }
  /// Words to append to a message about an unknown code: the code it was probably meant to be, or "".
  [[nodiscard]] std::string hint(std::string const& unknown) const;

 private:
  std::vector<std::string> codes_;
  std::unordered_map<std::string, Index> positions_;
};

/// True when two different texts look the same: one writes an accented letter as one code point, the other as a letter
/// followed by combining marks (Unicode's NFC and NFD). A judgement by structure, without Unicode's tables.
bool differ_only_by_normalisation(std::string_view a, std::string_view b);

}  // namespace regio::study
