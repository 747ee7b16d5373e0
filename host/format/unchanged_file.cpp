#include "format/unchanged_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <regio/error.hpp>

#include "format/descriptor.hpp"

namespace regio::format {
namespace {

[[noreturn]] void refuse(std::filesystem::path const& path, std::string reason) {
  throw InputError({InputProblem{.file = path.string(), .expected = std::move(reason)}});
}

[[noreturn]] void refuse_for_system_error(std::filesystem::path const& path, int error) {
  refuse(path, error == ENOENT ? "no such file" : "cannot be read: " + std::generic_category().message(error));
}

bool is_same_version(struct stat const& a, struct stat const& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

UnchangedFile::UnchangedFile(std::filesystem::path path) : path_(std::move(path)) {
  // Opening a pipe would wait for somebody to write to it.
  Descriptor const descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.is_open() || ::fstat(descriptor.value(), &at_opening_) != 0) refuse_for_system_error(path_, errno);
  if (S_ISDIR(at_opening_.st_mode)) refuse(path_, "is a folder; expected a file");
  if (!S_ISREG(at_opening_.st_mode))
    refuse(path_, "is a pipe or a device; expected a file, which is read several times");
  auto const size = static_cast<std::size_t>(at_opening_.st_size);
  if (size == 0) refuse(path_, "is empty");
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor.value(), 0);
  if (address == MAP_FAILED) refuse_for_system_error(path_, errno);
  bytes_ = {static_cast<char const*>(address), size};
  try {
    lost_pages_ = std::make_unique<LostPages>(address, size);
  } catch (...) {
    ::munmap(address, size);
    throw;
  }
}

UnchangedFile::~UnchangedFile() {
  lost_pages_.reset();
  ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

bool UnchangedFile::is_unchanged() const noexcept {
  struct stat now {};
  return !lost_pages_->any() && ::stat(path_.c_str(), &now) == 0 && is_same_version(now, at_opening_);
}

void UnchangedFile::require_unchanged() const {
  if (!is_unchanged()) refuse(path_, "was changed while it was read; run again when nothing writes to it");
}

}  // namespace regio::format
