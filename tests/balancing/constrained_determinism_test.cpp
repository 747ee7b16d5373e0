// The same bits for any number of threads and any order of the batch.
#include <regio/constrained_balance.hpp>

#include <gtest/gtest.h>

#include <vector>

#include "tests/balancing/constrained_data.hpp"
#include "tests/balancing/same_bits.hpp"

namespace regio {
namespace {

class ConstrainedDeterminism : public testing::TestWithParam<ConstrainedMethod> {
 protected:
  ConstrainedDeterminism() {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      auto const rows = static_cast<Index>(3 + seed);
      owned.push_back(random_constrained(rows, 7, seed,
                                         {.negative_share = 0.1,
                                          .groups = 2,
                                          .coefficients = seed % 2 == 0,
                                          .bounded_share = seed % 3 == 0 ? 0.2 : 0}));
      if (GetParam() == ConstrainedMethod::mr_gras) continue;
      owned.back().row_reliability.assign(static_cast<std::size_t>(rows), 4);
      owned.back().row_totals[0] *= 1.1;
    }
  }

  std::vector<std::vector<double>> run(int threads) {
    Engine engine = Engine::cpu(threads);
    std::vector<ConstrainedBalanceProblem> problems;
    for (OwnedConstrained& one : owned) problems.push_back(one.problem());
    ConstrainedBalanceReport const report =
        balance_constrained(engine, {.method = GetParam(), .tolerance = 1e-10}, problems);
    std::vector<std::vector<double>> result;
    for (std::size_t b = 0; b < owned.size(); ++b) {
      result.push_back(owned[b].balanced);
      result.back().insert(result.back().end(), report.row_multipliers[b].begin(), report.row_multipliers[b].end());
      result.back().insert(result.back().end(), report.group_sums[b].begin(), report.group_sums[b].end());
      result.back().push_back(report.residual[b]);
      result.back().push_back(static_cast<double>(report.iterations[b]));
    }
    return result;
  }

  std::vector<OwnedConstrained> owned;
};

TEST_P(ConstrainedDeterminism, AnyNumberOfThreadsAndAnyOrder) {
  auto const with_threads = [&](int threads) { return run(threads); };
  expect_same_bits_on_any_number_of_threads(with_threads);
  expect_same_bits_in_any_order(owned, with_threads);
}

INSTANTIATE_TEST_SUITE_P(Methods, ConstrainedDeterminism,
                         testing::Values(ConstrainedMethod::mr_gras, ConstrainedMethod::soft, ConstrainedMethod::kras));

}  // namespace
}  // namespace regio
