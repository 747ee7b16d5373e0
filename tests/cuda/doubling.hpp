/// The smallest operation that uses every part of the backend: values go up beside the kernels, are doubled, come back.
#pragma once

#include <algorithm>
#include <span>

#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/pinned_buffer.hpp"
#include "cuda/transfer.hpp"
#include "kernels/launch.cuh"

namespace regio::cuda {

/// sums[block] = the sum of the block's values after doubling them.
__global__ inline void double_values(double* values, int count, double* sums) {
  REGIO_DYNAMIC_SHARED(double, doubled);
  int const i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  doubled[threadIdx.x] = i < count ? 2 * values[i] : 0;
  if (i < count) values[i] = doubled[threadIdx.x];
  __syncthreads();
  if (threadIdx.x > 0) return;
  double sum = sums[blockIdx.x];
  for (unsigned t = 0; t < blockDim.x; ++t) sum += doubled[t];
  sums[blockIdx.x] = sum;
}

enum class Dependency { kept, forgotten };

/// Doubles the values and returns their sum. With a forgotten dependency the kernel does not wait for the upload.
inline double double_on_device(CudaBackend& backend, std::span<double> values, Dependency upload = Dependency::kept) {
  constexpr unsigned block = 32;
  auto const count = static_cast<Index>(values.size());
  unsigned const blocks = (static_cast<unsigned>(count) + block - 1) / block;
  double sum = 0;
  backend.run([&] {
    Stream const& kernels = backend.stream();
    Stream const& copies = backend.copy_stream();
    PinnedBuffer<double> staging(copies, count);
    std::ranges::copy(values, staging.data());
    DeviceBuffer<double> memory(copies, count);
    DeviceBuffer<double> sums(kernels, blocks);
    Event const uploaded;
    Event const doubled;
    copy_to_device(copies, memory.data(), staging.span());
    uploaded.record(copies);
    if (upload == Dependency::kept) kernels.wait_for(uploaded);
    fill_with_zeros(kernels, sums.data(), sums.size());
    LaunchShape const shape{.grid = blocks, .block = block, .shared_bytes = block * sizeof(double)};
    check(launch("double_values", double_values, shape, kernels.handle(), memory.data(), static_cast<int>(count),
                 sums.data()),
          "double_values");
    doubled.record(kernels);
    copies.wait_for(doubled);
    copy_to_host(copies, staging.span(), memory.data());
    std::vector<double> partial(blocks);
    copy_to_host(kernels, partial, sums.data());
    for (double const part : partial) sum += part;
    copies.wait();
    std::ranges::copy(staging.span(), values.begin());
  });
  return sum;
}

}  // namespace regio::cuda
