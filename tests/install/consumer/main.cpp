// A program outside of the project: fits k-means and follows clusters through the installed library.
#include <cstdio>
#include <vector>

#include <regio/cluster_dynamics.hpp>
#include <regio/engine.hpp>
#include <regio/kmeans.hpp>
#include <regio/version.hpp>

int main() {
  regio::Engine engine = regio::Engine::cpu(1);
  std::printf("regio %s on %s\n", regio::version().c_str(), engine.description().c_str());

  std::vector<double> const income{12, 14, 31, 33, 13, 34};
  regio::KmeansReport const report =
      regio::kmeans_fit(engine, {.restarts = 10}, {{.points = {income.data(), 6, 1}, .clusters = 2}});
  auto const labels = report.labels(0);
  bool const divided_as_expected = labels[0] == labels[1] && labels[0] == labels[4] && labels[2] == labels[3] &&
                                   labels[2] == labels[5] && labels[0] != labels[2];

  regio::ClusterHistory const history{{"A", "B"}, {2020, 2021}, 2, {0, 1, 0, 0}};
  bool const one_region_moved = regio::cluster_dynamics(history, {}).consecutive.at(0).moved == 1;
  return divided_as_expected && one_region_moved ? 0 : 1;
}
