// Clusters of nine regions through three years, from numbers in memory to who moved: the study as a library call.
//
//   c++ -std=c++20 cluster_panel.cpp $(pkg-config --cflags --libs regio) -o cluster_panel

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <regio/cluster_study.hpp>
#include <regio/engine.hpp>

namespace {

// Income per head and unemployment of nine regions; the third one catches up with the first two.
regio::Panel small_panel() {
  regio::Panel panel;
  panel.regions = {"Aram", "Bela", "Cina", "Dora", "Ebro", "Fano", "Gala", "Hova", "Iris"};
  panel.years = {2001, 2002, 2003};
  panel.series = {"income", "unemployment"};
  panel.values = {31, 4, 30, 5, 19, 9, 20, 8, 21, 9, 18, 10, 9,  17, 8, 18, 10, 16,   // 2001
                  32, 4, 31, 4, 24, 7, 20, 8, 21, 9, 19, 10, 9,  17, 9, 18, 10, 17,   // 2002
                  33, 4, 31, 5, 30, 5, 21, 8, 22, 9, 19, 9,  10, 16, 9, 17, 11, 17};  // 2003
  return panel;
}

std::vector<regio::IndicatorDefinition> indicators() {
  regio::IndicatorDefinition income;
  income.indicator = income.series = "income";
  income.group = "economy";
  regio::IndicatorDefinition unemployment = income;
  unemployment.indicator = unemployment.series = "unemployment";
  unemployment.direction = regio::Direction::lower_is_better;
  return {income, unemployment};
}

}  // namespace

int main() try {
  auto engine = regio::Engine::automatic();
  regio::ClusterStudyOptions options;
  options.k = 3;
  options.choice.largest = 4;
  options.choice.kmeans.restarts = 20;
  options.target = "income";
  regio::Panel const panel = small_panel();
  regio::ClusterStudyReport const report = regio::cluster_study(engine, options, panel, indicators());

  regio::GroupStudy const& economy = report.groups.front();
  for (std::size_t year = 0; year < economy.history.years.size(); ++year) {
    std::printf("%d:", economy.history.years[year]);
    for (auto const cluster : economy.history.year(static_cast<regio::Index>(year))) std::printf(" %d", cluster + 1);
    std::printf("  inertia %.3f\n", economy.years[year].inertia);
  }
  for (std::size_t region = 0; region < economy.history.regions.size(); ++region) {
    auto const& path = economy.dynamics.regions[region];
    if (path.changes > 0) std::printf("%s moved\n", economy.history.regions[region].c_str());
  }
  return 0;
} catch (std::exception const& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
