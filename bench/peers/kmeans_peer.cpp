// regio's side of kmeans.py: kmeans_peer <problems file> <results file>. For each line "<batch>" on its input it fits
// that batch, for a line "silhouette <batch>" it scores the last fit of the batch's first problem, and answers with the
// seconds it took, on the clock and of core time; at the end of its input it writes the last results of all batches.
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <regio/cluster_scores.hpp>

#include "bench/machine.hpp"
#include "bench/peers/kmeans_file.hpp"

int main(int argc, char** argv) {
  using namespace regio;
  if (argc != 3) {
    std::cerr << "usage: kmeans_peer <problems file> <results file>\n";
    return EXIT_FAILURE;
  }
  std::vector<bench::KmeansBatch> const batches = bench::KmeansFile(argv[1]).read();
  std::vector<KmeansReport> reports(batches.size());
  Engine engine = Engine::cpu();
  std::cout << engine.description() << std::endl;
  ClusterScoresOptions const silhouette_alone{
      .calinski_harabasz = false, .davies_bouldin = false, .simplified_silhouette = false, .silhouette = true};
  for (std::string word; std::cin >> word;) {
    bool const silhouette = word == "silhouette";
    if (silhouette) std::cin >> word;
    std::size_t const b = std::stoul(word);
    double const core_started = bench::core_seconds(), started = bench::now();
    double score = 0;
    if (silhouette) {
      KmeansProblem const& problem = batches.at(b).problems.front();
      std::vector<ClusterScoresProblem> const clustering{
          {.points = problem.points, .labels = reports[b].labels(0), .clusters = problem.clusters}};
      score = cluster_scores(engine, silhouette_alone, clustering).silhouette.front();
    } else {
      reports.at(b) = kmeans_fit(engine, batches.at(b).options, batches[b].problems);
    }
    double const seconds = bench::now() - started;
    std::cout << std::setprecision(15) << seconds << " " << bench::core_seconds() - core_started;
    if (silhouette) std::cout << " " << score;
    std::cout << std::endl;
  }
  std::ofstream results(argv[2], std::ios::binary);
  results.exceptions(std::ios::failbit | std::ios::badbit);
  for (KmeansReport const& report : reports) bench::write_results(results, report);
  return EXIT_SUCCESS;
}
