/// The backend that runs on a CUDA device.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/backend.hpp"
#include "core/workers.hpp"
#include "cuda/blas.hpp"
#include "cuda/device_properties.hpp"
#include "cuda/memory_pool.hpp"
#include "cuda/stream.hpp"

namespace regio::cuda {

/// Two streams, a pool of device memory and the host's worker threads. When a call on the device fails for another
/// reason than memory, the backend refuses every later use and says why: what the device holds cannot be trusted.
class CudaBackend final : public Backend {
 public:
  /// Work goes to the caller's stream, which must belong to the device and outlive the backend; null: to one of the
  /// backend's own. Throws DeviceError.
  static std::unique_ptr<CudaBackend> make(int ordinal, cudaStream_t callers_stream, int threads);

  [[nodiscard]] Device device() const noexcept override { return Device::cuda; }
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] Workers& workers() noexcept override { return workers_; }
  void wait() override;
  void execute(std::string_view name, void* operation) override;

  /// Calls work() with the device current and the copy stream behind the caller's work. What work() gave to the streams
  /// is done when this returns, also when it throws: no copy is under way to host memory that is gone. Throws what
  /// work() throws, and DeviceError.
  void run(std::function<void()> const& work);

  /// Where kernels run; the caller's stream where there is one.
  [[nodiscard]] Stream const& stream() const noexcept { return stream_; }
  /// For copies that run beside kernels.
  [[nodiscard]] Stream const& copy_stream() const noexcept { return copy_stream_; }
  [[nodiscard]] DeviceProperties const& properties() const noexcept { return properties_; }
  /// Dense products, within run(). The first call loads cuBLAS: DeviceError(library_missing) when it is not there.
  [[nodiscard]] Blas& blas();
  /// Bytes of device memory that can be had now: free on the device, or kept unused in the backend's pool.
  [[nodiscard]] std::size_t free_memory() const;

 private:
  CudaBackend(DeviceProperties properties, cudaStream_t callers_stream, int threads);
  void run_and_settle(std::function<void()> const& work);

  DeviceProperties properties_;
  Workers workers_;
  MemoryPool pool_;
  Stream stream_;
  Stream copy_stream_;
  Event callers_work_;
  std::optional<Blas> blas_;
  std::string failure_;  // of the call that made the backend unusable
};

/// One line of the list that the build generates.
struct CudaOperation {
  std::string_view name;
  void (*execute)(CudaBackend&, void*);
};

/// Defined by the generated list; ends with an entry of empty name.
extern CudaOperation const cuda_operations[];

}  // namespace regio::cuda
