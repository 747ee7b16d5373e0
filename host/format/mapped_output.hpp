/// A file of known size that is filled through memory and appears whole or not at all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "format/descriptor.hpp"

namespace regio::format {

/// Its pages belong to the file, not to the process: a result that is larger than memory is written as it is computed.
/// The space is taken at the beginning, so that a full disk is an error there and no signal later.
class MappedOutput {
 public:
  /// An unfinished file of `bytes` bytes, all 0, in an open folder. `shown` names the file in messages. Throws
  /// OutputError with the system's reason.
  MappedOutput(int folder, std::size_t bytes, std::string shown);
  /// Removes the file when it was not published; what was published stays, and so do the bytes while this lives.
  ~MappedOutput();
  MappedOutput(MappedOutput const&) = delete;
  MappedOutput& operator=(MappedOutput const&) = delete;

  [[nodiscard]] std::byte* data() noexcept { return static_cast<std::byte*>(address_); }
  [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<char const*>(address_), bytes_}; }
  /// Keeps the first `bytes` bytes only. Throws OutputError with the system's reason.
  void shorten(std::size_t bytes);
  /// Flushes the file to the disk and gives it its name in an open folder of the same file system.
  void publish(int folder, std::string const& name);

 private:
  std::string shown_, unfinished_;
  Descriptor folder_, file_;
  void* address_ = nullptr;
  std::size_t bytes_ = 0, mapped_bytes_ = 0;
};

}  // namespace regio::format
