// The bootstrap of the interaction index: bound by drawing shipments, replicates x shipments draws.
#include <benchmark/benchmark.h>

#include <vector>

#include <regio/bootstrap_index.hpp>

namespace {

using regio::Index;

void replicates_of_a_country(benchmark::State& state) {
  Index const regions = 17, industries = 29;
  std::vector<double> values(static_cast<std::size_t>(regions * regions * industries));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = 1.0 + static_cast<double>(k * k % 1009);
  std::vector<regio::InteractionProblem> const problems{
      {.shipments = {
           .regions = regions, .industries = industries, .table = {values.data(), regions, regions, industries}}}};
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(regio::bootstrap_index(engine, {.replicates = 10'000}, problems));
  state.SetItemsProcessed(state.iterations() * 10'000 * regions * (regions - 1) * industries);
  state.SetLabel(engine.description());
}
BENCHMARK(replicates_of_a_country)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
