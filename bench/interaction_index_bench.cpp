// The interaction index of one period: bound by reading the shipments once, 8 bytes each of a table.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include <regio/interaction_index.hpp>

namespace {

using regio::Index;

/// A table without pattern; every eighth shipment is zero.
std::vector<double> shipments(Index regions, Index industries) {
  std::vector<double> values(static_cast<std::size_t>(regions * regions * industries));
  std::uint64_t state = 1;
  for (double& value : values) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value = (state >> 61U) == 0 ? 0.0 : static_cast<double>(state >> 40U);
  }
  return values;
}

void table_of_shipments(benchmark::State& state) {
  Index const regions = state.range(0), industries = state.range(1);
  std::vector<double> const values = shipments(regions, industries);
  std::vector<regio::InteractionProblem> const problems{
      {.shipments = {
           .regions = regions, .industries = industries, .table = {values.data(), regions, regions, industries}}}};
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(2)));
  for (auto _ : state) benchmark::DoNotOptimize(regio::interaction_index(engine, {}, problems));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(values.size() * sizeof(double)));
  state.SetLabel(engine.description());
}
BENCHMARK(table_of_shipments)
    ->Args({17, 29, 1})
    ->Args({1000, 100, 1})
    ->Args({1000, 100, 2})
    ->ArgNames({"regions", "industries", "threads"})
    ->UseRealTime();

void list_of_shipments(benchmark::State& state) {
  Index const regions = state.range(0), industries = state.range(1);
  std::vector<double> const values = shipments(regions, industries);
  std::vector<std::int32_t> origin, destination, industry;
  for (Index k = 0; k < static_cast<Index>(values.size()); ++k) {
    origin.push_back(static_cast<std::int32_t>(k / industries / regions));
    destination.push_back(static_cast<std::int32_t>(k / industries % regions));
    industry.push_back(static_cast<std::int32_t>(k % industries));
  }
  std::vector<regio::InteractionProblem> const problems{
      {.shipments = {.regions = regions,
                     .industries = industries,
                     .list = {.origin = origin, .destination = destination, .industry = industry, .value = values}}}};
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(2)));
  for (auto _ : state) benchmark::DoNotOptimize(regio::interaction_index(engine, {}, problems));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(values.size() * 20));
  state.SetLabel(engine.description());
}
BENCHMARK(list_of_shipments)
    ->Args({300, 100, 1})
    ->Args({300, 100, 2})
    ->ArgNames({"regions", "industries", "threads"})
    ->UseRealTime();

}  // namespace
