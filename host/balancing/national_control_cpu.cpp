#include <vector>

#include "balancing/national_control_iteration.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {
namespace {

/// Small problems that one task takes.
constexpr Index problems_of_task = 2;

}  // namespace

void execute(CpuBackend& backend, NationalControlOperation& operation) {
  Workers& workers = backend.workers();
  NationalControlKernels const& kernels = national_control_kernels(operation.target);
  std::stop_token const& stop = operation.control.stop;
  ProgressMeter meter(operation.control.progress, "balancing", static_cast<Index>(operation.items.size()), "problems");

  std::vector<NationalControlItem*> small, large;
  for (NationalControlItem& item : operation.items) {
    (item.cells() <= cells_of_one_core ? small : large).push_back(&item);
  }
  std::vector<NationalControlWorkspace> spaces(static_cast<std::size_t>(workers.count()));
  workers.for_chunks(static_cast<Index>(small.size()), problems_of_task, [&](Index begin, Index end, int worker) {
    for (Index b = begin; b < end; ++b) {
      NationalControlItem& item = *small[static_cast<std::size_t>(b)];
      control_nationally(item, operation.tolerance, kernels, NationalControlChunks(item, nullptr), stop,
                         spaces[static_cast<std::size_t>(worker)]);
    }
    meter.advance(end - begin);
  });
  for (NationalControlItem* item : large) {
    control_nationally(*item, operation.tolerance, kernels, NationalControlChunks(*item, &workers), stop,
                       spaces.front());
    meter.advance(1);
  }
}

}  // namespace regio
