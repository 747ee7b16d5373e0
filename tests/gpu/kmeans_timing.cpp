// Batches of k-means on a CUDA device, timed by CUDA events on the engine's stream: copies to the device, kernels, and
// copies back. Prints a table for the report of scripts/gpu-check.
#include <cuda_runtime.h>
#include <regio/kmeans.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/random_points.hpp"

namespace {

using regio::Index;
using regio::KmeansProblem;

void check(cudaError_t status, char const* call) {
  if (status != cudaSuccess) throw std::runtime_error(std::string(call) + ": " + cudaGetErrorString(status));
}

struct Work {
  char const* name;
  int n, d, k;
  Index problems, restarts;
};

constexpr Work works[] = {
    {"10^6 fits of one data set, n=24 d=15 k=6", 24, 15, 6, 1, 1'000'000},
    {"10^5 problems of their own points, n=24 d=15 k=6, one fit each", 24, 15, 6, 100'000, 1},
    {"10^5 fits of one data set, n=100 d=15 k=6", 100, 15, 6, 1, 100'000},
    {"10^4 fits of one data set, n=1000 d=15 k=6", 1000, 15, 6, 1, 10'000},
};

/// Milliseconds of the best of five rounds.
float best_time(regio::Engine& engine, cudaStream_t stream, Work const& work) {
  regio::test::RandomNumbers random(1);
  std::vector<double> const points =
      regio::test::uniform_points(random, work.n * static_cast<int>(work.problems), work.d);
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < work.problems; ++b) {
    problems.push_back({.points = {points.data() + b * work.n * work.d, work.n, work.d},
                        .clusters = work.k,
                        .restarts = work.restarts,
                        .stream = static_cast<std::uint64_t>(b)});
  }
  cudaEvent_t begin{}, end{};
  check(cudaEventCreate(&begin), "cudaEventCreate");
  check(cudaEventCreate(&end), "cudaEventCreate");
  float best = 0;
  for (int round = 0; round < 5; ++round) {
    check(cudaEventRecord(begin, stream), "cudaEventRecord");
    (void)regio::kmeans_fit(engine, {}, problems);
    check(cudaEventRecord(end, stream), "cudaEventRecord");
    check(cudaEventSynchronize(end), "cudaEventSynchronize");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
    best = round == 0 ? milliseconds : std::min(best, milliseconds);
  }
  check(cudaEventDestroy(begin), "cudaEventDestroy");
  check(cudaEventDestroy(end), "cudaEventDestroy");
  return best;
}

void run() {
  cudaStream_t stream{};
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  {
    regio::Engine engine = regio::Engine::cuda({.stream = stream});
    std::printf("%s\n\n| work | best of 5 | a fit |\n|---|---|---|\n", engine.description().c_str());
    for (Work const& work : works) {
      double const milliseconds = best_time(engine, stream, work);
      std::printf("| %s | %.3g ms | %.3g us |\n", work.name, milliseconds,
                  1e3 * milliseconds / static_cast<double>(work.problems * work.restarts));
    }
  }
  check(cudaStreamDestroy(stream), "cudaStreamDestroy");
}

}  // namespace

int main() {
  try {
    run();
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
