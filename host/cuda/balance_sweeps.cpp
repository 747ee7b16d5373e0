#include "cuda/balance_sweeps.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <string>

#include "balancing/margin_residual.hpp"
#include "cuda/balance_part.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/transfer.hpp"

namespace regio::cuda {
namespace {

/// Sweeps between two looks at how the iteration stands: what is launched behind the last one ends at once.
constexpr Index sweeps_of_round = 16;
/// Static arrays of a kernel, and what the driver keeps of a block's shared memory.
constexpr Index kept_of_block = 1024 + 1024;
/// Kinds of sums that the check of a result keeps for each chunk and column.
constexpr Index checked_kinds = 3;

template <class T>
std::span<T> elements(VectorView<T> const& view) {
  return {view.data_handle(), static_cast<std::size_t>(view.size())};
}

template <class T>
bool is_contiguous(MatrixView<T> const& matrix) {
  return matrix.stride(0) == matrix.columns() || matrix.rows() == 1;
}

}  // namespace

BalanceSweeps::BalanceSweeps(CudaBackend& backend, BalanceOperation const& operation, BalanceItem& item,
                             BalanceSweepStaging& staging)
    : backend_(backend), operation_(operation), item_(item), staging_(staging) {
  choose_route();
  lay_out();
}

void BalanceSweeps::choose_route() {
  Index const m = item_.rows(), n = item_.columns();
  if (item_.is_sparse()) {
    constexpr Index most = std::numeric_limits<std::int32_t>::max();
    if (m > most || n > most) {
      throw ContractError("balance_tables: a sparse table", "is [" + std::to_string(m) + ", " + std::to_string(n) +
                                                                "]; a CUDA device takes at most " +
                                                                std::to_string(most) + " rows or columns");
    }
    route_ = BalanceRowRoute::sparse;
    chunks_ = balance_sparse_blocks(m);
    return;
  }
  int const kinds = item_.is_signed ? 2 : 1;
  auto const shared = static_cast<Index>(backend_.properties().shared_bytes_per_block) - kept_of_block;
  for (BalanceRowRoute const route : {BalanceRowRoute::blocks, BalanceRowRoute::warps}) {
    if (n <= balance_row_width(route) && balance_row_shared_bytes(route, n, kinds) <= shared) route_ = route;
  }
  // So few chunks that their parts of the column sums are little beside the table, so many that they occupy a device.
  constexpr Index least_rows = 4;
  Index const most_chunks = route_ == BalanceRowRoute::warps ? 2048 : 256;
  chunk_rows_ = std::max(least_rows, (m + most_chunks - 1) / most_chunks);
  chunks_ = (m + chunk_rows_ - 1) / chunk_rows_;
}

void BalanceSweeps::lay_out() {
  Index const m = item_.rows(), n = item_.columns(), kinds = item_.is_signed ? 2 : 1;
  row_totals_ = input_.add<double>(m);
  column_totals_ = input_.add<double>(n);
  column_start_ = input_.add<double>(n);
  wiped_rows_ = input_.add<std::uint8_t>(item_.wiped_rows.size());
  wiped_columns_ = input_.add<std::uint8_t>(item_.wiped_columns.size());
  if (item_.is_sparse()) {
    Index const cells = item_.sparse_table.value.size();
    row_start_ = input_.add<Index>(m + 1);
    columns_of_cells_ = input_.add<std::int32_t>(cells);
    column_start_of_cells_ = input_.add<Index>(n + 1);
    rows_of_cells_ = input_.add<std::int32_t>(cells);
    cells_by_column_ = input_.add<double>(cells);
  }
  progress_ = workspace_.add<BalanceProgress>(1);
  row_multipliers_ = workspace_.add<double>(m);
  column_multipliers_ = workspace_.add<double>(n);
  row_inverses_ = workspace_.add<double>(item_.is_signed ? m : 0);
  column_inverses_ = workspace_.add<double>(item_.is_signed ? n : 0);
  parts_ = workspace_.add<double>(item_.is_sparse() ? 0 : chunks_ * checked_kinds * n);
  sums_ = workspace_.add<double>(kinds * n);
  residuals_ = workspace_.add<double>(std::max(chunks_, balance_column_blocks(route_, n)));
  history_ = workspace_.add<double>(item_.history != nullptr ? sweeps_of_round : 0);
}

void BalanceSweeps::upload() {
  Stream const& stream = backend_.stream();
  std::vector<std::byte> image(static_cast<std::size_t>(input_.bytes()));
  std::copy(item_.row_totals.begin(), item_.row_totals.end(), row_totals_.in(image.data()));
  std::copy(item_.column_totals.begin(), item_.column_totals.end(), column_totals_.in(image.data()));
  std::copy(item_.wiped_rows.begin(), item_.wiped_rows.end(), wiped_rows_.in(image.data()));
  std::copy(item_.wiped_columns.begin(), item_.wiped_columns.end(), wiped_columns_.in(image.data()));
  double* const start = column_start_.in(image.data());
  for (Index j = 0; j < item_.columns(); ++j) start[j] = first_multiplier(item_, j);
  if (item_.is_sparse()) fill_by_column(image.data());
  copy_to_device(stream, input_memory_.data(), std::span<std::byte const>(image));
  copy_cells_to_device();
}

/// The pattern of a sparse table by row, and the table by column.
void BalanceSweeps::fill_by_column(std::byte* image) const {
  SparseTableView const& table = item_.sparse_table;
  std::copy(table.row_start.begin(), table.row_start.end(), row_start_.in(image));
  std::transform(table.column.begin(), table.column.end(), columns_of_cells_.in(image),
                 [](Index column) { return static_cast<std::int32_t>(column); });
  Index* const start = column_start_of_cells_.in(image);
  std::fill_n(start, table.columns + 1, Index{0});
  for (Index const column : table.column) ++start[column + 1];
  std::partial_sum(start, start + table.columns + 1, start);
  std::vector<Index> next(start, start + table.columns);
  for (Index i = 0; i < table.rows; ++i) {
    for (Index e = table.row_start[i]; e < table.row_start[i + 1]; ++e) {
      Index const at = next[static_cast<std::size_t>(table.column[e])]++;
      rows_of_cells_.in(image)[at] = static_cast<std::int32_t>(i);
      cells_by_column_.in(image)[at] = table.value[e];
    }
  }
}

void BalanceSweeps::copy_cells_to_device() {
  Stream const& stream = backend_.stream();
  if (item_.is_sparse()) {
    copy_to_device(stream, cells_.data(), elements(item_.sparse_table.value));
    return;
  }
  MatrixView<double const> const table = item_.table;
  if (is_contiguous(table)) {
    copy_to_device(stream, cells_.data(), elements(VectorView<double const>(table.data_handle(), cells_.size())));
  } else {
    for (Index i = 0; i < table.rows(); ++i) {
      copy_to_device(stream, cells_.data() + i * table.columns(), elements(table.row(i)));
    }
  }
}

void BalanceSweeps::run() {
  Stream const& stream = backend_.stream();
  Index const m = item_.rows(), n = item_.columns();
  cells_ = DeviceBuffer<double>(stream, item_.is_sparse() ? item_.sparse_table.value.size() : m * n);
  input_memory_ = DeviceBuffer<std::byte>(stream, input_.bytes());
  workspace_memory_ = DeviceBuffer<std::byte>(stream, workspace_.bytes());
  make_room(staging_.progress, stream, 1);
  make_room(staging_.history, stream, sweeps_of_round);
  upload();

  auto const given = [&](auto const& section) {
    return section.count > 0 ? section.in(input_memory_.data()) : nullptr;
  };
  auto const made = [&](auto const& section) {
    return section.count > 0 ? section.in(workspace_memory_.data()) : nullptr;
  };
  arguments_ = {.task = {.cells = cells_.data(),
                         .row_totals = given(row_totals_),
                         .column_totals = given(column_totals_),
                         .wiped_rows = given(wiped_rows_),
                         .wiped_columns = given(wiped_columns_),
                         .column_start = given(column_start_),
                         .row_multipliers = made(row_multipliers_),
                         .column_multipliers = made(column_multipliers_),
                         .balanced = item_.balanced.empty() && item_.balanced_cells.empty() ? nullptr : cells_.data(),
                         .history = made(history_),
                         .progress = made(progress_),
                         .rows = m,
                         .columns = n,
                         .max_iterations = item_.max_iterations,
                         .slack = item_.slack,
                         .over_relaxation = item_.over_relaxation},
                .by_row = {given(row_start_), given(columns_of_cells_)},
                .by_column = {given(column_start_of_cells_), given(rows_of_cells_)},
                .cells_by_column = given(cells_by_column_),
                .tolerance = operation_.tolerance,
                .chunk_rows = chunk_rows_,
                .chunks = chunks_,
                .parts = made(parts_),
                .sums = made(sums_),
                .residuals = made(residuals_),
                .row_inverses = made(row_inverses_),
                .column_inverses = made(column_inverses_),
                .recorded_sweeps = sweeps_of_round,
                .kinds = item_.is_signed ? 2 : 1,
                .begins = false};
  int resident = 0;
  check(balance_rows_residency(route_, arguments_, &resident), "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  most_blocks_ = std::max<Index>(1, Index{resident} * backend_.properties().multiprocessors);
  if (iterate()) check_result();
}

bool BalanceSweeps::iterate() {
  Stream const& stream = backend_.stream();
  check(launch_balance_begin(stream.handle(), arguments_), "balance_step");
  BalanceProgress const& progress = staging_.progress[0];
  for (Index seen = 0;; seen = progress.iterations) {
    for (Index sweep = 0; sweep < sweeps_of_round; ++sweep) {
      check(launch_balance_sweep(stream.handle(), route_, most_blocks_, arguments_), "balance_rows");
    }
    copy_to_host(stream, staging_.progress.span().first(1), progress_.in(workspace_memory_.data()));
    if (history_.count > 0) {
      copy_to_host(stream, staging_.history.span().first(static_cast<std::size_t>(sweeps_of_round)),
                   history_.in(workspace_memory_.data()));
    }
    stream.wait();
    take_history(seen);
    if (progress.status != BalanceStatus::running) break;
    if (operation_.control.stop.stop_requested()) return false;
  }
  return true;
}

/// The residuals of the sweeps since `seen`, a multiple of a round.
void BalanceSweeps::take_history(Index seen) {
  if (item_.history == nullptr) return;
  double const* const residuals = staging_.history.data();
  item_.history->insert(item_.history->end(), residuals, residuals + (staging_.progress[0].iterations - seen));
}

double BalanceSweeps::largest_residual(Index count) {
  std::vector<double> residuals(static_cast<std::size_t>(count));
  copy_to_host(backend_.stream(), std::span<double>(residuals), residuals_.in(workspace_memory_.data()));
  double worst = 0;
  for (double const residual : residuals) worst = larger_residual(worst, residual);
  return worst;
}

void BalanceSweeps::check_result() {
  Stream const& stream = backend_.stream();
  report_progress(staging_.progress[0], item_);
  check(launch_balance_check_columns(stream.handle(), route_, arguments_), "balance_check_columns");
  item_.column_residual = largest_residual(balance_column_blocks(route_, item_.columns()));
  // The last to read the table, which may become the result.
  Index const blocks = route_ == BalanceRowRoute::sparse ? chunks_ : std::min(most_blocks_, chunks_);
  check(launch_balance_check_rows(stream.handle(), route_, blocks, arguments_), "balance_check_rows");
  item_.row_residual = largest_residual(blocks);
  deliver();
}

void BalanceSweeps::deliver() {
  Stream const& stream = backend_.stream();
  copy_to_host(stream, elements(item_.row_multipliers), row_multipliers_.in(workspace_memory_.data()));
  copy_to_host(stream, elements(item_.column_multipliers), column_multipliers_.in(workspace_memory_.data()));
  copy_to_host(stream, elements(item_.balanced_cells), cells_.data());
  if (item_.balanced.empty()) return;
  if (is_contiguous(item_.balanced)) {
    copy_to_host(stream, elements(VectorView<double>(item_.balanced.data_handle(), cells_.size())), cells_.data());
  } else {
    for (Index i = 0; i < item_.rows(); ++i) {
      copy_to_host(stream, elements(item_.balanced.row(i)), cells_.data() + i * item_.columns());
    }
  }
}

}  // namespace regio::cuda
