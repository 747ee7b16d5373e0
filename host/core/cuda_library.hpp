/// The one C function through which libregio_cuda is reached, and the loader that tells its five failures apart.
#pragma once

#include <cstdint>
#include <memory>

#include "core/backend.hpp"

namespace regio {

/// Rises with every change of Backend, of an operation's struct or of the request below.
inline constexpr std::uint32_t cuda_abi_number = 1;

enum class CudaLibraryStatus : std::int32_t {
  ready = 0,
  abi_mismatch = 1,
  driver_missing = 2,
  no_device = 3,
  failed = 4
};

/// In: size, abi, ordinal, threads, stream. Out: backend (owned by the caller) and device_count, or a message. With
/// ordinal -1 only the devices are counted and no backend is made.
struct CudaBackendRequest {
  std::uint32_t size = sizeof(CudaBackendRequest);
  std::uint32_t abi = cuda_abi_number;
  std::int32_t ordinal = 0;
  std::int32_t threads = 0;
  void* stream = nullptr;
  Backend* backend = nullptr;
  std::int32_t device_count = 0;
  std::uint32_t library_abi = 0;  ///< written by the library on abi_mismatch
  char message[512] = {};
};

extern "C" {
/// Exported by libregio_cuda under the name "regio_cuda_backend".
using CudaBackendFunction = std::int32_t(CudaBackendRequest*);
}

/// Loads the library and makes a backend. Throws DeviceError.
std::unique_ptr<Backend> load_cuda_backend(CudaOptions const& options);
/// Number of usable devices. Throws DeviceError with the reason when there is none.
int count_cuda_devices(CudaOptions const& options);

}  // namespace regio
