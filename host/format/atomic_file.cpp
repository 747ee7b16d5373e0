#include "format/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include <regio/error.hpp>

#include "format/descriptor.hpp"
#include "format/file_size_signal.hpp"

namespace regio::format {
namespace {

[[noreturn]] void refuse(std::string const& shown, int error) {
  throw OutputError(shown + ": cannot be written: " + std::generic_category().message(error));
}

/// 0 or the system's error.
int write_all(int descriptor, std::string_view content) {
  FileSizeSignalBlocked const blocked;
  while (!content.empty()) {
    ssize_t const written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// 0 or the system's error; file systems that cannot flush a folder are believed to order their writes.
int flush(int descriptor) {
  if (::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
  return errno;
}

void write_to_device(std::filesystem::path const& path, std::string_view content) {
  Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!device.is_open()) refuse(path.string(), errno);
  int const error = write_all(device.value(), content);
  if (error != 0) refuse(path.string(), error);
  if (device.close() != 0) refuse(path.string(), errno);
}

}  // namespace

void write_file_in(int folder, std::string const& name, std::string_view content, std::string const& shown,
                   Durability durability) {
  std::string const unfinished = std::string(unfinished_prefix) + std::to_string(::getpid());
  // What an earlier process of the same number left.
  ::unlinkat(folder, unfinished.c_str(), 0);
  constexpr mode_t mode = 0666;  // less what the user's umask takes away
  Descriptor file(::openat(folder, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file.is_open()) refuse(shown, errno);
  int error = write_all(file.value(), content);
  if (error == 0) error = flush(file.value());
  if (file.close() != 0 && error == 0) error = errno;
  if (error == 0 && ::renameat(folder, unfinished.c_str(), folder, name.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlinkat(folder, unfinished.c_str(), 0);
    refuse(shown, error);
  }
  error = durability == Durability::at_once ? flush(folder) : 0;
  if (error != 0) refuse(shown, error);
}

std::optional<std::string> read_file_in(int folder, std::string const& name) {
  Descriptor const file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.value(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  std::string content;
  std::array<char, 1 << 16> buffer;
  while (true) {
    ssize_t const count = ::read(file.value(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void write_file(std::filesystem::path const& path, std::string_view content) {
  std::error_code error;
  auto const status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) refuse(path.string(), EISDIR);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    write_to_device(path, content);
    return;
  }
  std::filesystem::path target = path;
  if (std::filesystem::is_symlink(std::filesystem::symlink_status(path, error))) {
    target = std::filesystem::weakly_canonical(path, error);
    if (error) refuse(path.string(), error.value());
  }
  std::filesystem::path const parent = target.has_parent_path() ? target.parent_path() : ".";
  Descriptor const folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) refuse(path.string(), errno);
  write_file_in(folder.value(), target.filename().string(), content, path.string());
}

}  // namespace regio::format
