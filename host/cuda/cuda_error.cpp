#include "cuda/cuda_error.hpp"

#include <string>
#include <string_view>

namespace regio::cuda {
namespace {

/// The path within the project; the folder in which it was built says nothing to whom the message reaches.
std::string_view path_in_project(std::string_view path) {
  for (std::string_view const folder : {"host/cuda/", "kernels/"}) {
    if (auto const begin = path.rfind(folder); begin != std::string_view::npos) return path.substr(begin);
  }
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string place(CallSite where) {
  return std::string(path_in_project(where.file)) + ":" + std::to_string(where.line);
}

OutOfDeviceMemory::OutOfDeviceMemory(std::size_t bytes_asked, std::size_t bytes_free)
    : DeviceError(DeviceFailure::out_of_memory, "device memory: " + std::to_string(bytes_asked) + " bytes asked for, " +
                                                    std::to_string(bytes_free) + " free"),
      bytes_asked_(bytes_asked),
      bytes_free_(bytes_free) {}

void check(cudaError_t status, char const* call, CallSite where) {
  if (status == cudaSuccess) return;
  disregard(status);
  auto const failure = status == cudaErrorMemoryAllocation ? DeviceFailure::out_of_memory : DeviceFailure::failed;
  throw DeviceError(failure, std::string(call) + ": " + cudaGetErrorName(status) + " (" + cudaGetErrorString(status) +
                                 ") at " + place(where));
}

void disregard(cudaError_t status) noexcept {
  if (status != cudaSuccess) static_cast<void>(cudaGetLastError());
}

}  // namespace regio::cuda
