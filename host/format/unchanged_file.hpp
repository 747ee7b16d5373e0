/// A file that is read for a long time, and must stay as it is meanwhile.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "format/lost_pages.hpp"

namespace regio::format {

/// Maps a plain file and remembers its size and time of change. A file that is cut short while it is read does not end
/// the program (see LostPages): whatever was computed from it must be thrown away when is_unchanged() says so.
class UnchangedFile {
 public:
  /// Throws InputError: not found, a folder, a pipe or device, empty, no permission (with the system's reason).
  explicit UnchangedFile(std::filesystem::path path);
  ~UnchangedFile();
  UnchangedFile(UnchangedFile const&) = delete;
  UnchangedFile& operator=(UnchangedFile const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
  /// False once another program has written to the file, cut it, removed it or put another one in its place. Costs a
  /// question to the system, whatever the size.
  [[nodiscard]] bool is_unchanged() const noexcept;
  /// Throws InputError naming the file when it is not.
  void require_unchanged() const;

 private:
  std::filesystem::path path_;
  struct stat at_opening_ {};
  std::string_view bytes_;
  std::unique_ptr<LostPages> lost_pages_;
};

}  // namespace regio::format
