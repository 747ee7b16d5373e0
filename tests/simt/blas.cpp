#include "tests/simt/blas.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "cuda/cublas_library.hpp"
#include "tests/simt/device_memory.hpp"
#include "tests/simt/finding.hpp"
#include "tests/simt/runtime_state.hpp"

using regio::cuda::CublasAtomics;
using regio::cuda::CublasHandle;
using regio::cuda::CublasLibrary;
using regio::cuda::CublasMath;
using regio::cuda::CublasOperation;
using regio::cuda::CublasPointerMode;
using regio::cuda::CublasProducts;
using regio::cuda::CublasStatus;

struct cublasContext {
  int device;
  cudaStream_t stream = nullptr;
  std::byte* workspace = nullptr;
  std::size_t workspace_bytes = 0;
  bool pedantic = false;
};

namespace simt {
namespace {

constexpr std::uintptr_t workspace_alignment = 256;

CublasStatus status_of(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return CublasStatus::success;
    case cudaErrorMemoryAllocation: return CublasStatus::alloc_failed;
    case cudaErrorInvalidValue: return CublasStatus::invalid_value;
    default: return CublasStatus::execution_failed;
  }
}

/// A function on a handle: body() does its work, unless the call must fail.
template <class Body>
CublasStatus on_handle(char const* function, CublasHandle handle, Body&& body) {
  std::scoped_lock const lock(runtime().mutex);
  if (!runtime().blas_handles.contains(handle)) return CublasStatus::not_initialized;
  cudaError_t const status = end_call(begin_call(function, handle->device));
  return status == cudaSuccess ? body() : status_of(status);
}

/// Column-major matrices of one shape.
template <class T>
struct Operand {
  char const* name;
  T* data;
  std::int64_t rows, columns, leading, stride;

  [[nodiscard]] std::size_t bytes(std::int64_t count) const {
    if (rows == 0 || columns == 0) return 0;
    return static_cast<std::size_t>((count - 1) * stride + (columns - 1) * leading + rows) * sizeof(T);
  }
  [[nodiscard]] T& at(std::int64_t matrix, std::int64_t i, std::int64_t j) const {
    return data[matrix * stride + j * leading + i];
  }
};

template <class T>
struct Product {
  char const* function;
  bool transposed_a, transposed_b;
  std::int64_t m, n, k, count;
  T alpha, beta;
  Operand<T const> a, b;
  Operand<T> c;

  [[nodiscard]] bool reads_factors() const { return alpha != 0 && k > 0; }

  void run() const {
    for (std::int64_t matrix = 0; matrix < count; ++matrix) {
      for (std::int64_t j = 0; j < n; ++j) {
        for (std::int64_t i = 0; i < m; ++i) c.at(matrix, i, j) = element(matrix, i, j);
      }
    }
  }

 private:
  [[nodiscard]] T element(std::int64_t matrix, std::int64_t i, std::int64_t j) const {
    T sum = 0;
    for (std::int64_t l = 0; reads_factors() && l < k; ++l) {
      T const from_a = transposed_a ? a.at(matrix, l, i) : a.at(matrix, i, l);
      T const from_b = transposed_b ? b.at(matrix, j, l) : b.at(matrix, l, j);
      sum += from_a * from_b;
    }
    return beta == 0 ? alpha * sum : alpha * sum + beta * c.at(matrix, i, j);
  }
};

/// Whether the operand lies whole in memory of the device; else a finding.
template <class T>
bool lies_on_device(Operand<T> const& operand, std::int64_t count, int device, char const* function) {
  std::string const what = std::string(function) + ": " + operand.name + " ";
  Place const place = place_of(operand.data);
  std::size_t const bytes = operand.bytes(count);
  if (place.space != Space::device) {
    report(FindingKind::foreign_memory, what + "does not lie in memory of a device");
  } else if (place.device != device) {
    report(FindingKind::foreign_memory, what + "lies on device " + std::to_string(place.device) +
                                            ", the handle belongs to device " + std::to_string(device));
  } else if (place.bytes_left < bytes) {
    report(FindingKind::out_of_bounds,
           what + "needs " + std::to_string(bytes) + " bytes, its allocation has " + std::to_string(place.bytes_left));
  } else if (reinterpret_cast<std::uintptr_t>(operand.data) % sizeof(T) != 0) {
    report(FindingKind::misaligned, what + "is misaligned");
  } else {
    return true;
  }
  return false;
}

template <class T>
bool overlap(Operand<T> const& result, Operand<T const> const& factor, std::int64_t count) {
  auto const begin = reinterpret_cast<std::uintptr_t>(result.data);
  auto const other = reinterpret_cast<std::uintptr_t>(factor.data);
  return begin < other + factor.bytes(count) && other < begin + result.bytes(count);
}

template <class T>
bool operands_are_sound(Product<T> const& product, int device) {
  auto const sound = [&](auto const& operand) {
    return lies_on_device(operand, product.count, device, product.function);
  };
  if (!sound(product.c)) return false;
  if (!product.reads_factors()) return true;
  if (!sound(product.a) || !sound(product.b)) return false;
  for (Operand<T const> const& factor : {product.a, product.b}) {
    if (!overlap(product.c, factor, product.count)) continue;
    report(FindingKind::race, std::string(product.function) + ": the result overlaps " + factor.name);
    return false;
  }
  return true;
}

/// What happens when the stream has come to the product.
template <class T>
cudaError_t execute_product(Product<T> const& product, std::byte* workspace, std::size_t workspace_bytes) {
  auto const usable = [&](auto const& operand) {
    return is_usable(operand.data, operand.bytes(product.count), product.function);
  };
  if (!usable(product.c)) return cudaErrorIllegalAddress;
  if (product.reads_factors() && (!usable(product.a) || !usable(product.b))) return cudaErrorIllegalAddress;
  if (workspace != nullptr && !is_usable(workspace, workspace_bytes, product.function)) return cudaErrorIllegalAddress;
  DeviceMemoryOpen const open;
  // What else somebody keeps there is lost.
  if (workspace != nullptr) std::memset(workspace, 0xFF, workspace_bytes);
  product.run();
  check_red_zones(std::string("by ") + product.function);
  return cudaSuccess;
}

/// The leading dimensions and sizes that cuBLAS takes.
template <class T>
bool has_valid_shape(Product<T> const& product) {
  auto const holds = [](auto const& operand) { return operand.leading >= std::max<std::int64_t>(operand.rows, 1); };
  return product.m >= 0 && product.n >= 0 && product.k >= 0 && product.count >= 0 && holds(product.a) &&
         holds(product.b) && holds(product.c);
}

/// Under the lock, by on_handle().
template <class T>
CublasStatus enqueue(CublasHandle handle, Product<T> const& product) {
  if (!has_valid_shape(product)) return CublasStatus::invalid_value;
  if (!runtime().schedule.has(handle->stream)) return CublasStatus::invalid_value;  // there is no default stream
  // The handle launches on its stream, which must be the current device's.
  if (this_thread().device != handle->device) return status_of(end_call(cudaErrorInvalidResourceHandle));
  runtime().blas_calls.push_back({product.function, product.transposed_a, product.transposed_b, product.m, product.n,
                                  product.k, product.count, handle->device, handle->workspace_bytes, handle->pedantic});
  if (product.m == 0 || product.n == 0 || product.count == 0) return CublasStatus::success;
  if (!operands_are_sound(product, handle->device)) return CublasStatus::execution_failed;
  runtime().schedule.queue(
      handle->stream,
      {.name = product.function, .run = [product, workspace = handle->workspace, bytes = handle->workspace_bytes] {
         return execute_product(product, workspace, bytes);
       }});
  return status_of(end_call(error_of(handle->device)));
}

template <class T>
CublasStatus gemm_strided_batched(char const* function, CublasHandle handle, CublasOperation of_a, CublasOperation of_b,
                                  std::int64_t m, std::int64_t n, std::int64_t k, T const* alpha, T const* a,
                                  std::int64_t lda, long long stride_a, T const* b, std::int64_t ldb,
                                  long long stride_b, T const* beta, T* c, std::int64_t ldc, long long stride_c,
                                  std::int64_t count) {
  return on_handle(function, handle, [&] {
    if (alpha == nullptr || beta == nullptr) return CublasStatus::invalid_value;
    bool const turn_a = of_a == CublasOperation::transposed, turn_b = of_b == CublasOperation::transposed;
    return enqueue<T>(handle, {.function = function,
                               .transposed_a = turn_a,
                               .transposed_b = turn_b,
                               .m = m,
                               .n = n,
                               .k = k,
                               .count = count,
                               .alpha = *alpha,
                               .beta = *beta,
                               .a = {"a", a, turn_a ? k : m, turn_a ? m : k, lda, stride_a},
                               .b = {"b", b, turn_b ? n : k, turn_b ? k : n, ldb, stride_b},
                               .c = {"c", c, m, n, ldc, stride_c}});
  });
}

template <class T>
CublasStatus gemv(char const* function, CublasHandle handle, CublasOperation of_a, std::int64_t m, std::int64_t n,
                  T const* alpha, T const* a, std::int64_t lda, T const* x, std::int64_t incx, T const* beta, T* y,
                  std::int64_t incy) {
  return on_handle(function, handle, [&] {
    if (alpha == nullptr || beta == nullptr || incx == 0 || incy == 0) return CublasStatus::invalid_value;
    if (incx != 1 || incy != 1) return CublasStatus::not_supported;  // by this stand-in
    bool const turn = of_a == CublasOperation::transposed;
    std::int64_t const size = turn ? n : m, inner = turn ? m : n;
    // Nothing is done for an empty matrix: y is not even multiplied by beta.
    bool const empty = m == 0 || n == 0;
    return enqueue<T>(handle, {.function = function,
                               .transposed_a = turn,
                               .transposed_b = false,
                               .m = empty ? 0 : size,
                               .n = 1,
                               .k = inner,
                               .count = 1,
                               .alpha = *alpha,
                               .beta = *beta,
                               .a = {"a", a, m, n, lda, 0},
                               .b = {"x", x, inner, 1, std::max<std::int64_t>(inner, 1), 0},
                               .c = {"y", y, size, 1, std::max<std::int64_t>(size, 1), 0}});
  });
}

}  // namespace

std::vector<BlasCall> blas_log() { return runtime().blas_calls; }

}  // namespace simt

using simt::begin_call;
using simt::end_call;
using simt::on_handle;
using simt::runtime;

extern "C" {

CublasStatus cublasCreate_v2(CublasHandle* handle) {
  std::scoped_lock const lock(runtime().mutex);
  int const device = simt::this_thread().device;
  cudaError_t const status = end_call(begin_call("cublasCreate", device));
  if (status == cudaErrorMemoryAllocation) return CublasStatus::alloc_failed;
  if (status != cudaSuccess) return CublasStatus::not_initialized;
  *handle = new cublasContext{device};
  runtime().blas_handles.insert(*handle);
  return CublasStatus::success;
}

CublasStatus cublasDestroy_v2(CublasHandle handle) {
  std::scoped_lock const lock(runtime().mutex);
  if (!runtime().blas_handles.contains(handle)) return CublasStatus::not_initialized;
  // It waits for the device, and is gone even when it must report a failure.
  cudaError_t const status = end_call(begin_call("cublasDestroy", handle->device));
  runtime().schedule.drain_device(handle->device);
  runtime().blas_handles.erase(handle);
  delete handle;
  return simt::status_of(status);
}

CublasStatus cublasSetStream_v2(CublasHandle handle, cudaStream_t stream) {
  return on_handle("cublasSetStream", handle, [&] {
    if (!runtime().schedule.has(stream) || stream->device != handle->device) return CublasStatus::invalid_value;
    handle->stream = stream;
    handle->workspace = nullptr;
    handle->workspace_bytes = 0;
    return CublasStatus::success;
  });
}

CublasStatus cublasSetWorkspace_v2(CublasHandle handle, void* memory, std::size_t bytes) {
  return on_handle("cublasSetWorkspace", handle, [&] {
    if (reinterpret_cast<std::uintptr_t>(memory) % simt::workspace_alignment != 0) return CublasStatus::invalid_value;
    simt::Operand<std::byte> const workspace{
        "the workspace", static_cast<std::byte*>(memory), static_cast<std::int64_t>(bytes), 1, 1, 0};
    if (!simt::lies_on_device(workspace, 1, handle->device, "cublasSetWorkspace")) return CublasStatus::invalid_value;
    handle->workspace = workspace.data;
    handle->workspace_bytes = bytes;
    return CublasStatus::success;
  });
}

CublasStatus cublasSetPointerMode_v2(CublasHandle handle, CublasPointerMode mode) {
  return on_handle("cublasSetPointerMode", handle, [&] {
    return mode == CublasPointerMode::host ? CublasStatus::success : CublasStatus::not_supported;
  });
}

CublasStatus cublasSetMathMode(CublasHandle handle, CublasMath mode) {
  return on_handle("cublasSetMathMode", handle, [&] {
    handle->pedantic = mode == CublasMath::pedantic;
    return CublasStatus::success;
  });
}

CublasStatus cublasSetAtomicsMode(CublasHandle handle, CublasAtomics mode) {
  return on_handle("cublasSetAtomicsMode", handle, [&] {
    return mode == CublasAtomics::not_allowed ? CublasStatus::success : CublasStatus::not_supported;
  });
}

char const* cublasGetStatusName(CublasStatus status) {
  switch (status) {
    case CublasStatus::success: return "CUBLAS_STATUS_SUCCESS";
    case CublasStatus::not_initialized: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CublasStatus::alloc_failed: return "CUBLAS_STATUS_ALLOC_FAILED";
    case CublasStatus::invalid_value: return "CUBLAS_STATUS_INVALID_VALUE";
    case CublasStatus::arch_mismatch: return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CublasStatus::mapping_error: return "CUBLAS_STATUS_MAPPING_ERROR";
    case CublasStatus::execution_failed: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CublasStatus::internal_error: return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CublasStatus::not_supported: return "CUBLAS_STATUS_NOT_SUPPORTED";
    case CublasStatus::license_error: return "CUBLAS_STATUS_LICENSE_ERROR";
  }
  return "CUBLAS_STATUS_UNKNOWN";
}

#define REGIO_SIMT_PRODUCTS(T, letter)                                                                                 \
  CublasStatus cublas##letter##gemm_v2_64(CublasHandle handle, CublasOperation of_a, CublasOperation of_b,             \
                                          std::int64_t m, std::int64_t n, std::int64_t k, T const* alpha, T const* a,  \
                                          std::int64_t lda, T const* b, std::int64_t ldb, T const* beta, T* c,         \
                                          std::int64_t ldc) {                                                          \
    return simt::gemm_strided_batched("cublas" #letter "gemm", handle, of_a, of_b, m, n, k, alpha, a, lda, 0, b, ldb,  \
                                      0, beta, c, ldc, 0, 1);                                                          \
  }                                                                                                                    \
  CublasStatus cublas##letter##gemv_v2_64(CublasHandle handle, CublasOperation of_a, std::int64_t m, std::int64_t n,   \
                                          T const* alpha, T const* a, std::int64_t lda, T const* x, std::int64_t incx, \
                                          T const* beta, T* y, std::int64_t incy) {                                    \
    return simt::gemv("cublas" #letter "gemv", handle, of_a, m, n, alpha, a, lda, x, incx, beta, y, incy);             \
  }                                                                                                                    \
  CublasStatus cublas##letter##gemmStridedBatched_64(                                                                  \
      CublasHandle handle, CublasOperation of_a, CublasOperation of_b, std::int64_t m, std::int64_t n, std::int64_t k, \
      T const* alpha, T const* a, std::int64_t lda, long long stride_a, T const* b, std::int64_t ldb,                  \
      long long stride_b, T const* beta, T* c, std::int64_t ldc, long long stride_c, std::int64_t count) {             \
    return simt::gemm_strided_batched("cublas" #letter "gemmStridedBatched", handle, of_a, of_b, m, n, k, alpha, a,    \
                                      lda, stride_a, b, ldb, stride_b, beta, c, ldc, stride_c, count);                 \
  }                                                                                                                    \
  static_assert(                                                                                                       \
      std::is_same_v<decltype(cublas##letter##gemm_v2_64), CublasProducts<T>::Gemm> &&                                 \
      std::is_same_v<decltype(cublas##letter##gemv_v2_64), CublasProducts<T>::Gemv> &&                                 \
      std::is_same_v<decltype(cublas##letter##gemmStridedBatched_64), CublasProducts<T>::GemmStridedBatched>)

REGIO_SIMT_PRODUCTS(double, D);
REGIO_SIMT_PRODUCTS(float, S);
}

static_assert(std::is_same_v<decltype(cublasCreate_v2), CublasLibrary::Create>);
static_assert(std::is_same_v<decltype(cublasDestroy_v2), CublasLibrary::Destroy>);
static_assert(std::is_same_v<decltype(cublasSetStream_v2), CublasLibrary::SetStream>);
static_assert(std::is_same_v<decltype(cublasSetWorkspace_v2), CublasLibrary::SetWorkspace>);
static_assert(std::is_same_v<decltype(cublasSetPointerMode_v2), CublasLibrary::SetPointerMode>);
static_assert(std::is_same_v<decltype(cublasSetMathMode), CublasLibrary::SetMathMode>);
static_assert(std::is_same_v<decltype(cublasSetAtomicsMode), CublasLibrary::SetAtomicsMode>);
static_assert(std::is_same_v<decltype(cublasGetStatusName), CublasLibrary::GetStatusName>);
