#include "core/cpu_backend.hpp"

#include <stdexcept>
#include <string>

#include "core/simd.hpp"

namespace regio {

CpuBackend::CpuBackend(int threads) : workers_(threads) {}

std::string CpuBackend::description() const {
  int const count = workers_.count();
  return "CPU, " + std::to_string(count) + (count == 1 ? " thread, " : " threads, ") + simd_target();
}

void CpuBackend::execute(std::string_view name, void* operation) {
  for (CpuOperation const* entry = cpu_operations; !entry->name.empty(); ++entry) {
    if (entry->name == name) {
      entry->execute(*this, operation);
      return;
    }
  }
  throw std::logic_error("the CPU backend has no operation '" + std::string(name) + "'");
}

}  // namespace regio
