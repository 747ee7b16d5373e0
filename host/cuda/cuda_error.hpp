/// What a failed CUDA call becomes.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <string>

#include <regio/error.hpp>

namespace regio::cuda {

/// Where a call stands in our sources. (std::source_location is not there for clang 14.)
struct CallSite {
  char const* file;
  int line;

  static constexpr CallSite current(char const* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
    return {file, line};
  }
};

/// "host/cuda/stream.cpp:20".
std::string place(CallSite where);

/// Device memory does not hold what was asked for. An ordinary answer: the operation divides its batch and goes on.
class OutOfDeviceMemory : public DeviceError {
 public:
  OutOfDeviceMemory(std::size_t bytes_asked, std::size_t bytes_free);

  [[nodiscard]] std::size_t bytes_asked() const noexcept { return bytes_asked_; }
  [[nodiscard]] std::size_t bytes_free() const noexcept { return bytes_free_; }

 private:
  std::size_t bytes_asked_;
  std::size_t bytes_free_;
};

/// Throws DeviceError with the call, the error's name and meaning, and the place, unless `status` is cudaSuccess. Work
/// that failed earlier may show at any later call. Also clears the thread's last error, so that no later call is blamed
/// for this one.
void check(cudaError_t status, char const* call, CallSite where = CallSite::current());

/// For destructors: clears the thread's last error. A lost device shows at the next checked call anyway.
void disregard(cudaError_t status) noexcept;

}  // namespace regio::cuda
