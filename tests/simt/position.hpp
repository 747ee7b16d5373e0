/// Where a device function was called. Not std::source_location, which clang 14 does not have.
#pragma once

#include <string>
#include <string_view>

namespace simt {

struct Position {
  char const* file = "";
  unsigned line = 0;

  /// As a default argument: the position of the caller.
  static constexpr Position here(char const* file = __builtin_FILE(),
                                 unsigned line = static_cast<unsigned>(__builtin_LINE())) {
    return {file, line};
  }

  friend bool operator==(Position const& a, Position const& b) {
    return a.line == b.line && std::string_view(a.file) == b.file;
  }
};

/// "kmeans_fit.cuh:42"
inline std::string to_string(Position const& position) {
  std::string_view const path = position.file;
  return std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(position.line);
}

}  // namespace simt
