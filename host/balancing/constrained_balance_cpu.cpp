#include "balancing/constrained_balance_operation.hpp"
#include "balancing/information_balance.hpp"
#include "balancing/least_squares.hpp"
#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"

namespace regio {

void execute(CpuBackend& backend, ConstrainedBalanceOperation& operation) {
  std::stop_token const& stop = operation.control.stop;
  auto const count = static_cast<Index>(operation.items.size());
  ProgressMeter meter(operation.control.progress, "balancing", count, "tables");
  backend.workers().for_each(count, [&](Index b, int) {
    ConstrainedItem& item = operation.items[static_cast<std::size_t>(b)];
    if (item.method == ConstrainedMethod::least_squares) {
      balance_by_least_squares(item, operation.tolerance, stop);
    } else {
      balance_by_information(item, operation.tolerance, stop);
    }
    meter.advance(1);
  });
}

}  // namespace regio
