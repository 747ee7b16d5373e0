#include <utility>

#include <regio/engine.hpp>

#include "core/cpu_backend.hpp"
#include "core/cuda_library.hpp"

namespace regio {

std::string_view name(Device device) noexcept { return device == Device::cuda ? "cuda" : "cpu"; }

Engine::Engine(std::unique_ptr<Backend> backend, std::string reason)
    : backend_(std::move(backend)), reason_(std::move(reason)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Engine Engine::cpu(int threads) { return {std::make_unique<CpuBackend>(threads), {}}; }

Engine Engine::cuda(int ordinal) {
  CudaOptions options;
  options.ordinal = ordinal;
  return cuda(options);
}

Engine Engine::cuda(CudaOptions const& options) { return {load_cuda_backend(options), {}}; }

Engine Engine::automatic(int threads) { return automatic(CudaOptions{}, threads); }

Engine Engine::automatic(CudaOptions const& options, int threads) {
  try {
    CudaOptions device = options;
    if (threads != 0) device.threads = threads;
    return {load_cuda_backend(device), "chosen because a CUDA device is usable"};
  } catch (DeviceError const& error) {
    return {std::make_unique<CpuBackend>(threads), "chosen because CUDA is not usable: " + std::string(error.what())};
  }
}

Device Engine::device() const noexcept { return backend_->device(); }
int Engine::threads() const noexcept { return backend_->workers().count(); }
void Engine::wait() { backend_->wait(); }

std::string Engine::description() const {
  std::string text = backend_->description();
  if (!reason_.empty()) text += " (" + reason_ + ")";
  return text;
}

std::vector<DeviceProbe> probe_devices(CudaOptions const& options) {
  std::vector<DeviceProbe> probes;
  probes.push_back({Device::cpu, 0, std::nullopt, Engine::cpu().description()});
  int count = 1;
  try {
    count = count_cuda_devices(options);
  } catch (DeviceError const& error) {
    probes.push_back({Device::cuda, 0, error.failure(), error.what()});
    return probes;
  }
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    CudaOptions device = options;
    device.ordinal = ordinal;
    try {
      probes.push_back({Device::cuda, ordinal, std::nullopt, Engine::cuda(device).description()});
    } catch (DeviceError const& error) {
      probes.push_back({Device::cuda, ordinal, error.failure(), error.what()});
    }
  }
  return probes;
}

}  // namespace regio
