// Scores of clusterings: streamed ones of many points, and silhouettes from all pairs.
//
// Counters: points/s of the streamed scores, which read the points twice (8 d bytes each time); of silhouettes pairs/s,
// and limit, the share of the cores' peak. A pair is d subtractions and fused multiply-adds on the same units, which
// count 4 d of the peak's operations, so the limit takes no account of the root and of the sums.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include <regio/cluster_scores.hpp>

#include "bench/machine.hpp"

namespace {

using regio::Index;

constexpr Index features = 15;

struct Points {
  Points(Index n, Index clusters) {
    std::mt19937_64 random(static_cast<std::uint64_t>(n));
    std::normal_distribution<double> normal;
    for (Index i = 0; i < n; ++i) {
      labels.push_back(static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(clusters)));
      for (Index j = 0; j < features; ++j) values.push_back(normal(random) + labels.back());
    }
    problem = {.points = {values.data(), n, features}, .labels = labels, .clusters = clusters};
  }

  std::vector<double> values;
  std::vector<std::int32_t> labels;
  regio::ClusterScoresProblem problem;
};

void streamed_scores(benchmark::State& state) {
  Points const points(state.range(0), state.range(1));
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(2)));
  for (auto _ : state) benchmark::DoNotOptimize(regio::cluster_scores(engine, {}, {points.problem}));
  state.counters["points/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)), benchmark::Counter::kIsRate);
  state.SetBytesProcessed(state.iterations() * 2 * state.range(0) * features * 8);
  state.SetLabel(engine.description());
}
BENCHMARK(streamed_scores)
    ->ArgNames({"n", "k", "threads"})
    ->ArgsProduct({{1'000'000}, {6, 64}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void silhouettes(benchmark::State& state) {
  Points const points(state.range(0), 6);
  auto const threads = static_cast<int>(state.range(1));
  regio::Engine engine = regio::Engine::cpu(threads);
  regio::ClusterScoresOptions const options{
      .calinski_harabasz = false, .davies_bouldin = false, .simplified_silhouette = false, .silhouette = true};
  static double const peak_of_a_core = regio::bench::peak_flops_fp64(1);
  double core_seconds = 0;
  for (auto _ : state) {
    double const started = regio::bench::core_seconds();
    benchmark::DoNotOptimize(regio::cluster_scores(engine, options, {points.problem}));
    core_seconds += regio::bench::core_seconds() - started;
  }
  double const pairs = static_cast<double>(state.iterations()) * static_cast<double>(state.range(0)) *
                       static_cast<double>(state.range(0));
  state.counters["pairs/s"] = benchmark::Counter(pairs, benchmark::Counter::kIsRate);
  state.counters["limit"] = pairs * 4 * features / peak_of_a_core / core_seconds;
  state.counters["core_s"] = core_seconds / static_cast<double>(state.iterations());
  state.SetLabel(engine.description());
}
BENCHMARK(silhouettes)
    ->ArgNames({"n", "threads"})
    ->ArgsProduct({{48, 2000, 20'000}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
