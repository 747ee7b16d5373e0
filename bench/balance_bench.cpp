// Balancing: batches of small tables solved as a whole, and sweeps of large ones.
//
// Counters: core_us_per_table; cells/s; limit is the share of the read bandwidth that a sweep of a table beyond the
// caches reaches, at 8 bytes a cell and one read a sweep.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include <regio/balance.hpp>

#include "bench/machine.hpp"

namespace {

using regio::BalanceProblem;
using regio::Index;

/// Tables of n x n random cells, and the totals of other tables of the same kind.
struct Tables {
  Tables(Index n, Index count, double negative_share) : size(n) {
    std::mt19937_64 random(static_cast<std::uint64_t>(n));
    std::uniform_real_distribution<double> uniform(0.1, 1.1);
    auto const margins = static_cast<std::size_t>(n * count);
    cells.reserve(margins * static_cast<std::size_t>(n));
    row_totals.assign(margins, 0);
    column_totals.assign(margins, 0);
    for (Index b = 0; b < count; ++b) {
      for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) {
          // Eight blocks of larger cells make a large table take more sweeps.
          double const scale = n >= 1024 && 8 * i / n == 8 * j / n ? 100 : 1;
          double const sign = uniform(random) - 0.1 < negative_share ? -1 : 1, cell = scale * sign * uniform(random);
          double const target = cell * uniform(random) * (1 + static_cast<double>(j) / static_cast<double>(n));
          cells.push_back(cell);
          row_totals[static_cast<std::size_t>(b * n + i)] += target;
          column_totals[static_cast<std::size_t>(b * n + j)] += target;
        }
      }
    }
    for (Index b = 0; b < count; ++b) {
      problems.push_back({.table = {cells.data() + b * n * n, n, n},
                          .row_totals = {row_totals.data() + b * n, n},
                          .column_totals = {column_totals.data() + b * n, n}});
    }
  }

  Index size;
  std::vector<double> cells, row_totals, column_totals;
  std::vector<BalanceProblem> problems;
};

void balance(benchmark::State& state, Tables const& tables, regio::BalanceOptions const& options, int threads) {
  regio::Engine engine = regio::Engine::cpu(threads);
  double sweeps = 0, seconds = 0;
  for (auto _ : state) {
    double const started = regio::bench::core_seconds();
    regio::BalanceReport const report = regio::balance_tables(engine, options, tables.problems);
    seconds += regio::bench::core_seconds() - started;
    for (Index const iterations : report.iterations) sweeps += static_cast<double>(iterations);
  }
  auto const solved = static_cast<double>(state.iterations()) * static_cast<double>(tables.problems.size());
  state.counters["sweeps"] = sweeps / solved;
  state.counters["core_us_per_table"] = 1e6 * seconds / solved;
  state.counters["cells/s"] =
      benchmark::Counter(sweeps * static_cast<double>(tables.size * tables.size), benchmark::Counter::kIsRate);
}

void whole_solve(benchmark::State& state, double negative_share) {
  static Tables const tables(46, 10'000, 0);
  static Tables const signed_tables(46, 10'000, 0.05);
  balance(state, negative_share > 0 ? signed_tables : tables, {.tolerance = 1e-10}, static_cast<int>(state.range(0)));
}

/// What comes before and after the sweeps, a read each, is counted too, as two sweeps.
void sweeps_of_large_table(benchmark::State& state, double negative_share) {
  constexpr Index n = 8192;
  static Tables const tables(n, 1, 0);
  static Tables const signed_tables(n, 1, 0.05);
  regio::BalanceOptions const options{.tolerance = 1e-4, .over_relaxation = false, .newton = false};
  auto const threads = static_cast<int>(state.range(0));
  balance(state, negative_share > 0 ? signed_tables : tables, options, threads);
  constexpr std::size_t bytes = std::size_t{n} * n * sizeof(double);
  static double const bandwidth[] = {regio::bench::read_bandwidth(bytes, 1), regio::bench::read_bandwidth(bytes, 2)};
  state.counters["limit"] = benchmark::Counter(static_cast<double>(state.iterations()) * state.counters["sweeps"] *
                                                   static_cast<double>(n * n) * 8 / bandwidth[threads - 1],
                                               benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(whole_solve, ras_46x46, 0.0)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(whole_solve, gras_46x46, 0.05)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sweeps_of_large_table, ras_8192x8192, 0.0)
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sweeps_of_large_table, gras_8192x8192, 0.05)
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
