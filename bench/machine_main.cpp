// Prints the limits of this machine: bench/machine
#include <cstdio>
#include <thread>

#include "bench/machine.hpp"

int main() {
  using namespace regio::bench;
  int const cores = static_cast<int>(std::thread::hardware_concurrency());
  std::printf("instruction set %s, %d cores\n", instruction_set().c_str(), cores);
  std::printf("| threads | fp64 GFLOP/s | fp32 GFLOP/s | read GB/s, 256 KiB a core | 16 MiB | 512 MiB |\n");
  std::printf("|---|---|---|---|---|---|\n");
  for (int threads = 1; threads <= cores; threads *= 2) {
    auto const kibibytes = static_cast<std::size_t>(threads) << 18;
    std::printf("| %d | %.1f | %.1f | %.1f | %.1f | %.1f |\n", threads, peak_flops_fp64(threads) * 1e-9,
                peak_flops_fp32(threads) * 1e-9, read_bandwidth(kibibytes, threads) * 1e-9,
                read_bandwidth(std::size_t{16} << 20, threads) * 1e-9,
                read_bandwidth(std::size_t{512} << 20, threads) * 1e-9);
  }
}
