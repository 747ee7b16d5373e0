#include "core/cuda_library.hpp"

#include <dlfcn.h>

#include <string>

namespace regio {
namespace {

constexpr char default_library[] = "libregio_cuda.so." REGIO_SOVERSION;

CudaBackendFunction* find_entry(CudaOptions const& options) {
#if !REGIO_WITH_CUDA
  if (options.library.empty()) {
    throw DeviceError(DeviceFailure::built_without_cuda,
                      "this build of regio has no CUDA backend; configure with -DREGIO_WITH_CUDA=ON, or use the CPU "
                      "(--device cpu, Engine::cpu())");
  }
#endif
  std::string const path = options.library.empty() ? std::string(default_library) : options.library;
  // Never closed: code of the library may still be referenced by its own exit handlers.
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    char const* const reason = dlerror();
    throw DeviceError(DeviceFailure::library_missing, "the CUDA backend could not be loaded: " +
                                                          std::string(reason == nullptr ? path.c_str() : reason));
  }
  void* const entry = dlsym(library, "regio_cuda_backend");
  if (entry == nullptr) {
    throw DeviceError(DeviceFailure::abi_mismatch,
                      path + " is not a CUDA backend of this regio: it has no function regio_cuda_backend");
  }
  return reinterpret_cast<CudaBackendFunction*>(entry);
}

DeviceFailure failure_of(CudaLibraryStatus status) {
  switch (status) {
    case CudaLibraryStatus::abi_mismatch: return DeviceFailure::abi_mismatch;
    case CudaLibraryStatus::driver_missing: return DeviceFailure::driver_missing;
    case CudaLibraryStatus::no_device: return DeviceFailure::no_device;
    case CudaLibraryStatus::ready:
    case CudaLibraryStatus::failed: break;
  }
  return DeviceFailure::failed;
}

std::string describe(CudaLibraryStatus status, CudaBackendRequest const& request) {
  std::string const detail = request.message[0] == '\0' ? std::string() : ": " + std::string(request.message);
  switch (status) {
    case CudaLibraryStatus::abi_mismatch:
      return "the CUDA backend speaks interface " + std::to_string(request.library_abi) + ", this regio speaks " +
             std::to_string(cuda_abi_number) + "; install both from the same build" + detail;
    case CudaLibraryStatus::driver_missing: return "no usable CUDA driver" + detail;
    case CudaLibraryStatus::no_device:
      return request.ordinal > 0 ? "there is no CUDA device " + std::to_string(request.ordinal) + detail
                                 : "the CUDA driver reports no device" + detail;
    case CudaLibraryStatus::ready:
    case CudaLibraryStatus::failed: break;
  }
  return "the CUDA backend could not be made" + detail;
}

void call(CudaOptions const& options, CudaBackendRequest& request) {
  auto const status = static_cast<CudaLibraryStatus>(find_entry(options)(&request));
  request.message[sizeof(request.message) - 1] = '\0';
  if (status != CudaLibraryStatus::ready) throw DeviceError(failure_of(status), describe(status, request));
}

}  // namespace

std::unique_ptr<Backend> load_cuda_backend(CudaOptions const& options) {
  if (options.ordinal < 0) {
    throw ContractError("Engine::cuda: ordinal", "is " + std::to_string(options.ordinal) + "; expected 0 or more");
  }
  if (options.threads < 0) {
    throw ContractError("Engine::cuda: threads", "is " + std::to_string(options.threads) + "; expected 0 or more");
  }
  CudaBackendRequest request;
  request.ordinal = options.ordinal;
  request.threads = options.threads;
  request.stream = options.stream;
  call(options, request);
  if (request.backend == nullptr) throw DeviceError(DeviceFailure::failed, "the CUDA backend returned nothing");
  return std::unique_ptr<Backend>(request.backend);
}

int count_cuda_devices(CudaOptions const& options) {
  CudaBackendRequest request;
  request.ordinal = -1;
  call(options, request);
  return request.device_count;
}

}  // namespace regio
