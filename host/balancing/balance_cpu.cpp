#include <vector>

#include "balancing/balance_iteration.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {
namespace {

/// A table of at most so many cells stays in one core's cache, which is then faster than all cores sharing it.
constexpr Index cells_of_one_core = Index{1} << 17;
/// Small tables that one task takes.
constexpr Index tables_of_task = 8;

Index cell_count(BalanceItem const& item) {
  return item.is_sparse() ? item.sparse_table.value.size() : item.rows() * item.columns();
}

}  // namespace

void execute(CpuBackend& backend, BalanceOperation& operation) {
  Workers& workers = backend.workers();
  BalanceKernels const& kernels = balance_kernels(operation.target);
  std::stop_token const& stop = operation.control.stop;
  ProgressMeter meter(operation.control.progress, "balancing", static_cast<Index>(operation.items.size()), "tables");

  std::vector<BalanceItem*> small, large;
  for (BalanceItem& item : operation.items) {
    (cell_count(item) <= cells_of_one_core ? small : large).push_back(&item);
  }
  std::vector<BalanceWorkspace> spaces(static_cast<std::size_t>(workers.count()));
  workers.for_chunks(static_cast<Index>(small.size()), tables_of_task, [&](Index begin, Index end, int worker) {
    for (Index t = begin; t < end; ++t) {
      BalanceItem& item = *small[static_cast<std::size_t>(t)];
      balance(item, operation.tolerance, kernels, TableChunks(item, nullptr), stop,
              spaces[static_cast<std::size_t>(worker)]);
    }
    meter.advance(end - begin);
  });
  for (BalanceItem* item : large) {
    balance(*item, operation.tolerance, kernels, TableChunks(*item, &workers), stop, spaces.front());
    meter.advance(1);
  }
}

}  // namespace regio
