// Compiles only when what host/cuda/cublas_library.hpp declares is what NVIDIA's header declares.
#include <cublas_v2.h>

#include <type_traits>

#include "cuda/cublas_library.hpp"

namespace regio::cuda {
namespace {

/// The same type for both declarations: enumerations are passed as int.
template <class T>
struct Passed {
  using type = T;
};
template <class T>
requires std::is_enum_v<T>
struct Passed<T> {
  static_assert(sizeof(T) == sizeof(int));
  using type = int;
};
template <class Result, class... Parameters>
struct Passed<Result(Parameters...)> {
  using type = typename Passed<Result>::type(typename Passed<Parameters>::type...);
};

template <class Declared, class Theirs>
constexpr bool same = std::is_same_v<typename Passed<Declared>::type, typename Passed<Theirs>::type>;

static_assert(same<CublasLibrary::Create, decltype(cublasCreate_v2)>);
static_assert(same<CublasLibrary::Destroy, decltype(cublasDestroy_v2)>);
static_assert(same<CublasLibrary::SetStream, decltype(cublasSetStream_v2)>);
static_assert(same<CublasLibrary::SetWorkspace, decltype(cublasSetWorkspace_v2)>);
static_assert(same<CublasLibrary::SetPointerMode, decltype(cublasSetPointerMode_v2)>);
static_assert(same<CublasLibrary::SetMathMode, decltype(cublasSetMathMode)>);
static_assert(same<CublasLibrary::SetAtomicsMode, decltype(cublasSetAtomicsMode)>);
static_assert(same<CublasLibrary::GetStatusName, decltype(cublasGetStatusName)>);
static_assert(same<CublasProducts<double>::Gemm, decltype(cublasDgemm_v2_64)>);
static_assert(same<CublasProducts<float>::Gemm, decltype(cublasSgemm_v2_64)>);
static_assert(same<CublasProducts<double>::Gemv, decltype(cublasDgemv_v2_64)>);
static_assert(same<CublasProducts<float>::Gemv, decltype(cublasSgemv_v2_64)>);
static_assert(same<CublasProducts<double>::GemmStridedBatched, decltype(cublasDgemmStridedBatched_64)>);
static_assert(same<CublasProducts<float>::GemmStridedBatched, decltype(cublasSgemmStridedBatched_64)>);

constexpr bool equal(auto ours, auto theirs) { return static_cast<int>(ours) == static_cast<int>(theirs); }

static_assert(equal(CublasStatus::success, CUBLAS_STATUS_SUCCESS));
static_assert(equal(CublasStatus::not_initialized, CUBLAS_STATUS_NOT_INITIALIZED));
static_assert(equal(CublasStatus::alloc_failed, CUBLAS_STATUS_ALLOC_FAILED));
static_assert(equal(CublasStatus::invalid_value, CUBLAS_STATUS_INVALID_VALUE));
static_assert(equal(CublasStatus::arch_mismatch, CUBLAS_STATUS_ARCH_MISMATCH));
static_assert(equal(CublasStatus::mapping_error, CUBLAS_STATUS_MAPPING_ERROR));
static_assert(equal(CublasStatus::execution_failed, CUBLAS_STATUS_EXECUTION_FAILED));
static_assert(equal(CublasStatus::internal_error, CUBLAS_STATUS_INTERNAL_ERROR));
static_assert(equal(CublasStatus::not_supported, CUBLAS_STATUS_NOT_SUPPORTED));
static_assert(equal(CublasStatus::license_error, CUBLAS_STATUS_LICENSE_ERROR));
static_assert(equal(CublasOperation::as_it_is, CUBLAS_OP_N));
static_assert(equal(CublasOperation::transposed, CUBLAS_OP_T));
static_assert(equal(CublasPointerMode::host, CUBLAS_POINTER_MODE_HOST));
static_assert(equal(CublasMath::pedantic, CUBLAS_PEDANTIC_MATH));
static_assert(equal(CublasAtomics::not_allowed, CUBLAS_ATOMICS_NOT_ALLOWED));

}  // namespace
}  // namespace regio::cuda
