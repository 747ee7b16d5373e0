#include <iterator>
#include <vector>

#include "balancing/balance_iteration.hpp"
#include "core/batch_by_size.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {
namespace {

/// More cells than the caches of most machines hold.
constexpr Index cells_of_caches = Index{1} << 22;
/// Small tables that one task takes.
constexpr Index tables_of_task = 8;

Index cell_count(BalanceItem const& item) {
  return item.is_sparse() ? item.sparse_table.value.size() : item.rows() * item.columns();
}

Index result_cells(BalanceOperation const& operation, std::vector<Index> const& which) {
  Index cells = 0;
  for (Index const b : which) {
    MatrixView<double> const& balanced = operation.items[static_cast<std::size_t>(b)].balanced;
    cells += balanced.rows() * balanced.columns();
  }
  return cells;
}

}  // namespace

void execute(CpuBackend& backend, BalanceOperation& operation) {
  Workers& workers = backend.workers();
  BalanceKernels const& kernels = balance_kernels(operation.target);
  std::stop_token const& stop = operation.control.stop;
  ProgressMeter meter(operation.control.progress, "balancing", static_cast<Index>(operation.items.size()), "tables");

  auto const item = [&](Index b) -> BalanceItem& { return operation.items[static_cast<std::size_t>(b)]; };
  BatchBySize const batch(std::ssize(operation.items),
                          [&](Index b) { return cell_count(item(b)) > cells_of_one_core; });
  bool const results_past_cache = result_cells(operation, batch.small()) > cells_of_caches;
  std::vector<BalanceWorkspace> spaces(static_cast<std::size_t>(workers.count()));
  auto const balance_item = [&](BatchTurn const& turn) {
    BatchPlace place;
    if (turn.next >= 0) place.next = item(turn.next).table;
    place.results_past_cache = results_past_cache && turn.all_threads == nullptr;
    balance(item(turn.item), operation.tolerance, kernels, chunks_of(item(turn.item), turn.all_threads), stop,
            spaces[static_cast<std::size_t>(turn.worker)], place);
  };
  batch.run(workers, tables_of_task, balance_item, [&](Index tables) { meter.advance(tables); });
}

}  // namespace regio
