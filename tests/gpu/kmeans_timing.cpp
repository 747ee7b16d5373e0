// Batches of k-means on a CUDA device, timed by CUDA events on the engine's stream: copies to the device, kernels, and
// copies back. Prints what time_comparison reads: a line with the device, and for each work
//
//   fits;n;d;k;problems;runs of each;mean iterations of a run;milliseconds
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
  int n, d, k;
  Index problems, restarts;
};

constexpr Work works[] = {
    {24, 15, 6, 1, 1'000'000}, {24, 15, 6, 100'000, 1},  {48, 5, 12, 1, 1'000'000},
    {48, 15, 6, 1, 100'000},   {100, 15, 6, 1, 100'000}, {1000, 15, 6, 1, 10'000},
};

std::vector<double> points_of(Work const& work) {
  regio::test::RandomNumbers random(1);
  return regio::test::uniform_points(random, work.n * static_cast<int>(work.problems), work.d);
}

std::vector<KmeansProblem> problems_of(Work const& work, std::vector<double> const& points) {
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < work.problems; ++b) {
    problems.push_back({.points = {points.data() + b * work.n * work.d, work.n, work.d},
                        .clusters = work.k,
                        .restarts = work.restarts,
                        .stream = static_cast<std::uint64_t>(b)});
  }
  return problems;
}

/// Of the first runs of the work, which are the device's; the CPU makes them.
double mean_iterations(Work const& work, std::vector<KmeansProblem> problems) {
  constexpr Index enough = 500;
  problems.resize(static_cast<std::size_t>(std::min(work.problems, enough)));
  for (KmeansProblem& problem : problems) problem.restarts = std::min(problem.restarts, enough);
  regio::Engine cpu = regio::Engine::cpu();
  regio::KmeansReport const report = regio::kmeans_fit(cpu, {.keep_runs = true}, problems);
  double sum = 0;
  for (Index const iterations : report.all_run_iterations) sum += static_cast<double>(iterations);
  return sum / static_cast<double>(report.all_run_iterations.size());
}

/// Milliseconds of the best of five rounds.
float best_time(regio::Engine& engine, cudaStream_t stream, std::vector<KmeansProblem> const& problems) {
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

int attribute(cudaDeviceAttr wanted) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, wanted, 0), "cudaDeviceGetAttribute");
  return value;
}

void print_device() {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  std::printf("device;%s;%d;%d000;%d;%d\n", properties.name, attribute(cudaDevAttrMultiProcessorCount),
              attribute(cudaDevAttrClockRate),
              10 * attribute(cudaDevAttrComputeCapabilityMajor) + attribute(cudaDevAttrComputeCapabilityMinor),
              attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor));
}

void run() {
  cudaStream_t stream{};
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  {
    regio::Engine engine = regio::Engine::cuda({.stream = stream});
    print_device();
    for (Work const& work : works) {
      std::vector<double> const points = points_of(work);
      std::vector<KmeansProblem> const problems = problems_of(work, points);
      std::printf("fits;%d;%d;%d;%lld;%lld;%.3f;%.4f\n", work.n, work.d, work.k, static_cast<long long>(work.problems),
                  static_cast<long long>(work.restarts), mean_iterations(work, problems),
                  static_cast<double>(best_time(engine, stream, problems)));
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
