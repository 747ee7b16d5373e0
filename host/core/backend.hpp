/// The seam between algorithms and devices.
///
/// A backend owns memory and queues and runs planned operations: plain structs of views and options, one per algorithm
/// (KmeansOperation, ...), already validated by the algorithm's front door. This header names no algorithm: the build
/// lists the operations of each backend (see cmake/RegioAlgorithm.cmake), and run() finds an operation by its name.
#pragma once

#include <string>
#include <string_view>

#include <regio/engine.hpp>

namespace regio {

class Workers;

class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual Device device() const noexcept = 0;
  [[nodiscard]] virtual std::string description() const = 0;
  /// Threads of the CPU side; every backend has them for the host's share of the work.
  [[nodiscard]] virtual Workers& workers() noexcept = 0;
  virtual void wait() = 0;
  /// Runs the operation of that name; `operation` points to its struct.
  virtual void execute(std::string_view name, void* operation) = 0;

 protected:
  Backend() = default;
  Backend(Backend const&) = delete;
  Backend& operator=(Backend const&) = delete;
};

/// Runs a planned operation on the engine's backend. `Operation::name` identifies it.
template <class Operation>
void run(Engine& engine, Operation& operation) {
  engine.backend().execute(Operation::name, &operation);
}

}  // namespace regio
