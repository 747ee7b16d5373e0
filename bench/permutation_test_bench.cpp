// Mantel tests: random permutations of a square matrix of n regions.
//
// Counters: permutations/s; pairs/s, the numbers that are read from a random place of the second matrix, of which a
// core gets two a cycle from its first cache at best.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include <regio/permutation_test.hpp>

namespace {

using regio::Index;

std::vector<double> symmetric_matrix(Index n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> cells(static_cast<std::size_t>(n * n));
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < i; ++j) {
      cells[static_cast<std::size_t>(i * n + j)] = cells[static_cast<std::size_t>(j * n + i)] = uniform(random);
    }
  }
  return cells;
}

void mantel(benchmark::State& state) {
  Index const n = state.range(0);
  constexpr Index permutations = 20'000;
  std::vector<double> const first = symmetric_matrix(n, 1), second = symmetric_matrix(n, 2);
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(1)));
  std::vector<regio::PermutationProblem> const problems{
      {.first_matrix = {first.data(), n, n}, .second_matrix = {second.data(), n, n}}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(regio::permutation_test(engine, {.permutations = permutations}, problems));
  }
  auto const made = static_cast<double>(state.iterations() * permutations);
  state.counters["permutations/s"] = benchmark::Counter(made, benchmark::Counter::kIsRate);
  state.counters["pairs/s"] =
      benchmark::Counter(made * static_cast<double>(n * (n - 1) / 2), benchmark::Counter::kIsRate);
  state.SetLabel(engine.description());
}
BENCHMARK(mantel)->ArgsProduct({{17, 85, 400}, {1, 2}})->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
