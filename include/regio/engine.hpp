/// Where work runs. Every algorithm takes an Engine first; there is no global state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <regio/error.hpp>
#include <regio/export.hpp>

namespace regio {

class Backend;

enum class Device : std::uint8_t { cpu, cuda };

/// "cpu" or "cuda".
REGIO_API std::string_view name(Device device) noexcept;

/// Which CUDA device, on which stream, from which library.
struct CudaOptions {
  int ordinal = 0;
  void* stream = nullptr;  ///< a caller's cudaStream_t of that device that outlives the engine; null: one of its own
  std::string library;     ///< path of libregio_cuda; empty: the one installed with this build
  int threads = 0;         ///< of the CPU side, which does what has no kernel; 0: every core that this process may use
};

/// A device with worker threads (CPU) or a stream (CUDA) and its workspace. Move-only; one per host thread.
class REGIO_API Engine {
 public:
  /// The CPU. `threads` 0: every core that this process may use. Throws ContractError when negative.
  static Engine cpu(int threads = 0);
  /// A CUDA device. Throws DeviceError with the reason when it cannot be used, and ContractError for a negative ordinal
  /// or number of threads; never falls back.
  static Engine cuda(int ordinal = 0);
  static Engine cuda(CudaOptions const& options);
  /// CUDA when it is usable, otherwise the CPU. description() says which and why.
  static Engine automatic(int threads = 0);
  /// `threads` is of whichever is chosen; 0 with CUDA: options.threads.
  static Engine automatic(CudaOptions const& options, int threads = 0);

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  [[nodiscard]] Device device() const noexcept;
  /// Worker threads of the CPU side.
  [[nodiscard]] int threads() const noexcept;
  /// One line for a person: device, threads, SIMD target; after automatic() also why.
  [[nodiscard]] std::string description() const;
  /// Returns when all work issued through this engine has finished.
  void wait();

  /// The seam to the implementation; opaque outside the library.
  [[nodiscard]] Backend& backend() const noexcept { return *backend_; }

 private:
  Engine(std::unique_ptr<Backend> backend, std::string reason);

  std::unique_ptr<Backend> backend_;
  std::string reason_;
};

/// What a probe found out about one device: usable, or why not.
struct REGIO_API DeviceProbe {
  Device device = Device::cpu;
  int ordinal = 0;
  std::optional<DeviceFailure> failure;  ///< empty: usable
  std::string description;               ///< the engine's description, or the failure in words
};

/// Looks at every device that this build could use: the CPU first, then CUDA devices or the reason that there are none.
REGIO_API std::vector<DeviceProbe> probe_devices(CudaOptions const& options = {});

}  // namespace regio
