#include "cuda/cuda_backend.hpp"

#include <utility>

#include "cuda/cuda_error.hpp"
#include "cuda/device_scope.hpp"

namespace regio::cuda {
namespace {

void require_same_device(cudaStream_t stream, int ordinal) {
  if (stream == nullptr) return;
  int owner = 0;
  check(cudaStreamGetDevice(stream, &owner), "cudaStreamGetDevice");
  if (owner != ordinal) {
    throw DeviceError(DeviceFailure::failed, "the caller's stream belongs to CUDA device " + std::to_string(owner) +
                                                 ", the engine to " + std::to_string(ordinal));
  }
}

}  // namespace

std::unique_ptr<CudaBackend> CudaBackend::make(int ordinal, cudaStream_t callers_stream, int threads) {
  DeviceScope const scope(ordinal);
  require_same_device(callers_stream, ordinal);
  return std::unique_ptr<CudaBackend>(new CudaBackend(device_properties(ordinal), callers_stream, threads));
}

CudaBackend::CudaBackend(DeviceProperties properties, cudaStream_t callers_stream, int threads)
    : properties_(std::move(properties)),
      workers_(threads),
      pool_(properties_.ordinal),
      stream_(pool_, callers_stream),
      copy_stream_(pool_) {}

std::string CudaBackend::description() const {
  int const threads = workers_.count();
  std::string const text = cuda::description(properties_) + ", " + std::to_string(threads) +
                           (threads == 1 ? " thread of the CPU" : " threads of the CPU");
  return failure_.empty() ? text : text + "; no longer usable: " + failure_;
}

void CudaBackend::wait() {
  run([] {});
}

void CudaBackend::execute(std::string_view name, void* operation) {
  for (CudaOperation const* entry = cuda_operations; !entry->name.empty(); ++entry) {
    if (entry->name == name) {
      run([&] { entry->execute(*this, operation); });
      return;
    }
  }
  throw ContractError(std::string(name) + ": engine", "is a CUDA device, and this algorithm runs on the CPU only");
}

void CudaBackend::run(std::function<void()> const& work) {
  if (!failure_.empty()) {
    throw DeviceError(DeviceFailure::failed,
                      "this CUDA engine can no longer be used, since a call on its device failed: " + failure_);
  }
  try {
    DeviceScope const scope(properties_.ordinal);
    run_and_settle(work);
  } catch (DeviceError const& error) {
    if (error.failure() == DeviceFailure::failed) failure_ = error.what();
    throw;
  }
}

void CudaBackend::run_and_settle(std::function<void()> const& work) {
  try {
    callers_work_.record(stream_);
    copy_stream_.wait_for(callers_work_);
    work();
    stream_.wait();
    copy_stream_.wait();
  } catch (...) {
    bool const settled = stream_.settle();
    if (!copy_stream_.settle() || !settled) failure_ = "work that had been given to the device failed";
    throw;
  }
}

Blas& CudaBackend::blas() {
  if (!blas_.has_value()) {
    blas_.emplace(stream_, REGIO_CUBLAS_LIBRARY, blas_workspace_bytes(properties_.compute_major));
  }
  return *blas_;
}

std::size_t CudaBackend::free_memory() const {
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return free + pool_.idle_bytes();
}

}  // namespace regio::cuda
