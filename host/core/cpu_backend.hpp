/// The backend that is always there.
#pragma once

#include <memory>
#include <string_view>

#include "core/backend.hpp"
#include "core/workers.hpp"

namespace regio {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads);

  [[nodiscard]] Device device() const noexcept override { return Device::cpu; }
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] Workers& workers() noexcept override { return workers_; }
  void wait() override {}
  void execute(std::string_view name, void* operation) override;

 private:
  Workers workers_;
};

/// One line of the list that the build generates.
struct CpuOperation {
  std::string_view name;
  void (*execute)(CpuBackend&, void*);
};

/// Defined by the generated list; ends with an entry of empty name.
extern CpuOperation const cpu_operations[];

}  // namespace regio
