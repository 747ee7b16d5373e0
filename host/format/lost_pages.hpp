/// Pages of a mapped file that another program cut off.
#pragma once

#include <cstddef>

namespace regio::format {

/// While it lives, reading a page that the mapped file no longer has gives zeros, and is remembered.
///
/// The system answers such a read with SIGBUS, which would end the program. A handler puts a page of zeros in the place
/// of the lost one, so that what reads the mapping runs on to a point where it can ask any(); a SIGBUS at another
/// address is left to the handler before it. The handler is there while at least one object lives, for the whole
/// process: it belongs into a program, not into a library's function.
class LostPages {
 public:
  /// Watches the mapping that begins at `address`, a multiple of the page size. Throws std::length_error when 16 are
  /// being watched.
  LostPages(void const* address, std::size_t bytes);
  ~LostPages();
  LostPages(LostPages const&) = delete;
  LostPages& operator=(LostPages const&) = delete;

  /// True once a page was found missing.
  [[nodiscard]] bool any() const noexcept;

 private:
  std::size_t slot_ = 0;
};

}  // namespace regio::format
