// The same bits for any number of threads, any order of the batch, and every SIMD target.
#include <regio/national_control.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "balancing/national_control_operation.hpp"
#include "core/backend.hpp"
#include "tests/balancing/national_control_data.hpp"
#include "tests/balancing/same_bits.hpp"

namespace regio {
namespace {

struct Bits {
  std::vector<double> balanced, rows, columns, national;
  Index iterations = 0;
  double residual = 0;

  bool operator==(Bits const&) const = default;
};

class NationalControlDeterminism : public testing::Test {
 protected:
  NationalControlDeterminism() {
    for (Index n : {2, 7, 31}) {
      for (double const negatives : {0.0, 0.1}) {
        owned.push_back(random_national(n / 2, n, n + 3, static_cast<std::uint64_t>(n),
                                        {.zero_share = 0.05, .negative_share = negatives}));
      }
    }
    owned.push_back(random_national(30, 70, 75, 9));
    owned.push_back(random_national(25, 80, 90, 10, {.zero_share = 0.1, .negative_share = 0.02}));
  }

  std::vector<Bits> run(int threads) {
    Engine engine = Engine::cpu(threads);
    std::vector<NationalControlProblem> problems;
    for (OwnedNational& one : owned) problems.push_back(one.problem());
    NationalControlReport const report = national_control(engine, {.tolerance = 1e-11}, problems);
    auto const flat = [](MatrixView<double const> view) {
      return std::vector<double>(view.data_handle(), view.data_handle() + view.rows() * view.columns());
    };
    std::vector<Bits> result;
    for (Index b = 0; b < report.size(); ++b) {
      auto const at = static_cast<std::size_t>(b);
      EXPECT_EQ(report.outcome[at], Outcome::converged);
      result.push_back({owned[at].balanced, flat(report.row_multipliers(b)), flat(report.column_multipliers(b)),
                        flat(report.national_multipliers(b)), report.iterations[at], report.column_residual[at]});
    }
    return result;
  }

  std::vector<OwnedNational> owned;
};

TEST_F(NationalControlDeterminism, AnyNumberOfThreads) {
  expect_same_bits_on_any_number_of_threads([&](int threads) { return run(threads); });
}

TEST_F(NationalControlDeterminism, AnyOrderOfTheBatch) {
  expect_same_bits_in_any_order(owned, [&](int threads) { return run(threads); });
}

TEST_F(NationalControlDeterminism, EverySimdTarget) {
  Engine engine = Engine::cpu(2);
  expect_same_bits_on_every_target([&](SimdTarget target) {
    std::vector<std::vector<double>> results;
    std::vector<std::vector<double>> multipliers;
    std::vector<NationalControlItem> items;
    for (OwnedNational& one : owned) {
      NationalControlProblem const problem = one.problem();
      auto const ones = [&](Index lines, Index length) {
        std::vector<double>& values = multipliers.emplace_back(static_cast<std::size_t>(lines * length), 1.0);
        return MatrixView<double>(values.data(), lines, length);
      };
      NationalControlItem item;
      item.tables = problem.tables;
      item.row_totals = problem.row_totals;
      item.column_totals = problem.column_totals;
      item.national = problem.national;
      item.is_signed = std::any_of(one.cells.begin(), one.cells.end(), [](double a) { return a < 0; });
      item.max_iterations = 200;
      item.row_multipliers = ones(one.regions, one.rows);
      item.column_multipliers = ones(one.regions, one.columns);
      item.national_multipliers = ones(one.rows, one.columns);
      item.balanced = problem.balanced;
      items.push_back(item);
    }
    NationalControlOperation operation{.items = items, .tolerance = 1e-11, .target = target};
    regio::run(engine, operation);
    for (std::size_t b = 0; b < owned.size(); ++b) {
      results.push_back(owned[b].balanced);
      results.push_back({static_cast<double>(items[b].iterations), items[b].row_residual, items[b].column_residual,
                         items[b].national_residual});
    }
    results.insert(results.end(), multipliers.begin(), multipliers.end());
    return results;
  });
}

}  // namespace
}  // namespace regio
