// A stand-in for libregio_cuda that answers in one way, chosen when it is compiled (REGIO_FAKE_ANSWER).
#include <cstdio>
#include <new>

#include "core/cpu_backend.hpp"
#include "core/cuda_library.hpp"

namespace {

class FakeCudaBackend final : public regio::Backend {
 public:
  explicit FakeCudaBackend(int ordinal) : ordinal_(ordinal) {}
  [[nodiscard]] regio::Device device() const noexcept override { return regio::Device::cuda; }
  [[nodiscard]] std::string description() const override { return "fake CUDA device " + std::to_string(ordinal_); }
  [[nodiscard]] regio::Workers& workers() noexcept override { return workers_; }
  void wait() override {}
  void execute(std::string_view, void*) override {}

 private:
  int ordinal_;
  regio::Workers workers_{1};
};

}  // namespace

#if REGIO_FAKE_ANSWER >= 0
extern "C" __attribute__((visibility("default"))) std::int32_t regio_cuda_backend(regio::CudaBackendRequest* request) {
  using regio::CudaLibraryStatus;
  auto const answer = static_cast<CudaLibraryStatus>(REGIO_FAKE_ANSWER);
  constexpr int devices = 2;
  request->library_abi = regio::cuda_abi_number + 6;
  if (answer == CudaLibraryStatus::driver_missing) {
    std::snprintf(request->message, sizeof(request->message), "cudaErrorInsufficientDriver");
  }
  if (answer != CudaLibraryStatus::ready) return REGIO_FAKE_ANSWER;
  request->device_count = devices;
  if (request->ordinal >= devices) return static_cast<std::int32_t>(CudaLibraryStatus::no_device);
  if (request->ordinal >= 0) request->backend = new FakeCudaBackend(request->ordinal);
  return static_cast<std::int32_t>(CudaLibraryStatus::ready);
}
#endif
