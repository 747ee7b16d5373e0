// The kernels of balancing by themselves: the same bits for any number of threads and blocks, and global memory read as
// often as the cost model says (tests/gpu/balance_cost.hpp). That they give the CPU's results is tested in tests/cuda.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/balance_launch.cuh"
#include "tests/balancing/balance_data.hpp"
#include "tests/gpu/balance_cost.hpp"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

using test::BalanceBatchCost;
using test::BalanceSweepCost;

/// What came of a table.
struct Balanced {
  std::vector<double> rows, columns, cells, residuals;
  std::int64_t iterations = 0;
  BalanceStatus status = BalanceStatus::running;

  friend bool operator==(Balanced const&, Balanced const&) = default;
};

/// A table in device memory.
class DeviceTable {
 public:
  explicit DeviceTable(OwnedBalance const& owned)
      : cells_(owned.cells),
        row_totals_(owned.row_totals),
        column_totals_(owned.column_totals),
        start_(std::vector<double>(owned.column_totals.size(), 1.0)),
        rows_(owned.row_totals.size()),
        columns_(owned.column_totals.size()),
        balanced_(owned.cells.size()),
        progress_(1) {
    is_signed_ = std::any_of(owned.cells.begin(), owned.cells.end(), [](double a) { return a < 0; });
    task_ = {.cells = cells_.data(),
             .row_totals = row_totals_.data(),
             .column_totals = column_totals_.data(),
             .column_start = start_.data(),
             .row_multipliers = rows_.data(),
             .column_multipliers = columns_.data(),
             .balanced = balanced_.data(),
             .progress = progress_.data(),
             .rows = owned.rows,
             .columns = owned.columns,
             .max_iterations = 1000,
             .over_relaxation = true};
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
  }
  ~DeviceTable() { EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess); }
  DeviceTable(DeviceTable const&) = delete;
  DeviceTable& operator=(DeviceTable const&) = delete;

  Balanced by_block(int threads, std::int64_t sweeps = 1000) {
    simt::launch_log().clear();
    simt::DeviceArray<BalanceTask> const task(std::vector<BalanceTask>{task_});
    std::int64_t const bytes =
        balance_shared_bytes({.rows = task_.rows, .columns = task_.columns, .is_signed = is_signed_});
    for (bool const begins : {true, false}) {
      EXPECT_EQ(
          launch_balance_batch(
              stream_, is_signed_, 1, threads, bytes,
              {.tasks = task.data(), .tolerance = 1e-10, .most_sweeps = begins ? sweeps : 1000, .begins = begins}),
          cudaSuccess);
    }
    wait();
    return result({});
  }

  Balanced by_sweeps(BalanceRowRoute route, std::int64_t chunk_rows, std::int64_t blocks, int sweeps) {
    simt::launch_log().clear();
    std::int64_t const m = task_.rows, n = task_.columns, chunks = (m + chunk_rows - 1) / chunk_rows;
    auto const many = static_cast<std::size_t>(std::max({chunks, n, blocks}));
    simt::DeviceArray<double> const parts(static_cast<std::size_t>(chunks * 3 * n)),
        sums(static_cast<std::size_t>(2 * n)), residuals(many), row_inverses(static_cast<std::size_t>(m)),
        column_inverses(static_cast<std::size_t>(n));
    BalanceSweepArguments const sweep{.task = task_,
                                      .tolerance = 1e-10,
                                      .chunk_rows = chunk_rows,
                                      .chunks = chunks,
                                      .parts = parts.data(),
                                      .sums = sums.data(),
                                      .residuals = residuals.data(),
                                      .row_inverses = is_signed_ ? row_inverses.data() : nullptr,
                                      .column_inverses = is_signed_ ? column_inverses.data() : nullptr,
                                      .recorded_sweeps = 16,
                                      .kinds = is_signed_ ? 2 : 1};
    return run(route, blocks, sweeps, sweep, residuals);
  }

  Balanced by_margins(OwnedBalance const& owned, int sweeps) {
    simt::launch_log().clear();
    SparseBalance const rows(owned);
    OwnedBalance turned{owned.columns, owned.rows, {}, owned.column_totals, owned.row_totals, {}};
    for (Index j = 0; j < owned.columns; ++j) {
      for (Index i = 0; i < owned.rows; ++i) {
        turned.cells.push_back(owned.cells[static_cast<std::size_t>(i * owned.columns + j)]);
      }
    }
    SparseBalance const columns(turned);
    auto const narrow = [](std::vector<Index> const& wide) {
      return std::vector<std::int32_t>(wide.begin(), wide.end());
    };
    simt::DeviceArray<double> const values(rows.value), values_by_column(columns.value);
    simt::DeviceArray<std::int64_t> const row_start(std::vector<std::int64_t>(rows.row_start)),
        column_start(std::vector<std::int64_t>(columns.row_start));
    simt::DeviceArray<std::int32_t> const columns_of(narrow(rows.column)), rows_of(narrow(columns.column));
    simt::DeviceArray<double> const sums(static_cast<std::size_t>(2 * owned.columns)),
        residuals(static_cast<std::size_t>(std::max(owned.rows, owned.columns))),
        row_inverses(static_cast<std::size_t>(owned.rows)), column_inverses(static_cast<std::size_t>(owned.columns));
    BalanceSweepArguments sweep{.task = task_,
                                .by_row = {row_start.data(), columns_of.data()},
                                .by_column = {column_start.data(), rows_of.data()},
                                .cells_by_column = values_by_column.data(),
                                .tolerance = 1e-10,
                                .chunks = balance_sparse_blocks(owned.rows),
                                .sums = sums.data(),
                                .residuals = residuals.data(),
                                .row_inverses = is_signed_ ? row_inverses.data() : nullptr,
                                .column_inverses = is_signed_ ? column_inverses.data() : nullptr,
                                .recorded_sweeps = 16,
                                .kinds = is_signed_ ? 2 : 1};
    sweep.task.cells = values.data();
    return run(BalanceRowRoute::sparse, sweep.chunks, sweeps, sweep, residuals);
  }

 private:
  void wait() const { EXPECT_EQ(cudaStreamSynchronize(stream_), cudaSuccess); }

  Balanced run(BalanceRowRoute route, std::int64_t blocks, int sweeps, BalanceSweepArguments const& sweep,
               simt::DeviceArray<double> const& residuals) {
    EXPECT_EQ(launch_balance_begin(stream_, sweep), cudaSuccess);
    for (int s = 0; s < sweeps; ++s) EXPECT_EQ(launch_balance_sweep(stream_, route, blocks, sweep), cudaSuccess);
    EXPECT_EQ(launch_balance_check_columns(stream_, route, sweep), cudaSuccess);
    wait();
    std::vector<double> found = residuals.values();
    found.resize(static_cast<std::size_t>(balance_column_blocks(route, task_.columns)));
    double const worst = *std::max_element(found.begin(), found.end());
    EXPECT_EQ(launch_balance_check_rows(stream_, route, blocks, sweep), cudaSuccess);
    wait();
    found = residuals.values();
    found.resize(static_cast<std::size_t>(blocks));
    return result({*std::max_element(found.begin(), found.end()), worst});
  }

  [[nodiscard]] Balanced result(std::vector<double> residuals) const {
    BalanceProgress const progress = progress_.values()[0];
    if (residuals.empty()) residuals = {progress.row_residual, progress.column_residual};
    return {rows_.values(), columns_.values(), balanced_.values(), residuals, progress.iterations, progress.status};
  }

  simt::DeviceArray<double> cells_, row_totals_, column_totals_, start_, rows_, columns_, balanced_;
  simt::DeviceArray<BalanceProgress> progress_;
  BalanceTask task_{};
  bool is_signed_ = false;
  cudaStream_t stream_{};
};

void expect_near(Balanced const& found, Balanced const& expected) {
  EXPECT_EQ(found.status, expected.status);
  EXPECT_EQ(found.iterations, expected.iterations);
  for (std::size_t e = 0; e < expected.cells.size(); ++e) {
    EXPECT_NEAR(found.cells[e], expected.cells[e], 1e-11 * std::abs(expected.cells[e])) << "cell " << e;
  }
  for (double const residual : found.residuals) EXPECT_LE(residual, 1e-9);
}

TEST(BalanceKernels, ABlockOfAnySizeInAnyNumberOfLaunchesGivesTheSameBits) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance const owned = random_balance(37, 21, 1, {.zero_share = 0.2, .negative_share = negatives});
    DeviceTable table(owned);
    Balanced const expected = table.by_block(32);
    EXPECT_EQ(expected.status, BalanceStatus::converged);
    for (int const threads : {64, 512}) EXPECT_EQ(table.by_block(threads), expected) << threads;
    EXPECT_EQ(table.by_block(128, 2), expected) << "the second launch goes on";
  }
}

TEST(BalanceKernels, SweepsOfAnyGridAndRouteAgree) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance const owned = random_balance(12, 16, 2, {.negative_share = negatives});
    DeviceTable table(owned);
    Balanced const of_block = table.by_block(64);
    for (BalanceRowRoute const route : {BalanceRowRoute::warps, BalanceRowRoute::blocks, BalanceRowRoute::wide}) {
      SCOPED_TRACE(static_cast<int>(route));
      int const sweeps = static_cast<int>(of_block.iterations) + 1;
      Balanced const expected = table.by_sweeps(route, 4, 1, sweeps);
      expect_near(expected, of_block);
      EXPECT_EQ(table.by_sweeps(route, 4, 3, sweeps), expected);
    }
  }
}

TEST(BalanceKernels, SparseTablesAgreeWithDenseOnes) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance const owned = random_balance(30, 22, 3, {.zero_share = 0.6, .negative_share = negatives});
    DeviceTable table(owned);
    Balanced const dense = table.by_block(64);
    Balanced sparse = table.by_margins(owned, static_cast<int>(dense.iterations) + 2);
    std::vector<double> cells;
    for (std::size_t e = 0, next = 0; e < owned.cells.size(); ++e) {
      cells.push_back(owned.cells[e] == 0 ? 0 : sparse.cells[next++]);
    }
    sparse.cells = cells;
    expect_near(sparse, dense);
  }
}

simt::LaunchCount count_of(std::string const& name) {
  simt::LaunchCount found;
  for (simt::LaunchCount const& launch : simt::launch_log()) {
    if (launch.name == name) found = launch;
  }
  EXPECT_EQ(found.name, name);
  return found;
}

/// Sectors are counted, of which a row may touch one more than it fills.
void expect_bytes(std::uint64_t sectors, std::int64_t predicted, char const* what) {
  auto const bytes = 32 * static_cast<std::int64_t>(sectors);
  EXPECT_GE(bytes, predicted) << what;
  EXPECT_LE(100 * bytes, 104 * predicted + 100 * 4096) << what;
}

TEST(BalanceKernels, ASweepReadsTheTableOnce) {
  for (double const negatives : {0.0, 0.1}) {
    std::int64_t const kinds = negatives > 0 ? 2 : 1;
    for (BalanceRowRoute const route : {BalanceRowRoute::warps, BalanceRowRoute::blocks, BalanceRowRoute::wide}) {
      // How many sectors of the inverse multipliers wide rows read depends on where the negative cells stand.
      if (route == BalanceRowRoute::wide && kinds == 2) continue;
      SCOPED_TRACE("route " + std::to_string(static_cast<int>(route)) + ", kinds " + std::to_string(kinds));
      OwnedBalance const owned = random_balance(32, 500, 4, {.negative_share = negatives});
      DeviceTable(owned).by_sweeps(route, 8, 4, 1);
      std::string const suffix = negatives > 0 ? "_signed" : "";
      simt::LaunchCount const rows = count_of((route == BalanceRowRoute::warps    ? "balance_rows_warp"
                                               : route == BalanceRowRoute::blocks ? "balance_rows"
                                                                                  : "balance_wide_rows") +
                                              suffix);
      if (!rows.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
      BalanceSweepCost const cost{.m = 32,
                                  .n = 500,
                                  .chunks = 4,
                                  .kinds = kinds,
                                  .blocks = static_cast<std::int64_t>(rows.grid.x),
                                  .warps_of_row = route == BalanceRowRoute::warps ? 1 : rows.block.x / 32,
                                  .is_wide = route == BalanceRowRoute::wide};
      expect_bytes(rows.global_load_sectors, cost.read_by_rows(), "rows, read");
      expect_bytes(rows.global_store_sectors, cost.written_by_rows(), "rows, written");
      expect_bytes(count_of("balance_columns").global_load_sectors, cost.read_by_columns(), "columns, read");
      expect_bytes(count_of("balance_columns").global_store_sectors, cost.written_by_columns(), "columns, written");
      expect_bytes(count_of("balance_step").global_load_sectors, cost.read_by_step(), "step, read");
    }
  }
}

TEST(BalanceKernels, ATableOfABlockIsReadAndWrittenOnce) {
  OwnedBalance const owned = random_balance(46, 46, 5);
  DeviceTable(owned).by_block(128, 1000);
  simt::LaunchCount const launch = simt::launch_log().front();
  if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  BalanceBatchCost const cost{.m = 46, .n = 46};
  // Besides, the task's own numbers, which every warp reads again where it needs them.
  EXPECT_GE(static_cast<std::int64_t>(launch.global_load_bytes), cost.read());
  expect_bytes(launch.global_store_sectors, cost.written(), "written");
}

}  // namespace
}  // namespace regio::cuda
