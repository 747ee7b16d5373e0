// The share of a multiprocessor's threads that a launch can keep resident, by NVIDIA's own formula (cuda_occupancy.h).
//
// occupancy ARCHITECTURE REGISTERS STATIC_SHARED_BYTES DYNAMIC_SHARED_BYTES BLOCK_THREADS
//
// Device properties are those of the CUDA C++ Programming Guide 13.0, table "Technical Specifications per Compute
// Capability".
#include <cuda_occupancy.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct Architecture {
  int number;  ///< 90 for compute capability 9.0
  std::size_t shared_per_multiprocessor, shared_per_block;
  int threads_per_multiprocessor;
};

constexpr std::size_t kib = 1024;
constexpr Architecture architectures[] = {
    {75, 64 * kib, 64 * kib, 1024},
    {80, 164 * kib, 163 * kib, 2048},
    {90, 228 * kib, 227 * kib, 2048},
    {100, 228 * kib, 227 * kib, 2048},
};

cudaOccDeviceProp properties(Architecture const& architecture) {
  cudaOccDeviceProp device;
  device.computeMajor = architecture.number / 10;
  device.computeMinor = architecture.number % 10;
  device.maxThreadsPerBlock = 1024;
  device.maxThreadsPerMultiprocessor = architecture.threads_per_multiprocessor;
  device.regsPerBlock = 65536;
  device.regsPerMultiprocessor = 65536;
  device.warpSize = 32;
  device.sharedMemPerBlock = 48 * kib;
  device.sharedMemPerMultiprocessor = architecture.shared_per_multiprocessor;
  device.numSms = 1;
  device.sharedMemPerBlockOptin = architecture.shared_per_block;
  device.reservedSharedMemPerBlock = architecture.number >= 80 ? kib : 0;
  return device;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("occupancy ARCHITECTURE REGISTERS STATIC_SHARED_BYTES DYNAMIC_SHARED_BYTES BLOCK_THREADS\n", stderr);
    return 2;
  }
  std::vector<int> number;
  for (int i = 1; i < count; ++i) number.push_back(std::stoi(arguments[i]));
  for (Architecture const& architecture : architectures) {
    if (architecture.number != number[0]) continue;
    cudaOccDeviceProp const device = properties(architecture);
    cudaOccFuncAttributes kernel;
    kernel.maxThreadsPerBlock = 1024;
    kernel.numRegs = number[1];
    kernel.sharedSizeBytes = static_cast<std::size_t>(number[2]);
    kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
    kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
    kernel.maxDynamicSharedSizeBytes = architecture.shared_per_block - kernel.sharedSizeBytes;
    kernel.numBlockBarriers = 1;
    cudaOccDeviceState const state;
    cudaOccResult result;
    if (cudaOccMaxActiveBlocksPerMultiprocessor(&result, &device, &kernel, &state, number[4],
                                                static_cast<std::size_t>(number[3])) != CUDA_OCC_SUCCESS) {
      std::fputs("cuda_occupancy.h does not accept these figures\n", stderr);
      return 1;
    }
    std::printf("%.4f\n", static_cast<double>(result.activeBlocksPerMultiprocessor * number[4]) /
                              architecture.threads_per_multiprocessor);
    return 0;
  }
  std::fprintf(stderr, "no figures of architecture %d\n", number[0]);
  return 2;
}
