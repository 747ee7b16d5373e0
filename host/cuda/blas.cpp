#include "cuda/blas.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace regio::cuda {
namespace {

// Row-major memory read by columns is the transpose, so that the factors of a product change places: c' = b' a'.
CublasOperation operation(bool transposed) {
  return transposed ? CublasOperation::transposed : CublasOperation::as_it_is;
}

Index leading(Index stride) { return std::max<Index>(stride, 1); }

std::string shape(Index rows, Index columns) {
  return "[" + std::to_string(rows) + ", " + std::to_string(columns) + "]";
}

void require(bool condition, char const* function, std::string const& found) {
  if (!condition) throw std::logic_error("cuda::Blas::" + std::string(function) + ": " + found);
}

template <class T>
void require_stride(char const* function, char const* name, MatrixView<T> matrix) {
  require(matrix.rows() >= 0 && matrix.columns() >= 0 && matrix.stride(0) >= matrix.columns(), function,
          std::string(name) + " is " + shape(matrix.rows(), matrix.columns()) + " with rows " +
              std::to_string(matrix.stride(0)) + " apart");
}

}  // namespace

Blas::Handle::Handle(CublasLibrary const& library) : library_(library) {
  library_.check(library_.create(&handle_), "cublasCreate");
}

Blas::Handle::~Handle() {
  static_cast<void>(library_.destroy(handle_));
  disregard(cudaPeekAtLastError());
}

Blas::Blas(Stream const& stream, std::string const& library, std::size_t workspace_bytes)
    : library_(CublasLibrary::load(library)),
      workspace_(stream, static_cast<Index>(workspace_bytes)),
      handle_(library_) {
  library_.check(library_.set_pointer_mode(handle_.get(), CublasPointerMode::host), "cublasSetPointerMode");
  library_.check(library_.set_atomics_mode(handle_.get(), CublasAtomics::not_allowed), "cublasSetAtomicsMode");
  library_.check(library_.set_math_mode(handle_.get(), CublasMath::pedantic), "cublasSetMathMode");
  last_work_.record(stream);  // the workspace can be used from here on
}

Blas::~Blas() {
  if (bound_ != nullptr) {
    static_cast<void>(bound_->settle());
  } else {
    disregard(cudaEventSynchronize(last_work_.handle()));
  }
}

void Blas::bind(Stream const& stream, CallSite where) {
  if (bound_ == &stream) return;
  // The workspace is one: what uses it on the other stream comes first.
  if (bound_ != nullptr) last_work_.record(*bound_);
  bound_ = nullptr;
  stream.wait_for(last_work_);
  library_.check(library_.set_stream(handle_.get(), stream.handle()), "cublasSetStream", where);
  // A new stream takes the workspace away.
  library_.check(library_.set_workspace(handle_.get(), workspace_.data(), static_cast<std::size_t>(workspace_.size())),
                 "cublasSetWorkspace", where);
  bound_ = &stream;
}

template <class T>
void Blas::gemm(Stream const& stream, std::type_identity_t<T> alpha, std::type_identity_t<Factor<T>> const& a,
                std::type_identity_t<Factor<T>> const& b, std::type_identity_t<T> beta, MatrixView<T> c,
                CallSite where) {
  require_stride("gemm", "a", a.matrix);
  require_stride("gemm", "b", b.matrix);
  require_stride("gemm", "c", c);
  require(a.rows() == c.rows() && b.columns() == c.columns() && a.columns() == b.rows(), "gemm",
          shape(a.rows(), a.columns()) + " times " + shape(b.rows(), b.columns()) + " is not " +
              shape(c.rows(), c.columns()));
  if (c.empty()) return;
  bind(stream, where);
  library_.check(library_.products<T>().gemm(handle_.get(), operation(b.transposed), operation(a.transposed),
                                             c.columns(), c.rows(), a.columns(), &alpha, b.matrix.data_handle(),
                                             leading(b.matrix.stride(0)), a.matrix.data_handle(),
                                             leading(a.matrix.stride(0)), &beta, c.data_handle(), leading(c.stride(0))),
                 sizeof(T) == sizeof(double) ? "cublasDgemm" : "cublasSgemm", where);
}

template <class T>
void Blas::gemv(Stream const& stream, std::type_identity_t<T> alpha, std::type_identity_t<Factor<T>> const& a,
                std::type_identity_t<VectorView<T const>> x, std::type_identity_t<T> beta, VectorView<T> y,
                CallSite where) {
  require_stride("gemv", "a", a.matrix);
  require(a.rows() == y.size() && a.columns() == x.size(), "gemv",
          shape(a.rows(), a.columns()) + " times [" + std::to_string(x.size()) + "] is not [" +
              std::to_string(y.size()) + "]");
  // A sum of nothing: cublas*gemv would leave y as it is instead of multiplying it by beta.
  if (x.empty()) {
    gemm(stream, alpha, a, MatrixView<T const>(x.data_handle(), 0, 1), beta,
         MatrixView<T>(y.data_handle(), y.size(), 1), where);
    return;
  }
  if (y.empty()) return;
  bind(stream, where);
  library_.check(library_.products<T>().gemv(handle_.get(), operation(!a.transposed), a.matrix.columns(),
                                             a.matrix.rows(), &alpha, a.matrix.data_handle(), a.matrix.stride(0),
                                             x.data_handle(), 1, &beta, y.data_handle(), 1),
                 sizeof(T) == sizeof(double) ? "cublasDgemv" : "cublasSgemv", where);
}

template <class T>
void Blas::gemm_strided_batched(Stream const& stream, std::type_identity_t<T> alpha,
                                std::type_identity_t<BatchFactor<T>> const& a,
                                std::type_identity_t<BatchFactor<T>> const& b, std::type_identity_t<T> beta,
                                BatchView<T> c, CallSite where) {
  auto const serves = [&](BatchFactor<T> const& factor) {
    return factor.matrices.count() == c.count() || factor.matrices.count() == 1;
  };
  require(serves(a) && serves(b), "gemm_strided_batched",
          std::to_string(a.matrices.count()) + " times " + std::to_string(b.matrices.count()) + " matrices are not " +
              std::to_string(c.count()));
  if (c.empty()) return;
  Factor<T> const first_a(a.matrices[0], a.transposed), first_b(b.matrices[0], b.transposed);
  require(first_a.rows() == c.rows() && first_b.columns() == c.columns() && first_a.columns() == first_b.rows(),
          "gemm_strided_batched",
          shape(first_a.rows(), first_a.columns()) + " times " + shape(first_b.rows(), first_b.columns()) + " is not " +
              shape(c.rows(), c.columns()));
  auto const distance = [](auto const& matrices) -> long long {
    return matrices.count() == 1 ? 0 : matrices.rows() * matrices.columns();
  };
  bind(stream, where);
  library_.check(library_.products<T>().gemm_strided_batched(
                     handle_.get(), operation(b.transposed), operation(a.transposed), c.columns(), c.rows(),
                     first_a.columns(), &alpha, b.matrices.data_handle(), leading(b.matrices.columns()),
                     distance(b.matrices), a.matrices.data_handle(), leading(a.matrices.columns()),
                     distance(a.matrices), &beta, c.data_handle(), c.columns(), distance(c), c.count()),
                 sizeof(T) == sizeof(double) ? "cublasDgemmStridedBatched" : "cublasSgemmStridedBatched", where);
}

template void Blas::gemm(Stream const&, double, Factor<double> const&, Factor<double> const&, double,
                         MatrixView<double>, CallSite);
template void Blas::gemm(Stream const&, float, Factor<float> const&, Factor<float> const&, float, MatrixView<float>,
                         CallSite);
template void Blas::gemv(Stream const&, double, Factor<double> const&, VectorView<double const>, double,
                         VectorView<double>, CallSite);
template void Blas::gemv(Stream const&, float, Factor<float> const&, VectorView<float const>, float, VectorView<float>,
                         CallSite);
template void Blas::gemm_strided_batched(Stream const&, double, BatchFactor<double> const&, BatchFactor<double> const&,
                                         double, BatchView<double>, CallSite);
template void Blas::gemm_strided_batched(Stream const&, float, BatchFactor<float> const&, BatchFactor<float> const&,
                                         float, BatchView<float>, CallSite);

std::size_t blas_workspace_bytes(int compute_major) {
  constexpr std::size_t mebibyte = std::size_t{1} << 20;
  return compute_major >= 9 ? 32 * mebibyte : 4 * mebibyte;
}

}  // namespace regio::cuda
