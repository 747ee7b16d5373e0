#include "format/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

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

std::shared_ptr<std::string const> read_to_end(std::filesystem::path const& path, int descriptor) {
  auto text = std::make_shared<std::string>();
  std::array<char, 1 << 16> buffer;
  while (true) {
    ssize_t const count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_for_system_error(path, errno);
    if (count == 0) return text;
    text->append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

MappedFile::MappedFile(std::filesystem::path const& path) {
  Descriptor const descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.is_open()) refuse_for_system_error(path, errno);
  struct stat status {};
  if (::fstat(descriptor.value(), &status) != 0) refuse_for_system_error(path, errno);
  if (S_ISDIR(status.st_mode)) refuse(path, "is a folder; expected a file");

  auto const size = static_cast<std::size_t>(status.st_size);
  if (S_ISREG(status.st_mode) && size > 0) {
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.value(), 0);
    if (address != MAP_FAILED) {
      ::madvise(address, size, MADV_WILLNEED);
      owner_ = std::shared_ptr<void const>(address, [size](void const* p) { ::munmap(const_cast<void*>(p), size); });
      bytes_ = {static_cast<char const*>(address), size};
      return;
    }
  }
  // Pipes, devices, and files of /proc, whose size reads as 0.
  auto text = read_to_end(path, descriptor.value());
  bytes_ = *text;
  owner_ = std::move(text);
}

}  // namespace regio::format
