// The same bits for any number of threads, any order of the batch, and every SIMD target.
#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "balancing/balance_operation.hpp"
#include "core/backend.hpp"
#include "tests/balancing/balance_data.hpp"
#include "tests/balancing/same_bits.hpp"

namespace regio {
namespace {

struct Bits {
  std::vector<double> balanced, rows, columns;
  Index iterations = 0;
  double row_residual = 0, column_residual = 0;

  bool operator==(Bits const&) const = default;
};

class BalanceDeterminism : public testing::Test {
 protected:
  BalanceDeterminism() {
    for (Index n : {2, 31, 46, 150}) {
      for (double const negatives : {0.0, 0.1}) {
        owned.push_back(
            random_balance(n, n + 3, static_cast<std::uint64_t>(n), {.zero_share = 0.2, .negative_share = negatives}));
      }
    }
    owned.push_back(random_balance(900, 1300, 9));
    owned.push_back(slow_balance(45, 0.999, 11).owned);
    owned.push_back(slow_balance(70, 0.9999, 12, 0.05).owned);
    owned.push_back(slow_balance(520, 0.999, 13).owned);
    owned.push_back(random_balance(800, 500, 10, {.zero_share = 0.3, .negative_share = 0.05}));
  }

  static Bits bits(BalanceReport const& report, Index b, OwnedBalance const& one) {
    auto const at = static_cast<std::size_t>(b);
    VectorView<double const> const r = report.row_multipliers(b), s = report.column_multipliers(b);
    return {one.balanced,          {r.begin(), r.end()},    {s.begin(), s.end()},
            report.iterations[at], report.row_residual[at], report.column_residual[at]};
  }

  std::vector<Bits> run(int threads) {
    Engine engine = Engine::cpu(threads);
    std::vector<BalanceProblem> problems;
    for (OwnedBalance& one : owned) problems.push_back(one.problem());
    BalanceReport const report = balance_tables(engine, {.tolerance = 1e-11, .single_precision_start = true}, problems);
    std::vector<Bits> result;
    for (Index b = 0; b < report.size(); ++b) result.push_back(bits(report, b, owned[static_cast<std::size_t>(b)]));
    return result;
  }

  std::vector<OwnedBalance> owned;
};

TEST_F(BalanceDeterminism, AnyNumberOfThreads) {
  expect_same_bits_on_any_number_of_threads([&](int threads) { return run(threads); });
}

TEST_F(BalanceDeterminism, AnyOrderOfTheBatch) {
  expect_same_bits_in_any_order(owned, [&](int threads) { return run(threads); });
}

TEST_F(BalanceDeterminism, EverySimdTarget) {
  Engine engine = Engine::cpu(2);
  expect_same_bits_on_every_target([&](SimdTarget target) {
    std::vector<std::vector<double>> results;
    std::vector<std::vector<double>> multipliers;
    std::vector<BalanceItem> items;
    for (OwnedBalance& one : owned) {
      BalanceProblem const problem = one.problem();
      BalanceItem item;
      item.table = problem.table;
      item.row_totals = problem.row_totals;
      item.column_totals = problem.column_totals;
      item.is_signed = std::any_of(one.cells.begin(), one.cells.end(), [](double a) { return a < 0; });
      item.max_iterations = 500;
      item.newton = item.single_precision_start = true;
      item.row_multipliers = multipliers.emplace_back(one.row_totals.size(), 1.0);
      item.column_multipliers = multipliers.emplace_back(one.column_totals.size(), 1.0);
      item.balanced = problem.balanced;
      items.push_back(item);
    }
    BalanceOperation operation{.items = items, .tolerance = 1e-11, .target = target};
    regio::run(engine, operation);
    for (std::size_t b = 0; b < owned.size(); ++b) {
      results.push_back(owned[b].balanced);
      results.push_back({static_cast<double>(items[b].iterations), items[b].row_residual, items[b].column_residual});
    }
    results.insert(results.end(), multipliers.begin(), multipliers.end());
    return results;
  });
}

}  // namespace
}  // namespace regio
