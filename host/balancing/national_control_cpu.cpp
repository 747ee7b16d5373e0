#include <iterator>
#include <vector>

#include "balancing/national_control_iteration.hpp"
#include "core/batch_by_size.hpp"
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

  auto const item = [&](Index b) -> NationalControlItem& { return operation.items[static_cast<std::size_t>(b)]; };
  BatchBySize const batch(std::ssize(operation.items), [&](Index b) { return item(b).cells() > cells_of_one_core; });
  std::vector<NationalControlWorkspace> spaces(static_cast<std::size_t>(workers.count()));
  auto const control_item = [&](BatchTurn const& turn) {
    control_nationally(item(turn.item), operation.tolerance, kernels, chunks_of(item(turn.item), turn.all_threads),
                       stop, spaces[static_cast<std::size_t>(turn.worker)]);
  };
  batch.run(workers, problems_of_task, control_item, [&](Index problems) { meter.advance(problems); });
}

}  // namespace regio
