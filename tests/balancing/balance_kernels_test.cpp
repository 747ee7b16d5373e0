// The loops over cells: what kinds of cells they find, and results that go past the caches.
#include "balancing/balance_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "balancing/cell_kinds.hpp"

namespace regio {
namespace {

class BalanceKernelsTest : public testing::TestWithParam<SimdTarget> {
 protected:
  BalanceKernels const& kernels = balance_kernels(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Targets, BalanceKernelsTest, testing::ValuesIn(simd_targets()), [](auto const& target) {
  return target.param == SimdTarget::avx512 ? std::string("avx512") : std::string(name(target.param));
});

/// [rows, columns] ones, with `gap` more numbers after each row, none of which belongs to the table.
struct Ones {
  Ones(Index row_count, Index column_count, Index gap)
      : rows(row_count), columns(column_count), stride(column_count + gap) {
    numbers.assign(static_cast<std::size_t>(rows * stride), std::numeric_limits<double>::quiet_NaN());
    for (Index i = 0; i < rows; ++i) std::fill_n(numbers.begin() + i * stride, columns, 1.0);
  }
  double& at(Index i, Index j) { return numbers[static_cast<std::size_t>(i * stride + j)]; }
  [[nodiscard]] MatrixView<double const> view() const { return {numbers.data(), rows, columns, stride}; }

  Index rows, columns, stride;
  std::vector<double> numbers;
};

TEST_P(BalanceKernelsTest, RowsTakenTogetherAreAsOneByOne) {
  std::mt19937_64 random(4);
  std::lognormal_distribution<double> cell(0, 2);
  for (Index const rows : {4, 7, 8, 23}) {
    for (Index const columns : {46, 1537, 2001, 12'001}) {
      Ones table(rows, columns, 3);
      for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < columns; ++j) table.at(i, j) = cell(random);
      }
      auto const vector_of = [&](Index size) {
        std::vector<double> numbers(static_cast<std::size_t>(padded(size)), 0.0);
        for (Index k = 0; k < size; ++k) numbers[static_cast<std::size_t>(k)] = cell(random);
        return numbers;
      };
      std::vector<double> const totals = vector_of(rows), columns_before = vector_of(columns);
      SweepInput input;
      input.table = table.view();
      input.row_totals = totals.data();
      input.column_multipliers = columns_before.data();
      std::vector<double> together(totals.size(), 1.0), alone = together;
      std::vector<double> sums(columns_before.size(), 0.0), sums_alone = sums;
      kernels.sweep(input, 0, rows, {.multipliers = together.data()}, {.positive = sums.data()});
      for (Index i = 0; i < rows; ++i) {
        kernels.sweep(input, i, i + 1, {.multipliers = alone.data()}, {.positive = sums_alone.data()});
      }
      EXPECT_EQ(together, alone) << rows << " x " << columns;
      EXPECT_EQ(sums, sums_alone) << rows << " x " << columns;
    }
  }
}

TEST_P(BalanceKernelsTest, FindsTheKindsOfCellsWhereverTheyStand) {
  struct Case {
    double cell;
    bool finite, zero, negative;
  };
  double const infinity = std::numeric_limits<double>::infinity();
  Case const cases[] = {{1e-320, true, false, false},       {0.0, true, true, false},
                        {-0.0, true, true, false},          {-1e-300, true, false, true},
                        {infinity, false, false, false},    {-infinity, false, false, true},
                        {std::nan(""), false, false, false}};
  CellKindsOfRows const kinds_of = cell_kinds_of_rows(GetParam());
  for (Index const gap : {0, 3}) {
    for (auto const& [rows, columns] : {std::pair<Index, Index>{1, 1}, {3, 5}, {46, 46}, {3, 700}, {2, 2100}}) {
      Ones ones(rows, columns, gap);
      std::mt19937 random(1);
      for (int draw = 0; draw < 40; ++draw) {
        Index const i = static_cast<Index>(random()) % rows;
        Index const j = draw == 0 ? columns - 1 : static_cast<Index>(random()) % columns;
        for (Case const& one : cases) {
          ones.at(i, j) = one.cell;
          CellKinds const kinds = kinds_of(ones.view(), 0, rows);
          std::string const where = std::to_string(one.cell) + " at " + std::to_string(i) + ", " + std::to_string(j) +
                                    " of " + std::to_string(rows) + " x " + std::to_string(columns);
          ASSERT_EQ(kinds.finite, one.finite) << where;
          ASSERT_EQ(kinds.zero, one.zero) << where;
          ASSERT_EQ(kinds.negative, one.negative) << where;
          CellKinds const others = kinds_of(ones.view(), i + 1, rows);
          ASSERT_TRUE(others.finite && !others.zero && !others.negative) << where;
        }
        ones.at(i, j) = 1;
      }
    }
  }
}

TEST_P(BalanceKernelsTest, ResultsPastTheCachesAreTheSameCells) {
  for (auto const& [row_count, column_count] :
       {std::pair<Index, Index>{1, 1}, {7, 3}, {46, 46}, {33, 130}, {5, 1024}, {5, 1030}}) {
    Index const rows = row_count, columns = column_count;
    auto const cells = static_cast<std::size_t>(rows * columns);
    std::vector<double> table(cells), r(static_cast<std::size_t>(rows)), s(static_cast<std::size_t>(padded(columns)));
    std::iota(table.begin(), table.end(), 1.0);
    std::iota(r.begin(), r.end(), 2.0);
    std::iota(s.begin(), s.begin() + columns, 3.0);
    SweepInput const input{
        .table = {table.data(), rows, columns}, .row_totals = r.data(), .column_multipliers = s.data()};
    std::vector<double> sums(3 * s.size());
    CheckedColumnSums const columns_of_chunk{sums.data(), sums.data() + s.size(), sums.data() + 2 * s.size()};
    // Every alignment, and what stands before and after is left alone.
    for (std::size_t offset = 1; offset <= 9; ++offset) {
      std::vector<double> through(cells + 11, -1), past(cells + 11, -1);
      auto const finish = [&](std::vector<double>& to, bool past_cache) {
        std::fill(sums.begin(), sums.end(), 0.0);
        return kernels.finish(input, 0, rows, r.data(), nullptr, {to.data() + offset, rows, columns}, past_cache,
                              columns_of_chunk);
      };
      EXPECT_EQ(finish(through, false), finish(past, true));
      ASSERT_EQ(through, past) << rows << " x " << columns << ", offset " << offset;
      EXPECT_EQ(past[offset - 1], -1);
      EXPECT_EQ(past[offset + cells], -1);
      EXPECT_EQ(past[offset], table[0] * r[0] * s[0]);
    }
  }
}

}  // namespace
}  // namespace regio
