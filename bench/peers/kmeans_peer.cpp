// regio's side of kmeans.py: kmeans_peer <problems file> <results file>. For each line "<batch>" on its input it fits
// that batch and answers with the seconds it took, on the clock and of core time; at the end of its input it writes the
// last results of all batches.
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <vector>

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
  for (std::size_t b = 0; std::cin >> b && b < batches.size();) {
    double const core_started = bench::core_seconds(), started = bench::now();
    reports[b] = kmeans_fit(engine, batches[b].options, batches[b].problems);
    double const seconds = bench::now() - started;
    std::cout << std::setprecision(9) << seconds << " " << bench::core_seconds() - core_started << std::endl;
  }
  std::ofstream results(argv[2], std::ios::binary);
  results.exceptions(std::ios::failbit | std::ios::badbit);
  for (KmeansReport const& report : reports) bench::write_results(results, report);
  return EXIT_SUCCESS;
}
