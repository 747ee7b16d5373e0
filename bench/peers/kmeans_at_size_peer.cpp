// regio's side of kmeans_at_size.py: kmeans_at_size_peer <file of points, single precision> <n> <d> <file for labels>.
// For each line "<least k> <most k> <iterations>" on its input it fits all those k in one batch from the first k points
// and answers with the seconds it took, on the clock and of core time, and the inertia of each k; the labels of the
// most clusters go to the file.
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <regio/kmeans.hpp>

#include "bench/machine.hpp"

int main(int argc, char** argv) {
  using namespace regio;
  if (argc != 5) {
    std::cerr << "usage: kmeans_at_size_peer <points> <n> <d> <labels>\n";
    return EXIT_FAILURE;
  }
  Index n = 0, d = 0;
  std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), n);
  std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), d);
  std::vector<float> points(static_cast<std::size_t>(n * d));
  std::ifstream file(argv[1], std::ios::binary);
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.read(reinterpret_cast<char*>(points.data()), n * d * static_cast<std::streamsize>(sizeof(float)));
  Engine engine = Engine::cpu();
  std::cout << engine.description() << std::endl;
  Index least = 0, most = 0, iterations = 0;
  while (std::cin >> least >> most >> iterations) {
    std::vector<double> const centres(points.begin(), points.begin() + most * d);
    std::vector<KmeansProblem> problems;
    for (Index k = least; k <= most; ++k) {
      problems.push_back(
          {.single_points = {points.data(), n, d}, .clusters = k, .initial_centres = {centres.data(), 1, k, d}});
    }
    double const core_started = bench::core_seconds(), started = bench::now();
    KmeansReport const report = kmeans_fit(engine, {.max_iterations = iterations, .tolerance = 0}, problems);
    double const seconds = bench::now() - started;
    std::cout << std::setprecision(17) << seconds << " " << bench::core_seconds() - core_started;
    for (double const inertia : report.inertia) std::cout << " " << inertia;
    std::cout << std::endl;
    VectorView<std::int32_t const> const labels = report.labels(report.size() - 1);
    std::ofstream to(argv[4], std::ios::binary);
    to.write(reinterpret_cast<char const*>(labels.data_handle()),
             labels.size() * static_cast<std::streamsize>(sizeof(std::int32_t)));
  }
  return EXIT_SUCCESS;
}
