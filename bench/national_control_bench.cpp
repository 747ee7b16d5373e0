// National control: a sweep of all three margins, and batches of problems solved as a whole.
//
// Counters: us_per_sweep and cells/s, what comes before and after the sweeps counted as two more; core_us_per_problem.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include <regio/national_control.hpp>

#include "bench/machine.hpp"

namespace {

using regio::Index;
using regio::NationalControlProblem;

/// Tables of random cells, and the totals of other tables of the same kind.
struct Regions {
  Regions(Index region_count, Index rows, Index columns, double negative_share)
      : regions(region_count),
        row_totals(static_cast<std::size_t>(regions * rows), 0.0),
        column_totals(static_cast<std::size_t>(regions * columns), 0.0),
        national(static_cast<std::size_t>(rows * columns), 0.0) {
    std::mt19937_64 random(static_cast<std::uint64_t>(regions));
    std::uniform_real_distribution<double> uniform(0.1, 1.1);
    for (Index k = 0; k < regions; ++k) {
      for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < columns; ++j) {
          double const sign = uniform(random) - 0.1 < negative_share ? -1 : 1, cell = sign * uniform(random);
          double const target = cell * uniform(random) * (1 + static_cast<double>(j) / static_cast<double>(columns));
          cells.push_back(cell);
          row_totals[static_cast<std::size_t>(k * rows + i)] += target;
          column_totals[static_cast<std::size_t>(k * columns + j)] += target;
          national[static_cast<std::size_t>(i * columns + j)] += target;
        }
      }
    }
    problem = {.tables = {cells.data(), regions, rows, columns},
               .row_totals = {row_totals.data(), regions, rows},
               .column_totals = {column_totals.data(), regions, columns},
               .national = {national.data(), rows, columns}};
  }

  Index regions;
  std::vector<double> cells, row_totals, column_totals, national;
  NationalControlProblem problem;
};

void control(benchmark::State& state, Regions const& regions, Index count, regio::BalanceOptions const& options) {
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(0)));
  std::vector<NationalControlProblem> const problems(static_cast<std::size_t>(count), regions.problem);
  double sweeps = 0, seconds = 0;
  for (auto _ : state) {
    double const started = regio::bench::core_seconds();
    regio::NationalControlReport const report = regio::national_control(engine, options, problems);
    seconds += regio::bench::core_seconds() - started;
    for (Index const iterations : report.iterations) sweeps += static_cast<double>(iterations + 2);
  }
  auto const solved = static_cast<double>(state.iterations() * count);
  state.counters["sweeps"] = sweeps / solved - 2;
  state.counters["core_us_per_problem"] = 1e6 * seconds / solved;
  state.counters["us_per_sweep"] =
      benchmark::Counter(sweeps / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["cells/s"] =
      benchmark::Counter(sweeps * static_cast<double>(regions.cells.size()), benchmark::Counter::kIsRate);
}

void sweeps(benchmark::State& state, Index regions, Index size, double negative_share) {
  Regions const one(regions, size, size, negative_share);
  control(state, one, 1, {.tolerance = 1e-16, .max_iterations = 100, .over_relaxation = false});
}

void whole_solve(benchmark::State& state, Index regions, Index size, double negative_share) {
  Regions const one(regions, size, size, negative_share);
  control(state, one, 200, {.tolerance = 1e-10});
}

#define REGIO_NATIONAL_BENCHMARK(function, name, ...) \
  BENCHMARK_CAPTURE(function, name, __VA_ARGS__)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond)
REGIO_NATIONAL_BENCHMARK(sweeps, ras_8x46x46, 8, 46, 0.0);
REGIO_NATIONAL_BENCHMARK(sweeps, ras_85x98x98, 85, 98, 0.0);
REGIO_NATIONAL_BENCHMARK(sweeps, gras_8x46x46, 8, 46, 0.05);
REGIO_NATIONAL_BENCHMARK(sweeps, gras_85x98x98, 85, 98, 0.05);
REGIO_NATIONAL_BENCHMARK(whole_solve, batch_8x46x46, 8, 46, 0.0);

}  // namespace
