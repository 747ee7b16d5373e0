// Prints the tables of docs/performance.md that the cost model gives; tests/gpu/page_test.py holds the page to them.
#include <cstdio>

#include "tests/gpu/kmeans_time.hpp"

namespace {

using regio::test::CudaDevice;
using regio::test::KmeansRunCost;
using regio::test::KmeansShape;
using regio::test::TimeLimit;
using regio::test::WarpCost;

constexpr KmeansShape shapes[] = {{24, 15, 6}, {48, 5, 12}, {48, 15, 6}};

struct Runs {
  KmeansShape shape;
  bool plus_plus;
  int iterations;
};
constexpr Runs million[] = {
    {{24, 15, 6}, true, 3}, {{24, 15, 6}, false, 3}, {{48, 5, 12}, true, 4}, {{48, 15, 6}, true, 5}};

void print(WarpCost const& cost) {
  std::printf(" %lld / %lld |", static_cast<long long>(cost.instructions()),
              static_cast<long long>(cost.shared_passes));
}

void print_counts() {
  std::printf("| one run | start by k-means++ | given centres | assignment | update | before and after |\n");
  std::printf("|---|---|---|---|---|---|\n");
  for (KmeansShape const& shape : shapes) {
    KmeansRunCost const cost(shape);
    std::printf("| n=%d d=%d k=%d |", static_cast<int>(shape.n), static_cast<int>(shape.d), static_cast<int>(shape.k));
    for (WarpCost const& part :
         {cost.plus_plus(), cost.given_centres(), cost.assignment(), cost.update(), cost.frame()}) {
      print(part);
    }
    std::printf("\n");
  }
}

void print_times() {
  CudaDevice const devices[] = {{"H100, H200", 132, 1.98e9, 90, 228 * 1024},
                                {"B200", 148, 1.97e9, 100, 228 * 1024},
                                {"L4", 58, 2.04e9, 89, 100 * 1024}};
  std::printf("| 10^6 runs |");
  for (CudaDevice const& device : devices) {
    std::printf(" %s (%d x %.2f GHz) |", device.name.c_str(), device.multiprocessors, device.clock / 1e9);
  }
  std::printf("\n|---|---|---|---|\n");
  for (Runs const& runs : million) {
    std::printf("| n=%d d=%d k=%d, %s, %d iterations |", static_cast<int>(runs.shape.n), static_cast<int>(runs.shape.d),
                static_cast<int>(runs.shape.k), runs.plus_plus ? "k-means++" : "given centres", runs.iterations);
    for (CudaDevice const& device : devices) {
      if (!is_made_by_a_warp(runs.shape, runs.plus_plus, device)) {
        std::printf(" by blocks |");
        continue;
      }
      TimeLimit const limit = limit_of(run_cost(runs.shape, runs.plus_plus, runs.iterations), 1e6, device);
      double const milliseconds = 1e3 * limit.seconds;
      std::printf(milliseconds < 100 ? " %.2g ms, %s |" : " %.0f ms, %s |", milliseconds,
                  limit.by_shared_memory ? "shared memory" : "double precision");
    }
    std::printf("\n");
  }
}

}  // namespace

int main() {
  print_counts();
  print_times();
  return 0;
}
