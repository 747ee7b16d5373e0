// regio's side of permutation.py: permutation_peer <threads>. A line "read <n> <file>" loads two matrices of n x n
// doubles; a line "test <permutations>" makes Mantel's test of them and answers with seconds on the clock, seconds of
// core time, the estimate, and the mean and standard deviation of the permuted statistic.
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <regio/permutation_test.hpp>

#include "bench/machine.hpp"

int main(int argc, char** argv) {
  regio::Engine engine = regio::Engine::cpu(argc > 1 ? std::atoi(argv[1]) : 0);
  std::cout << engine.description() << std::endl;
  std::vector<double> cells;
  regio::Index n = 0;
  for (std::string word; std::cin >> word;) {
    if (word == "read") {
      std::string path;
      std::cin >> n >> path;
      cells.resize(static_cast<std::size_t>(2 * n * n));
      std::ifstream file(path, std::ios::binary);
      file.exceptions(std::ios::failbit | std::ios::badbit);
      file.read(reinterpret_cast<char*>(cells.data()), static_cast<std::streamsize>(cells.size() * sizeof(double)));
      std::cout << n << std::endl;
      continue;
    }
    regio::PermutationOptions options{.enumeration = regio::Enumeration::sampled};
    std::cin >> options.permutations;
    double const core_started = regio::bench::core_seconds(), started = regio::bench::now();
    regio::PermutationReport const report = regio::permutation_test(
        engine, options, {{.first_matrix = {cells.data(), n, n}, .second_matrix = {cells.data() + n * n, n, n}}});
    double const seconds = regio::bench::now() - started;
    std::cout << std::setprecision(17) << seconds << ' ' << regio::bench::core_seconds() - core_started << ' '
              << report.estimate[0] << ' ' << report.mean[0] << ' ' << report.standard_deviation[0] << std::endl;
  }
  return 0;
}
