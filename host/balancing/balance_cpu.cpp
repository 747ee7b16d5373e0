#include <vector>

#include "balancing/balance_iteration.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {
namespace {

/// A table of at most so many cells stays in one core's cache, which is then faster than all cores sharing it.
constexpr Index cells_of_one_core = Index{1} << 17;
/// More cells than the caches of most machines hold.
constexpr Index cells_of_caches = Index{1} << 22;
/// Small tables that one task takes.
constexpr Index tables_of_task = 8;

Index cell_count(BalanceItem const& item) {
  return item.is_sparse() ? item.sparse_table.value.size() : item.rows() * item.columns();
}

Index result_cells(std::vector<BalanceItem*> const& items) {
  Index cells = 0;
  for (BalanceItem const* const item : items) cells += item->balanced.rows() * item->balanced.columns();
  return cells;
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
  bool const results_past_cache = result_cells(small) > cells_of_caches;
  std::vector<BalanceWorkspace> spaces(static_cast<std::size_t>(workers.count()));
  workers.for_chunks(static_cast<Index>(small.size()), tables_of_task, [&](Index begin, Index end, int worker) {
    for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end); ++t) {
      BatchPlace place{.results_past_cache = results_past_cache};
      if (t + 1 < small.size()) place.next = small[t + 1]->table;
      balance(*small[t], operation.tolerance, kernels, TableChunks(*small[t], nullptr), stop,
              spaces[static_cast<std::size_t>(worker)], place);
    }
    meter.advance(end - begin);
  });
  for (BalanceItem* item : large) {
    balance(*item, operation.tolerance, kernels, TableChunks(*item, &workers), stop, spaces.front());
    meter.advance(1);
  }
}

}  // namespace regio
