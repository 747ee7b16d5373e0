#include "cuda/cublas_library.hpp"

#include <dlfcn.h>

namespace regio::cuda {
namespace {

class Symbols {
 public:
  explicit Symbols(std::string const& name) : name_(name), library_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    // Never closed, as libregio_cuda: exit handlers of the library may still be needed.
    if (library_ != nullptr) return;
    char const* const reason = dlerror();
    throw DeviceError(DeviceFailure::library_missing,
                      "cuBLAS could not be loaded: " + std::string(reason == nullptr ? name.c_str() : reason) +
                          " (it comes with the CUDA toolkit; the driver has none)");
  }

  template <class Function>
  void find(Function*& function, char const* symbol) const {
    function = reinterpret_cast<Function*>(dlsym(library_, symbol));
    if (function == nullptr) {
      throw DeviceError(DeviceFailure::library_missing,
                        name_ + " is not the cuBLAS that is needed: it has no function " + symbol);
    }
  }

 private:
  std::string const& name_;
  void* library_;
};

}  // namespace

CublasLibrary CublasLibrary::load(std::string const& name) {
  Symbols const symbols(name);
  CublasLibrary found;
  symbols.find(found.create, "cublasCreate_v2");
  symbols.find(found.destroy, "cublasDestroy_v2");
  symbols.find(found.set_stream, "cublasSetStream_v2");
  symbols.find(found.set_workspace, "cublasSetWorkspace_v2");
  symbols.find(found.set_pointer_mode, "cublasSetPointerMode_v2");
  symbols.find(found.set_math_mode, "cublasSetMathMode");
  symbols.find(found.set_atomics_mode, "cublasSetAtomicsMode");
  symbols.find(found.status_name, "cublasGetStatusName");
  symbols.find(found.fp64.gemm, "cublasDgemm_v2_64");
  symbols.find(found.fp64.gemv, "cublasDgemv_v2_64");
  symbols.find(found.fp64.gemm_strided_batched, "cublasDgemmStridedBatched_64");
  symbols.find(found.fp32.gemm, "cublasSgemm_v2_64");
  symbols.find(found.fp32.gemv, "cublasSgemv_v2_64");
  symbols.find(found.fp32.gemm_strided_batched, "cublasSgemmStridedBatched_64");
  return found;
}

void CublasLibrary::check(CublasStatus status, char const* call, CallSite where) const {
  if (status == CublasStatus::success) return;
  // cuBLAS leaves the failure of its own CUDA calls there.
  cudaError_t const cause = cudaGetLastError();
  std::string text = std::string(call) + ": " + status_name(status);
  if (cause != cudaSuccess) {
    text += std::string(" after ") + cudaGetErrorName(cause) + " (" + cudaGetErrorString(cause) + ")";
  }
  auto const failure = status == CublasStatus::alloc_failed ? DeviceFailure::out_of_memory : DeviceFailure::failed;
  throw DeviceError(failure, text + " at " + place(where));
}

}  // namespace regio::cuda
