// Fits the batches that scikit_learn.py writes: scikit_learn_fits <problems file> <results file>.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "bench/peers/kmeans_file.hpp"

int main(int argc, char** argv) {
  using namespace regio;
  if (argc != 3) {
    std::cerr << "usage: scikit_learn_fits <problems file> <results file>\n";
    return EXIT_FAILURE;
  }
  std::ofstream results(argv[2], std::ios::binary);
  results.exceptions(std::ios::failbit | std::ios::badbit);
  Engine engine = Engine::cpu();
  for (bench::KmeansBatch const& batch : bench::KmeansFile(argv[1]).read()) {
    bench::write_results(results, kmeans_fit(engine, batch.options, batch.problems));
  }
  return EXIT_SUCCESS;
}
