/// A file's bytes in memory: mapped where the system can, read otherwise (pipes, devices).
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace regio::format {

/// The file must not be cut short by another program while it is mapped.
class MappedFile {
 public:
  /// Throws InputError: not found, a folder, no permission (with the system's reason).
  explicit MappedFile(std::filesystem::path const& path);

  /// Valid as long as this or a copy of it lives.
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

 private:
  std::shared_ptr<void const> owner_;
  std::string_view bytes_;
};

}  // namespace regio::format
