// The sweeps of national control by themselves: what they read and write, as docs/performance.md says. That they find
// the CPU's tables is tested in tests/cuda/national_control_test.cpp.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/national_control.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

/// A sweep over made-up tables, and the counts of its two launches.
struct Sweep {
  std::int64_t regions, rows, columns;
  bool is_signed;
  std::vector<double> next_columns, residuals;
  simt::LaunchCount rows_launch, columns_launch;

  [[nodiscard]] std::uint64_t slab() const { return static_cast<std::uint64_t>(regions * columns); }
  [[nodiscard]] std::uint64_t ranges() const { return static_cast<std::uint64_t>((rows + 3) / 4); }

  void run(bool in_shared_memory) {
    auto const numbers = [](std::int64_t count, double step) {
      std::vector<double> values;
      for (std::int64_t e = 0; e < count; ++e) values.push_back(1 + step * static_cast<double>(e * 7 % 13));
      return values;
    };
    std::vector<double> cells = numbers(regions * rows * columns, 0.25);
    // Both signs in each margin that has a negative cell.
    for (std::size_t e = 0; is_signed && e < cells.size(); e += 4) cells[e] *= -1;
    std::int64_t const all_rows = regions * rows, all_columns = regions * columns, nation = rows * columns;
    std::int64_t const kinds = is_signed ? 2 : 1;
    simt::DeviceArray<double> const table(cells), row_totals(numbers(all_rows, 2)),
        column_totals(numbers(all_columns, 3)), national_totals(numbers(nation, 4)), r(numbers(all_rows, 0)),
        r_inverse(numbers(all_rows, 0)), s(numbers(all_columns, 0)), s_inverse(numbers(all_columns, 0)),
        t(numbers(nation, 0)), t_inverse(numbers(nation, 0));
    simt::DeviceArray<double> const next(slab()), next_inverse(slab()),
        parts(ranges() * static_cast<std::uint64_t>(kinds) * slab()),
        found(ranges() + static_cast<std::uint64_t>(national_column_blocks(regions, columns)));
    NationalControlArguments const arguments{.cells = table.data(),
                                             .row_totals = row_totals.data(),
                                             .column_totals = column_totals.data(),
                                             .national_totals = national_totals.data(),
                                             .rows = r.data(),
                                             .row_inverses = is_signed ? r_inverse.data() : nullptr,
                                             .columns = s.data(),
                                             .column_inverses = is_signed ? s_inverse.data() : nullptr,
                                             .next_columns = next.data(),
                                             .next_column_inverses = is_signed ? next_inverse.data() : nullptr,
                                             .national = t.data(),
                                             .national_inverses = is_signed ? t_inverse.data() : nullptr,
                                             .parts = parts.data(),
                                             .residuals = found.data(),
                                             .regions = regions,
                                             .row_count = rows,
                                             .column_count = columns,
                                             .rows_of_range = 4,
                                             .ranges = (rows + 3) / 4,
                                             .exponent = {},
                                             .slack = 0,
                                             .is_signed = is_signed,
                                             .in_shared_memory = in_shared_memory,
                                             .writes_cells = false};
    simt::launch_log().clear();
    cudaStream_t stream = nullptr;
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    EXPECT_EQ(launch_national_sweep(stream, arguments), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
    ASSERT_EQ(simt::launch_log().size(), 2U);
    rows_launch = simt::launch_log()[0];
    columns_launch = simt::launch_log()[1];
    next_columns = next.values();
    residuals = found.values();
  }
};

TEST(NationalSweep, TheSlabsPlaceChangesNoBit) {
  for (bool const is_signed : {false, true}) {
    for (std::int64_t const columns : {5, 33, 70}) {
      Sweep resident{5, 6, columns, is_signed, {}, {}, {}, {}}, streamed = resident;
      resident.run(true);
      streamed.run(false);
      EXPECT_EQ(resident.next_columns, streamed.next_columns);
      EXPECT_EQ(resident.residuals, streamed.residuals);
    }
  }
}

TEST(NationalSweep, ReadsTheTablesOnce) {
  Sweep sweep{6, 10, 40, false, {}, {}, {}, {}};
  sweep.run(true);
  EXPECT_EQ(sweep.rows_launch.name, "national_rows");
  EXPECT_EQ(sweep.columns_launch.name, "national_columns");
  EXPECT_EQ(sweep.rows_launch.grid.x, sweep.ranges());
  EXPECT_EQ(sweep.rows_launch.atomics, 0U);
  if (!sweep.rows_launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  std::uint64_t const tables = 8 * 10 * sweep.slab(), parts = 8 * sweep.ranges() * sweep.slab();
  // Besides the tables the columns' multipliers once a range; of each row 3 numbers a national cell and 64 a region's
  // row, which every lane of its warp reads.
  std::uint64_t const nation = 8 * 10 * 40, rows = 8 * 10 * 6;
  EXPECT_EQ(sweep.rows_launch.global_load_bytes, tables + parts + 2 * nation + 64 * rows);
  EXPECT_EQ(sweep.rows_launch.global_store_bytes, parts + nation + rows + 8 * sweep.ranges());
  EXPECT_EQ(sweep.columns_launch.global_load_bytes, parts + 2 * 8 * sweep.slab());
  EXPECT_EQ(sweep.columns_launch.global_store_bytes, 8 * sweep.slab() + 8 * sweep.columns_launch.grid.x);

  Sweep streamed = sweep;
  streamed.run(false);
  EXPECT_GE(streamed.rows_launch.global_load_bytes, 3 * tables);
}

}  // namespace
}  // namespace regio::cuda
