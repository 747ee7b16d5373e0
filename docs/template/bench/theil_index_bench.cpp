// TEMPLATE: the benchmark. It uses the public interface alone and says what limits it: here reading the values once
// from memory, 8 bytes a region (the second pass finds them in the cache).
#include <benchmark/benchmark.h>

#include <vector>

#include <regio/theil_index.hpp>

namespace {

void years_of_regions(benchmark::State& state) {
  std::vector<double> values(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0 + static_cast<double>(i % 97);
  std::vector<regio::TheilProblem> const problems(1000, regio::TheilProblem{.values = values});
  regio::Engine engine = regio::Engine::cpu();
  for (auto _ : state) benchmark::DoNotOptimize(regio::theil_index(engine, problems));
  state.SetBytesProcessed(state.iterations() * 1000 * state.range(0) * 8);
  state.SetLabel(engine.description());
}
BENCHMARK(years_of_regions)->Arg(50)->Arg(1000);

}  // namespace
