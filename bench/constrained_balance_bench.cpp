// Balancing under any constraints: batches of small tables with groups of cells, soft totals and bounds.
//
// Counters: core_us_per_table; sweeps; ns_per_term, a sweep's time for each term of all constraints.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <regio/constrained_balance.hpp>

#include "bench/machine.hpp"

namespace {

using regio::ConstrainedBalanceProblem;
using regio::ConstrainedMethod;
using regio::Index;

/// Tables of n x n random cells with the margins and four groups of other tables of the same kind.
struct Tables {
  static constexpr Index groups = 4;

  Tables(Index n, Index count, double soft_share, double bounded_share) : size(n) {
    std::mt19937_64 random(static_cast<std::uint64_t>(n));
    std::uniform_real_distribution<double> uniform(0.1, 1.1);
    owned.resize(static_cast<std::size_t>(count));
    for (Owned& table : owned) {
      table.row_totals.assign(static_cast<std::size_t>(n), 0);
      table.column_totals.assign(static_cast<std::size_t>(n), 0);
      table.group_total.assign(groups, 0);
      std::vector<std::vector<regio::TableCell>> members(groups);
      for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) {
          double const cell = uniform(random), target = cell * uniform(random);
          table.cells.push_back(cell);
          table.row_totals[static_cast<std::size_t>(i)] += target;
          table.column_totals[static_cast<std::size_t>(j)] += target;
          auto const group = static_cast<std::size_t>((i * groups / n + j * groups / n) % groups);
          members[group].push_back({i, j});
          table.group_total[group] += target;
          if (uniform(random) - 0.1 < bounded_share) table.bounds.push_back({{i, j}, target * 0.9, target * 1.1});
        }
      }
      for (auto const& group : members) {
        table.group_cell.insert(table.group_cell.end(), group.begin(), group.end());
        table.group_start.push_back(static_cast<Index>(table.group_cell.size()));
      }
      if (soft_share > 0) {
        table.reliability.assign(static_cast<std::size_t>(n), 10);
        for (double& total : table.row_totals) total *= 1 + soft_share * uniform(random);
      }
    }
    for (Owned const& table : owned) {
      problems.push_back({.table = {table.cells.data(), n, n},
                          .row_totals = table.row_totals,
                          .column_totals = table.column_totals,
                          .groups = {.start = table.group_start, .cell = table.group_cell, .total = table.group_total},
                          .bounds = table.bounds,
                          .row_reliability = table.reliability});
    }
  }

  struct Owned {
    std::vector<double> cells, row_totals, column_totals, group_total, reliability;
    std::vector<Index> group_start{0};
    std::vector<regio::TableCell> group_cell;
    std::vector<regio::CellBounds> bounds;
  };

  Index size;
  std::vector<Owned> owned;
  std::vector<ConstrainedBalanceProblem> problems;
};

void balance(benchmark::State& state, Tables const& tables, ConstrainedMethod method) {
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(0)));
  double sweeps = 0, seconds = 0, solved = 0;
  for (auto _ : state) {
    double const started = regio::bench::core_seconds();
    regio::ConstrainedBalanceReport const report =
        regio::balance_constrained(engine, {.method = method}, tables.problems);
    seconds += regio::bench::core_seconds() - started;
    for (std::size_t b = 0; b < report.outcome.size(); ++b) {
      sweeps += static_cast<double>(report.iterations[b]);
      if (report.outcome[b] == regio::Outcome::converged) ++solved;
    }
  }
  double const count = static_cast<double>(state.iterations()) * static_cast<double>(tables.problems.size());
  state.counters["sweeps"] = sweeps / count;
  state.counters["solved"] = solved / count;
  state.counters["core_us_per_table"] = 1e6 * seconds / count;
  state.counters["ns_per_term"] = 1e9 * seconds / (sweeps * 3 * static_cast<double>(tables.size * tables.size));
}

void mr_gras(benchmark::State& state) {
  static Tables const tables(46, 200, 0, 0);
  balance(state, tables, ConstrainedMethod::mr_gras);
}
void mr_gras_large(benchmark::State& state) {
  static Tables const tables(1000, 1, 0, 0);
  balance(state, tables, ConstrainedMethod::mr_gras);
}
void mr_gras_with_bounds(benchmark::State& state) {
  static Tables const tables(46, 20, 0, 0.1);
  balance(state, tables, ConstrainedMethod::mr_gras);
}
void soft(benchmark::State& state) {
  static Tables const tables(46, 200, 0.05, 0);
  balance(state, tables, ConstrainedMethod::soft);
}
void kras(benchmark::State& state) {
  static Tables const tables(46, 200, 0.05, 0);
  balance(state, tables, ConstrainedMethod::kras);
}

BENCHMARK(mr_gras)->Name("mr_gras_46x46")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(mr_gras_large)->Name("mr_gras_1000x1000")->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(mr_gras_with_bounds)->Name("mr_gras_bounds_46x46")->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(soft)->Name("soft_46x46")->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(kras)->Name("kras_46x46")->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
