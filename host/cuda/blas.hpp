/// Products of dense matrices by cuBLAS, for operands on the device.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

#include <regio/views.hpp>

#include "cuda/cublas_library.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/stream.hpp"

namespace regio::cuda {

/// op(matrix): the matrix, or its transpose.
template <class T>
struct Factor {
  Factor(MatrixView<T const> matrix_, bool transposed_ = false) : matrix(matrix_), transposed(transposed_) {}
  Factor(MatrixView<T> matrix_) : Factor(MatrixView<T const>(matrix_)) {}
  [[nodiscard]] Index rows() const { return transposed ? matrix.columns() : matrix.rows(); }
  [[nodiscard]] Index columns() const { return transposed ? matrix.rows() : matrix.columns(); }

  MatrixView<T const> matrix;
  bool transposed;
};

/// The same for each matrix of a batch. A batch of one serves every product.
template <class T>
struct BatchFactor {
  BatchFactor(BatchView<T const> matrices_, bool transposed_ = false) : matrices(matrices_), transposed(transposed_) {}
  BatchFactor(BatchView<T> matrices_) : BatchFactor(BatchView<T const>(matrices_)) {}

  BatchView<T const> matrices;
  bool transposed;
};

template <class T>
Factor<std::remove_const_t<T>> transposed(MatrixView<T> matrix) {
  return {matrix, true};
}
template <class T>
BatchFactor<std::remove_const_t<T>> transposed(BatchView<T> matrices) {
  return {matrices, true};
}

/// One handle of cuBLAS on the device that was current when it was made, with its own workspace.
///
/// Numbers are double or float. Views are row-major and point to device memory. Every product is queued on the stream
/// given, after what the Blas queued before on another one; alpha and beta are read at once. With beta = 0 the result
/// is written and not read. The result may not overlap a factor. Shapes that do not fit are a defect
/// (std::logic_error); a failed call is a DeviceError with the call, cuBLAS's status and the caller's place.
///
/// The same call gives the same bits on one kind of device with one version of cuBLAS: the workspace is the handle's
/// own, atomics are not allowed, and the pedantic mode keeps to the precision of the operands (no TF32, no emulation)
/// whatever the environment says. Sums run in cuBLAS's order, so the bits are not those of the CPU.
class Blas {
 public:
  /// `library`: what is loaded. Throws DeviceError(library_missing), and OutOfDeviceMemory for the workspace.
  Blas(Stream const& stream, std::string const& library, std::size_t workspace_bytes);
  /// Waits for its work.
  ~Blas();
  Blas(Blas const&) = delete;
  Blas& operator=(Blas const&) = delete;

  /// c [m, n] = alpha a [m, k] b [k, n] + beta c.
  template <class T>
  void gemm(Stream const& stream, std::type_identity_t<T> alpha, std::type_identity_t<Factor<T>> const& a,
            std::type_identity_t<Factor<T>> const& b, std::type_identity_t<T> beta, MatrixView<T> c,
            CallSite where = CallSite::current());

  /// y [m] = alpha a [m, n] x [n] + beta y.
  template <class T>
  void gemv(Stream const& stream, std::type_identity_t<T> alpha, std::type_identity_t<Factor<T>> const& a,
            std::type_identity_t<VectorView<T const>> x, std::type_identity_t<T> beta, VectorView<T> y,
            CallSite where = CallSite::current());

  /// c[i] [m, n] = alpha a[i] [m, k] b[i] [k, n] + beta c[i] for every i, in one call.
  template <class T>
  void gemm_strided_batched(Stream const& stream, std::type_identity_t<T> alpha,
                            std::type_identity_t<BatchFactor<T>> const& a,
                            std::type_identity_t<BatchFactor<T>> const& b, std::type_identity_t<T> beta, BatchView<T> c,
                            CallSite where = CallSite::current());

 private:
  class Handle {
   public:
    explicit Handle(CublasLibrary const& library);
    ~Handle();
    Handle(Handle const&) = delete;
    Handle& operator=(Handle const&) = delete;
    [[nodiscard]] CublasHandle get() const noexcept { return handle_; }

   private:
    CublasLibrary const& library_;
    CublasHandle handle_ = nullptr;
  };

  void bind(Stream const& stream, CallSite where);

  CublasLibrary library_;
  DeviceBuffer<std::byte> workspace_;
  Handle handle_;
  Event last_work_;
  Stream const* bound_ = nullptr;  // the handle's stream; null: none, or nobody knows
};

/// Bytes of workspace with which cuBLAS reaches its full speed on a device of the compute capability.
std::size_t blas_workspace_bytes(int compute_major);

}  // namespace regio::cuda
