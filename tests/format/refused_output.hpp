/// Output that the system refuses, and what is said of it.
#pragma once

#include <sys/resource.h>

#include <functional>
#include <string>

#include <regio/error.hpp>

namespace regio {

/// The whole message of the OutputError that `work` throws; "" when it throws none.
inline std::string output_error(std::function<void()> const& work) {
  try {
    work();
  } catch (OutputError const& error) {
    return error.what();
  }
  return "";
}

/// Files of at most so many bytes, as on a disk that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(FileSizeLimit const&) = delete;
  FileSizeLimit& operator=(FileSizeLimit const&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace regio
