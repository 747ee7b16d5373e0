// regio's side of balance.py: balance_peer <threads>. A line "read <count> <n> <file>" loads count tables of n x n
// doubles, each followed by its row and its column totals; a line "balance <tolerance> <max iterations>" balances them,
// twice read, and answers with seconds on the clock, seconds of core time, sweeps in all, and the largest residual.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <regio/balance.hpp>

#include "bench/machine.hpp"

namespace {

using regio::Index;

struct Tables {
  std::vector<double> numbers;
  std::vector<regio::BalanceProblem> problems;

  void read(Index count, Index n, std::string const& path) {
    numbers.resize(static_cast<std::size_t>(count * (n * n + 2 * n)));
    std::ifstream file(path, std::ios::binary);
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(double)));
    problems.clear();
    double const* next = numbers.data();
    for (Index b = 0; b < count; ++b, next += n * n + 2 * n) {
      problems.push_back(
          {.table = {next, n, n}, .row_totals = {next + n * n, n}, .column_totals = {next + n * n + n, n}});
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  regio::Engine engine = regio::Engine::cpu(argc > 1 ? std::atoi(argv[1]) : 0);
  std::cout << engine.description() << std::endl;
  Tables tables;
  for (std::string word; std::cin >> word;) {
    if (word == "read") {
      Index count = 0, n = 0;
      std::string path;
      std::cin >> count >> n >> path;
      tables.read(count, n, path);
      std::cout << regio::bench::read_bandwidth(tables.numbers.size() * sizeof(double), engine.threads()) << std::endl;
      continue;
    }
    regio::BalanceOptions options;
    options.over_relaxation = options.newton = false;
    std::cin >> options.tolerance >> options.max_iterations;
    double const core_started = regio::bench::core_seconds(), started = regio::bench::now();
    regio::BalanceReport const report = regio::balance_tables(engine, options, tables.problems);
    double const seconds = regio::bench::now() - started;
    Index sweeps = 0;
    for (Index const iterations : report.iterations) sweeps += iterations;
    double residual = 0;
    for (std::size_t b = 0; b < report.outcome.size(); ++b) {
      residual = std::max({residual, report.row_residual[b], report.column_residual[b]});
    }
    std::cout << std::setprecision(9) << seconds << ' ' << regio::bench::core_seconds() - core_started << ' ' << sweeps
              << ' ' << residual << std::endl;
  }
  return EXIT_SUCCESS;
}
