// The one function that libregio_cuda shows to the main library.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "core/cuda_library.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"

namespace regio::cuda {
namespace {

CudaLibraryStatus answer(CudaBackendRequest& request, CudaLibraryStatus status, std::string_view message) {
  std::size_t const length = std::min(message.size(), sizeof(request.message) - 1);
  std::memcpy(request.message, message.data(), length);
  request.message[length] = '\0';
  return status;
}

/// What it means that the devices cannot even be counted.
CudaLibraryStatus status_of(cudaError_t error) {
  switch (error) {
    case cudaErrorNoDevice: return CudaLibraryStatus::no_device;
    case cudaErrorInsufficientDriver:
    case cudaErrorStubLibrary:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice: return CudaLibraryStatus::driver_missing;
    default: return CudaLibraryStatus::failed;
  }
}

CudaLibraryStatus serve(CudaBackendRequest& request) {
  int count = 0;
  if (cudaError_t const error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    disregard(error);
    return answer(request, status_of(error),
                  std::string(cudaGetErrorName(error)) + " (" + cudaGetErrorString(error) + ")");
  }
  request.device_count = count;
  if (count == 0) return answer(request, CudaLibraryStatus::no_device, "");
  if (request.ordinal < 0) return CudaLibraryStatus::ready;
  if (request.ordinal >= count) {
    return answer(request, CudaLibraryStatus::no_device,
                  "the driver reports " + std::to_string(count) + ", counted from 0");
  }
  request.backend =
      CudaBackend::make(request.ordinal, static_cast<cudaStream_t>(request.stream), request.threads).release();
  return CudaLibraryStatus::ready;
}

}  // namespace
}  // namespace regio::cuda

extern "C" __attribute__((visibility("default"))) std::int32_t regio_cuda_backend(regio::CudaBackendRequest* request) {
  using regio::CudaLibraryStatus;
  // The struct may be another version's and shorter; size and abi always come first.
  if (request->abi != regio::cuda_abi_number || request->size != sizeof(regio::CudaBackendRequest)) {
    constexpr std::size_t end = offsetof(regio::CudaBackendRequest, library_abi) + sizeof(request->library_abi);
    if (request->size >= end) request->library_abi = regio::cuda_abi_number;
    return static_cast<std::int32_t>(CudaLibraryStatus::abi_mismatch);
  }
  auto status = CudaLibraryStatus::failed;
  try {
    status = regio::cuda::serve(*request);
  } catch (std::exception const& error) {
    status = regio::cuda::answer(*request, CudaLibraryStatus::failed, error.what());
  }
  return static_cast<std::int32_t>(status);
}
