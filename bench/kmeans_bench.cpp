// k-means: batches of tiny problems, an ensemble as one call, and passes over medium problems.
//
// Counters: core_us_per_fit is what one fit costs a core; limit is the share of the core's peak that was reached. A
// product of the assignment is a subtraction and a fused multiply-add on the same units, so that n k d products a pass
// take at least 4 n k d / peak seconds; one assignment an iteration is counted and nothing else.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include <regio/kmeans.hpp>

#include "bench/machine.hpp"

namespace {

using regio::Index;
using regio::KmeansProblem;

constexpr Index features = 15;

std::vector<double> normal_numbers(Index count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (double& number : numbers) number = normal(random);
  return numbers;
}

/// k different rows of the points, for each of `count` problems whose points lie `distance` numbers apart.
std::vector<double> drawn_centres(std::vector<double> const& points, Index n, Index k, Index count, Index distance) {
  std::mt19937_64 random(7);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::vector<double> centres;
  for (Index b = 0; b < count; ++b) {
    std::shuffle(order.begin(), order.end(), random);
    for (Index c = 0; c < k; ++c) {
      auto const row = points.begin() + b * distance + order[static_cast<std::size_t>(c)] * features;
      centres.insert(centres.end(), row, row + features);
    }
  }
  return centres;
}

/// Fits the batch in every round of the benchmark and sets the counters; returns core seconds a round.
double fit_batch(benchmark::State& state, regio::Engine& engine, regio::KmeansOptions const& options,
                 std::vector<KmeansProblem> const& problems) {
  static double const peak_of_a_core = regio::bench::peak_flops_fp64(1);
  double products = 0, fits = 0, seconds = 0;
  for (auto _ : state) {
    double const started = regio::bench::core_seconds();
    regio::KmeansReport const report = regio::kmeans_fit(engine, options, problems);
    seconds += regio::bench::core_seconds() - started;
    for (Index b = 0; b < report.size(); ++b) {
      KmeansProblem const& problem = problems[static_cast<std::size_t>(b)];
      Index const iterations = report.iterations[static_cast<std::size_t>(b)] * report.runs(b);
      products += static_cast<double>(iterations * problem.points.rows() * problem.points.columns() * problem.clusters);
      fits += static_cast<double>(report.runs(b));
    }
  }
  state.counters["core_us_per_fit"] = 1e6 * seconds / fits;
  state.counters["limit"] = 4 * products / peak_of_a_core / seconds;
  state.SetItemsProcessed(static_cast<std::int64_t>(fits));
  return seconds / static_cast<double>(state.iterations());
}

/// One fit a problem from given centres. Arguments: n, k, threads, whether all problems share their points.
void given_centres(benchmark::State& state) {
  Index const n = state.range(0), k = state.range(1), count = 2'000'000 / (n * n);
  bool const shared = state.range(3) != 0;
  Index const distance = shared ? 0 : n * features;
  std::vector<double> const points = normal_numbers(n * features * (shared ? 1 : count), 1);
  std::vector<double> const centres = drawn_centres(points, n, k, count, distance);
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < count; ++b) {
    problems.push_back({.points = {points.data() + b * distance, n, features},
                        .clusters = k,
                        .initial_centres = {centres.data() + b * k * features, 1, k, features}});
  }
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(2)));
  fit_batch(state, engine, {}, problems);
}
BENCHMARK(given_centres)
    ->ArgNames({"n", "k", "threads", "shared"})
    ->ArgsProduct({{24, 100, 1000}, {6}, {1}, {1, 0}})
    ->Args({24, 6, 2, 1})
    ->Args({24, 3, 1, 1})
    ->Args({24, 10, 1, 1})
    ->UseRealTime();

/// Fits of one problem from k-means++ starts, the best kept. Arguments: n, threads.
void plus_plus_starts(benchmark::State& state) {
  Index const n = state.range(0);
  std::vector<double> const points = normal_numbers(n * features, 1);
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(1)));
  fit_batch(state, engine, {.restarts = 2'000'000 / (n * n)},
            {{.points = {points.data(), n, features}, .clusters = 6}});
}
BENCHMARK(plus_plus_starts)->ArgNames({"n", "threads"})->ArgsProduct({{24, 100, 1000}, {1, 2}})->UseRealTime();

/// 10^5 bootstrap replicates of a panel's fit as one call: the same points, resampled by weights.
void bootstrap_ensemble(benchmark::State& state) {
  constexpr Index n = 24, replicates = 100'000;
  std::vector<double> const points = normal_numbers(n * features, 1);
  std::mt19937_64 random(3);
  std::vector<double> weights(static_cast<std::size_t>(n * replicates), 0.0);
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < replicates; ++b) {
    for (Index draw = 0; draw < n; ++draw) weights[static_cast<std::size_t>(b * n) + random() % n] += 1;
    problems.push_back({.points = {points.data(), n, features},
                        .weights = {weights.data() + b * n, n},
                        .clusters = 6,
                        .restarts = 1,
                        .stream = static_cast<std::uint64_t>(b)});
  }
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(0)));
  fit_batch(state, engine, {}, problems);
}
BENCHMARK(bootstrap_ensemble)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Ten iterations over a problem beyond the caches. Arguments: n, k, threads. Counter bandwidth: one reading of
/// the points an iteration, the least there can be, against what a core can read from a set of their size.
void medium_passes(benchmark::State& state) {
  Index const n = state.range(0), k = state.range(1);
  int const threads = static_cast<int>(state.range(2));
  std::vector<double> const points = normal_numbers(n * features, 1);
  std::vector<double> const centres(points.begin(), points.begin() + k * features);
  regio::Engine engine = regio::Engine::cpu(threads);
  regio::KmeansOptions options;
  options.tolerance = 0;
  options.max_iterations = 10;
  double const seconds = fit_batch(
      state, engine, options,
      {{.points = {points.data(), n, features}, .clusters = k, .initial_centres = {centres.data(), 1, k, features}}});
  auto const bytes = static_cast<double>(n * features) * sizeof(double);
  state.counters["core_ms_per_pass"] = 1e3 * seconds / 10;
  state.counters["bandwidth"] =
      10 * bytes / seconds / regio::bench::read_bandwidth(static_cast<std::size_t>(bytes), 1, 1);
}
BENCHMARK(medium_passes)
    ->ArgNames({"n", "k", "threads"})
    ->ArgsProduct({{100'000, 1'000'000}, {6, 16}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Iterations over points in single precision that are read where they lie. Arguments: n, k, threads. Counter limit:
/// n k d fused multiply-adds an iteration against the peak of single precision; bandwidth: one reading of the points.
void large_passes(benchmark::State& state) {
  Index const n = state.range(0), k = state.range(1), iterations = 10;
  int const threads = static_cast<int>(state.range(2));
  static double const peak_of_a_core = regio::bench::peak_flops_fp32(1);
  std::vector<double> const numbers = normal_numbers(n * features, 1);
  std::vector<float> const points(numbers.begin(), numbers.end());
  regio::Engine engine = regio::Engine::cpu(threads);
  std::vector<KmeansProblem> const problems{{.single_points = {points.data(), n, features},
                                             .clusters = k,
                                             .initial_centres = {numbers.data(), 1, k, features}}};
  double seconds = 0;
  for (auto _ : state) {
    double const started = regio::bench::core_seconds();
    benchmark::DoNotOptimize(regio::kmeans_fit(engine, {.max_iterations = iterations, .tolerance = 0}, problems));
    seconds += regio::bench::core_seconds() - started;
  }
  // The first read, the last assignment and the inertia are in the time; only assignments in the work.
  double const passes = static_cast<double>((iterations + 1) * state.iterations());
  auto const bytes = static_cast<double>(n * features) * sizeof(float);
  state.counters["core_ms_per_pass"] = 1e3 * seconds / passes;
  state.counters["limit"] = 2 * passes * static_cast<double>(n * k * features) / seconds / peak_of_a_core;
  state.counters["bandwidth"] =
      passes * bytes / seconds / regio::bench::read_bandwidth(static_cast<std::size_t>(bytes), 1, 1);
}
BENCHMARK(large_passes)
    ->ArgNames({"n", "k", "threads"})
    ->ArgsProduct({{100'000, 1'000'000}, {6, 16, 64, 256}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// The growth of time with n, and a sweep over k = 2..12 in shared reads. Arguments: n, least k, most k.
void large_sweep(benchmark::State& state) {
  Index const n = state.range(0), least = state.range(1), most = state.range(2);
  std::vector<double> const numbers = normal_numbers(n * features, 1);
  std::vector<float> const points(numbers.begin(), numbers.end());
  regio::Engine engine = regio::Engine::cpu();
  std::vector<KmeansProblem> problems;
  for (Index k = least; k <= most; ++k) {
    problems.push_back({.single_points = {points.data(), n, features},
                        .clusters = k,
                        .initial_centres = {numbers.data(), 1, k, features}});
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(regio::kmeans_fit(engine, {.max_iterations = 10, .tolerance = 0}, problems));
  }
  state.counters["ns_per_point"] = benchmark::Counter(static_cast<double>(n) * static_cast<double>(state.iterations()),
                                                      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(large_sweep)
    ->ArgNames({"n", "least", "most"})
    ->Args({1'000'000, 2, 12})
    ->Args({100'000, 64, 64})
    ->Args({10'000'000, 64, 64})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
