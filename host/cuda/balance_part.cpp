#include "cuda/balance_part.hpp"

#include <algorithm>
#include <tuple>

#include "cuda/cuda_error.hpp"
#include "cuda/transfer.hpp"

namespace regio::cuda {
namespace {

/// Static arrays of the kernel, and what the driver keeps.
constexpr Index kept_of_block = 1024 + 1024;
/// Sweeps of a launch: with histories fewer, as each needs a place.
constexpr Index sweeps_of_launch = 1024, recorded_sweeps_of_launch = 128;
/// Tables that one task of the host fills or delivers.
constexpr Index tables_of_task = 64;

Index shared_bytes_of(BalanceItem const& item) {
  return balance_shared_bytes({.rows = item.rows(), .columns = item.columns(), .is_signed = item.is_signed});
}

/// Enough for a few rounds over the rows; a launch's tables differ in shared memory by a factor of two at most.
int threads_for(Index shared_bytes) {
  constexpr Index bytes_of_warp = Index{6} * 1024;
  int threads = 32;
  while (threads < 512 && threads / 32 * bytes_of_warp < shared_bytes) threads *= 2;
  return threads;
}

bool wants_cells(BalanceItem const& item) { return !item.balanced.empty() || !item.balanced_cells.empty(); }

}  // namespace

bool fits_block(BalanceItem const& item, DeviceProperties const& device) {
  auto const most = static_cast<Index>(device.shared_bytes_per_block) - kept_of_block;
  // Beyond these the layout's numbers need not be computed.
  return item.rows() <= most && item.columns() <= most && item.rows() * item.columns() <= most &&
         shared_bytes_of(item) <= most;
}

double first_multiplier(BalanceItem const& item, Index column) {
  bool const wiped = !item.wiped_columns.empty() && item.wiped_columns[column] != 0;
  return wiped ? 0.0 : item.column_multipliers[column];
}

void report_progress(BalanceProgress const& progress, BalanceItem& item) {
  item.iterations = progress.iterations;
  item.row_residual = progress.row_residual;
  item.column_residual = progress.column_residual;
  item.rate = progress.relaxation.rate();
  switch (progress.status) {
    case BalanceStatus::converged: item.outcome = Outcome::converged; break;
    case BalanceStatus::stalled: item.outcome = Outcome::stalled; break;
    case BalanceStatus::iteration_limit: item.outcome = Outcome::iteration_limit; break;
    case BalanceStatus::running: item.outcome = Outcome::cancelled; break;
  }
}

BalancePart::BalancePart(CudaBackend& backend, BalanceOperation const& operation, std::span<BalanceItem* const> items)
    : backend_(backend), operation_(operation) {
  tables_.reserve(items.size());
  for (BalanceItem* item : items) {
    Index const shared_bytes = shared_bytes_of(*item);
    tables_.push_back({.item = item, .threads = threads_for(shared_bytes), .shared_bytes = shared_bytes});
  }
  std::stable_sort(tables_.begin(), tables_.end(), [](Table const& a, Table const& b) {
    return std::tuple(a.item->is_signed, a.threads) < std::tuple(b.item->is_signed, b.threads);
  });
  bool const any_history = std::any_of(items.begin(), items.end(), [](auto const* i) { return i->history != nullptr; });
  most_sweeps_ = any_history ? recorded_sweeps_of_launch : sweeps_of_launch;
  lay_out();
}

double BalancePart::memory_of(BalanceItem const& item) {
  auto const m = static_cast<double>(item.rows()), n = static_cast<double>(item.columns());
  double const history = item.history != nullptr ? recorded_sweeps_of_launch : 0;
  return sizeof(double) * ((wants_cells(item) ? 2 : 1) * m * n + 2 * m + 3 * n + history) + sizeof(BalanceTask) +
         sizeof(BalanceProgress);
}

void BalancePart::lay_out() {
  tasks_ = input_.add<BalanceTask>(count());
  progress_ = output_.add<BalanceProgress>(count());
  for (Table& table : tables_) {
    BalanceItem const& item = *table.item;
    Index const m = item.rows(), n = item.columns();
    table.cells = input_.add<double>(m * n);
    table.row_totals = input_.add<double>(m);
    table.column_totals = input_.add<double>(n);
    table.column_start = input_.add<double>(n);
    table.wiped_rows = input_.add<std::uint8_t>(item.wiped_rows.size());
    table.wiped_columns = input_.add<std::uint8_t>(item.wiped_columns.size());
    table.row_multipliers = output_.add<double>(m);
    table.column_multipliers = output_.add<double>(n);
    table.balanced = output_.add<double>(wants_cells(item) ? m * n : 0);
    table.history = output_.add<double>(item.history != nullptr ? most_sweeps_ : 0);
  }
}

void BalancePart::fill_numbers(Table const& table, std::byte* image) const {
  BalanceItem const& item = *table.item;
  double* const cells = table.cells.in(image);
  if (item.is_sparse()) {
    SparseTableView const& sparse = item.sparse_table;
    std::fill_n(cells, table.cells.count, 0.0);
    for (Index i = 0; i < sparse.rows; ++i) {
      for (Index e = sparse.row_start[i]; e < sparse.row_start[i + 1]; ++e) {
        cells[i * sparse.columns + sparse.column[e]] = sparse.value[e];
      }
    }
  } else {
    for (Index i = 0; i < item.rows(); ++i) {
      std::copy(item.table.row(i).begin(), item.table.row(i).end(), cells + i * item.columns());
    }
  }
  std::copy(item.row_totals.begin(), item.row_totals.end(), table.row_totals.in(image));
  std::copy(item.column_totals.begin(), item.column_totals.end(), table.column_totals.in(image));
  std::copy(item.wiped_rows.begin(), item.wiped_rows.end(), table.wiped_rows.in(image));
  std::copy(item.wiped_columns.begin(), item.wiped_columns.end(), table.wiped_columns.in(image));
  double* const start = table.column_start.in(image);
  for (Index j = 0; j < item.columns(); ++j) start[j] = first_multiplier(item, j);
}

BalanceTask BalancePart::described(Index position) const {
  Table const& table = tables_[static_cast<std::size_t>(position)];
  BalanceItem const& item = *table.item;
  auto const input = [&](auto const& section) { return section.count > 0 ? section.in(device_input_) : nullptr; };
  auto const result = [&](auto const& section) { return section.count > 0 ? section.in(device_results_) : nullptr; };
  return {.cells = input(table.cells),
          .row_totals = input(table.row_totals),
          .column_totals = input(table.column_totals),
          .wiped_rows = input(table.wiped_rows),
          .wiped_columns = input(table.wiped_columns),
          .column_start = input(table.column_start),
          .row_multipliers = result(table.row_multipliers),
          .column_multipliers = result(table.column_multipliers),
          .balanced = result(table.balanced),
          .history = result(table.history),
          .progress = progress_.in(device_results_) + position,
          .rows = item.rows(),
          .columns = item.columns(),
          .max_iterations = item.max_iterations,
          .slack = item.slack,
          .over_relaxation = item.over_relaxation};
}

void BalancePart::begin(BalanceStaging& staging) {
  Stream const &copies = backend_.copy_stream(), &kernels = backend_.stream();
  staging_ = &staging;
  input_memory_ = DeviceBuffer<std::byte>(copies, input_.bytes());
  results_memory_ = DeviceBuffer<std::byte>(copies, output_.bytes());
  device_input_ = input_memory_.data();
  device_results_ = results_memory_.data();
  make_room(staging.upload, copies, input_.bytes());
  make_room(staging.results, copies, output_.bytes());
  std::byte* const image = staging.upload.data();
  backend_.workers().for_chunks(count(), tables_of_task, [&](Index first, Index end, int) {
    for (Index t = first; t < end; ++t) {
      fill_numbers(tables_[static_cast<std::size_t>(t)], image);
      tasks_.in(image)[t] = described(t);
    }
  });
  copy_to_device(copies, device_input_, staging.upload.span().first(static_cast<std::size_t>(input_.bytes())));
  uploaded_.record(copies);
  kernels.wait_for(uploaded_);
  launch_all(true);
}

void BalancePart::launch_all(bool begins) {
  for (auto first = tables_.begin(); first != tables_.end();) {
    auto const end = std::find_if(first, tables_.end(), [&](Table const& table) {
      return table.item->is_signed != first->item->is_signed || table.threads != first->threads;
    });
    Index shared_bytes = 0;
    for (auto table = first; table != end; ++table) shared_bytes = std::max(shared_bytes, table->shared_bytes);
    check(launch_balance_batch(backend_.stream().handle(), first->item->is_signed, end - first, first->threads,
                               shared_bytes,
                               {.tasks = tasks_.in(device_input_) + (first - tables_.begin()),
                                .tolerance = operation_.tolerance,
                                .most_sweeps = most_sweeps_,
                                .begins = begins}),
          "balance_batch");
    first = end;
  }
  balanced_.record(backend_.stream());
}

void BalancePart::finish() {
  Stream const& copies = backend_.copy_stream();
  std::byte* const image = staging_->results.data();
  for (;;) {
    copies.wait_for(balanced_);
    copy_to_host(copies, staging_->results.span().first(static_cast<std::size_t>(output_.bytes())), device_results_);
    downloaded_.record(copies);
    downloaded_.wait();
    if (!take_progress(image) || operation_.control.stop.stop_requested()) break;
    launch_all(false);
  }
  backend_.workers().for_chunks(count(), tables_of_task, [&](Index first, Index end, int) {
    for (Index t = first; t < end; ++t) deliver(t, image);
  });
}

bool BalancePart::take_progress(std::byte* image) {
  bool any_running = false;
  for (Index t = 0; t < count(); ++t) {
    Table& table = tables_[static_cast<std::size_t>(t)];
    BalanceProgress const& progress = progress_.in(image)[t];
    any_running = any_running || progress.status == BalanceStatus::running;
    if (table.item->history != nullptr) {
      double const* const residuals = table.history.in(image);
      table.item->history->insert(table.item->history->end(), residuals,
                                  residuals + (progress.iterations - table.sweeps_seen));
      table.sweeps_seen = progress.iterations;
    }
  }
  return any_running;
}

void BalancePart::deliver(Index position, std::byte* image) const {
  Table const& table = tables_[static_cast<std::size_t>(position)];
  BalanceItem& item = *table.item;
  report_progress(progress_.in(image)[position], item);
  if (item.outcome == Outcome::cancelled) return;
  std::copy_n(table.row_multipliers.in(image), item.rows(), item.row_multipliers.begin());
  std::copy_n(table.column_multipliers.in(image), item.columns(), item.column_multipliers.begin());
  double const* const cells = table.balanced.in(image);
  for (Index i = 0; i < item.balanced.rows(); ++i) {
    std::copy_n(cells + i * item.columns(), item.columns(), item.balanced.row(i).begin());
  }
  if (item.balanced_cells.empty()) return;
  SparseTableView const& sparse = item.sparse_table;
  for (Index i = 0; i < sparse.rows; ++i) {
    for (Index e = sparse.row_start[i]; e < sparse.row_start[i + 1]; ++e) {
      item.balanced_cells[e] = cells[i * sparse.columns + sparse.column[e]];
    }
  }
}

}  // namespace regio::cuda
