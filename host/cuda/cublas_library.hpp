/// The functions of cuBLAS that we call, found in the library when it is first needed.
///
/// Its headers come with a library of half a gigabyte that no build of ours needs otherwise, so what we use of its C
/// interface is declared here. Where NVIDIA's headers are, tests/cuda/cublas_declarations.cpp compares the two.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "cuda/cuda_error.hpp"

struct cublasContext;

namespace regio::cuda {

using CublasHandle = cublasContext*;

/// Values outside of the list are possible: a later library may answer with more.
enum class CublasStatus : int {
  success = 0,
  not_initialized = 1,
  alloc_failed = 3,
  invalid_value = 7,
  arch_mismatch = 8,
  mapping_error = 11,
  execution_failed = 13,
  internal_error = 14,
  not_supported = 15,
  license_error = 16,
};

enum class CublasOperation : int { as_it_is = 0, transposed = 1 };
enum class CublasPointerMode : int { host = 0 };
enum class CublasMath : int { pedantic = 2 };
enum class CublasAtomics : int { not_allowed = 0 };

/// Matrices are column-major; sizes and leading dimensions have 64 bits.
template <class T>
struct CublasProducts {
  using Gemm = CublasStatus(CublasHandle, CublasOperation of_a, CublasOperation of_b, std::int64_t m, std::int64_t n,
                            std::int64_t k, T const* alpha, T const* a, std::int64_t lda, T const* b, std::int64_t ldb,
                            T const* beta, T* c, std::int64_t ldc);
  using Gemv = CublasStatus(CublasHandle, CublasOperation of_a, std::int64_t m, std::int64_t n, T const* alpha,
                            T const* a, std::int64_t lda, T const* x, std::int64_t incx, T const* beta, T* y,
                            std::int64_t incy);
  using GemmStridedBatched = CublasStatus(CublasHandle, CublasOperation of_a, CublasOperation of_b, std::int64_t m,
                                          std::int64_t n, std::int64_t k, T const* alpha, T const* a, std::int64_t lda,
                                          long long stride_a, T const* b, std::int64_t ldb, long long stride_b,
                                          T const* beta, T* c, std::int64_t ldc, long long stride_c,
                                          std::int64_t count);
  Gemm* gemm = nullptr;
  Gemv* gemv = nullptr;
  GemmStridedBatched* gemm_strided_batched = nullptr;
};

struct CublasLibrary {
  using Create = CublasStatus(CublasHandle*);
  using Destroy = CublasStatus(CublasHandle);
  using SetStream = CublasStatus(CublasHandle, cudaStream_t);
  using SetWorkspace = CublasStatus(CublasHandle, void* memory, std::size_t bytes);
  using SetPointerMode = CublasStatus(CublasHandle, CublasPointerMode);
  using SetMathMode = CublasStatus(CublasHandle, CublasMath);
  using SetAtomicsMode = CublasStatus(CublasHandle, CublasAtomics);
  using GetStatusName = char const*(CublasStatus);

  Create* create = nullptr;
  Destroy* destroy = nullptr;
  SetStream* set_stream = nullptr;
  SetWorkspace* set_workspace = nullptr;
  SetPointerMode* set_pointer_mode = nullptr;
  SetMathMode* set_math_mode = nullptr;
  SetAtomicsMode* set_atomics_mode = nullptr;
  GetStatusName* status_name = nullptr;
  CublasProducts<double> fp64;
  CublasProducts<float> fp32;

  template <class T>
  [[nodiscard]] CublasProducts<T> const& products() const noexcept {
    if constexpr (std::is_same_v<T, double>) {
      return fp64;
    } else {
      return fp32;
    }
  }

  /// Throws DeviceError(library_missing) that names the library looked for, or the function that it lacks.
  static CublasLibrary load(std::string const& name);

  /// As cuda::check(): throws DeviceError with the call, the status, the CUDA error behind it where there is one, and
  /// the place.
  void check(CublasStatus status, char const* call, CallSite where = CallSite::current()) const;
};

}  // namespace regio::cuda
