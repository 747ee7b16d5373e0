// regio's side of national_control.py: national_control_peer <threads>. A line "read <regions> <n> <file>" loads tables
// of n x n doubles, followed by their row and column totals and the national table; a line "balance <tolerance> <max
// iterations>" balances them and answers with seconds on the clock, sweeps, and the largest residual.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <regio/national_control.hpp>

#include "bench/machine.hpp"

namespace {

using regio::Index;

struct Regions {
  std::vector<double> numbers;
  regio::NationalControlProblem problem;

  void read(Index regions, Index n, std::string const& path) {
    Index const tables = regions * n * n, totals = regions * n;
    numbers.resize(static_cast<std::size_t>(tables + 2 * totals + n * n));
    std::ifstream file(path, std::ios::binary);
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(double)));
    double const* const first = numbers.data();
    problem = {.tables = {first, regions, n, n},
               .row_totals = {first + tables, regions, n},
               .column_totals = {first + tables + totals, regions, n},
               .national = {first + tables + 2 * totals, n, n}};
  }
};

}  // namespace

int main(int argc, char** argv) {
  regio::Engine engine = regio::Engine::cpu(argc > 1 ? std::atoi(argv[1]) : 0);
  std::cout << engine.description() << std::endl;
  Regions regions;
  for (std::string word; std::cin >> word;) {
    if (word == "read") {
      Index count = 0, n = 0;
      std::string path;
      std::cin >> count >> n >> path;
      regions.read(count, n, path);
      std::cout << regio::bench::read_bandwidth(regions.numbers.size() * sizeof(double), engine.threads()) << std::endl;
      continue;
    }
    regio::BalanceOptions options;
    options.over_relaxation = false;
    std::cin >> options.tolerance >> options.max_iterations;
    double const started = regio::bench::now();
    regio::NationalControlReport const report = regio::national_control(engine, options, {regions.problem});
    double const seconds = regio::bench::now() - started;
    double const residual = std::max({report.row_residual[0], report.column_residual[0], report.national_residual[0]});
    std::cout << std::setprecision(9) << seconds << ' ' << report.iterations[0] << ' ' << residual << std::endl;
  }
  return EXIT_SUCCESS;
}
