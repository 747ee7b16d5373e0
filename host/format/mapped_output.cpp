#include "format/mapped_output.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <regio/error.hpp>

#include "format/atomic_file.hpp"
#include "format/file_size_signal.hpp"

namespace regio::format {
namespace {

[[noreturn]] void refuse(std::string const& shown, int error) {
  throw OutputError(shown + ": cannot be written: " + std::generic_category().message(error));
}

}  // namespace

MappedOutput::MappedOutput(int folder, std::size_t bytes, std::string shown)
    : shown_(std::move(shown)),
      unfinished_(std::string(unfinished_prefix) + "mapped-" + std::to_string(::getpid())),
      bytes_(bytes),
      mapped_bytes_(bytes) {
  folder_ = Descriptor(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // What an earlier process of the same number left.
  ::unlinkat(folder_.value(), unfinished_.c_str(), 0);
  constexpr mode_t mode = 0666;  // less what the user's umask takes away
  file_ = Descriptor(
      ::openat(folder_.value(), unfinished_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file_.is_open()) refuse(shown_, errno);
  int error = 0;
  {
    FileSizeSignalBlocked const blocked;
    do {
      error = ::posix_fallocate(file_.value(), 0, static_cast<off_t>(bytes));
    } while (error == EINTR);
  }
  if (error == 0) {
    address_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_.value(), 0);
    if (address_ == MAP_FAILED) error = errno;
  }
  if (error != 0) {
    ::unlinkat(folder_.value(), unfinished_.c_str(), 0);
    refuse(shown_, error);
  }
}

MappedOutput::~MappedOutput() {
  ::munmap(address_, mapped_bytes_);
  if (!unfinished_.empty()) ::unlinkat(folder_.value(), unfinished_.c_str(), 0);
}

void MappedOutput::shorten(std::size_t bytes) {
  if (::ftruncate(file_.value(), static_cast<off_t>(bytes)) != 0) refuse(shown_, errno);
  bytes_ = bytes;
}

void MappedOutput::publish(int folder, std::string const& name) {
  if (::fsync(file_.value()) != 0) refuse(shown_, errno);
  if (::renameat(folder_.value(), unfinished_.c_str(), folder, name.c_str()) != 0) refuse(shown_, errno);
  unfinished_.clear();
  if (::fsync(folder) != 0 && errno != EINVAL && errno != ENOTSUP) refuse(shown_, errno);
}

}  // namespace regio::format
