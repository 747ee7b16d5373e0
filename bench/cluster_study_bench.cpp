// The whole study at the size of the real one: 48 regions, 17 years, two groups of five indicators.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>

#include <regio/cluster_study.hpp>

namespace {

using regio::Index;

/// Regions of six kinds whose indicators wander through the years; constructed, of the shape of us-states-1970-1986.
regio::Panel wandering_panel() {
  constexpr Index regions = 48, years = 17, series = 10;
  std::mt19937_64 random(1);
  auto const uniform = [&] { return static_cast<double>(random() >> 11) * 0x1.0p-53; };
  regio::Panel panel;
  for (Index r = 0; r < regions; ++r) panel.regions.push_back("R" + std::to_string(r));
  for (Index y = 0; y < years; ++y) panel.years.push_back(static_cast<int>(1970 + y));
  for (Index s = 0; s < series; ++s) panel.series.push_back("s" + std::to_string(s));
  panel.values.resize(static_cast<std::size_t>(years * regions * series));
  for (Index r = 0; r < regions; ++r) {
    for (Index s = 0; s < series; ++s) {
      panel.at(0, r, s) = 1 + static_cast<double>((r % 6 * (s + 2)) % 7) / 7 + 0.4 * uniform();
      for (Index y = 1; y < years; ++y) panel.at(y, r, s) = panel.at(y - 1, r, s) + 0.05 * (uniform() - 0.5);
    }
  }
  return panel;
}

std::vector<regio::IndicatorDefinition> two_groups(regio::Panel const& panel) {
  std::vector<regio::IndicatorDefinition> definitions;
  for (std::string const& series : panel.series) {
    regio::IndicatorDefinition definition;
    definition.indicator = definition.series = series;
    definition.group = definitions.size() < panel.series.size() / 2 ? "economy" : "infrastructure";
    definitions.push_back(definition);
  }
  return definitions;
}

regio::ClusterStudyOptions study_options() {
  regio::ClusterStudyOptions options;
  options.choice.kmeans.restarts = 100;
  return options;
}

/// k = 1 .. 12, 100 restarts, every criterion, 20 gap references of 10 restarts. Argument: threads.
void whole_study(benchmark::State& state) {
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(0)));
  regio::Panel const panel = wandering_panel();
  auto const definitions = two_groups(panel);
  Index fits = 0;
  for (auto _ : state) {
    regio::ClusterStudyReport const report = regio::cluster_study(engine, study_options(), panel, definitions);
    fits += report.fits;
    benchmark::DoNotOptimize(report.groups.data());
  }
  state.counters["fits/s"] = benchmark::Counter(static_cast<double>(fits), benchmark::Counter::kIsRate);
}
BENCHMARK(whole_study)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The fits of bootstrapped studies, six clusters, ten restarts in the first year. Arguments: threads, replicates.
void bootstrap(benchmark::State& state) {
  regio::Engine engine = regio::Engine::cpu(static_cast<int>(state.range(0)));
  regio::Panel const panel = wandering_panel();
  auto const definitions = two_groups(panel);
  regio::ClusterStudyOptions options;
  options.k = 6;
  options.choice.gap_references = 0;
  options.choice.kmeans.restarts = 10;
  options.bootstrap = state.range(1);
  Index fits = 0;
  for (auto _ : state) {
    regio::ClusterStudyReport const report = regio::cluster_study(engine, options, panel, definitions);
    fits += report.fits;
    benchmark::DoNotOptimize(report.groups.data());
  }
  state.counters["fits/s"] = benchmark::Counter(static_cast<double>(fits), benchmark::Counter::kIsRate);
  state.counters["studies/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(1)), benchmark::Counter::kIsRate);
}
BENCHMARK(bootstrap)->Args({1, 2'000})->Args({2, 2'000})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(bootstrap)->Args({2, 100'000})->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();

}  // namespace
