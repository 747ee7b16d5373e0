#include "cuda/memory_pool.hpp"

#include <cstdint>
#include <limits>

#include "cuda/cuda_error.hpp"

namespace regio::cuda {
namespace {

std::uint64_t attribute(cudaMemPool_t pool, cudaMemPoolAttr which) {
  std::uint64_t value = 0;
  check(cudaMemPoolGetAttribute(pool, which, &value), "cudaMemPoolGetAttribute");
  return value;
}

}  // namespace

MemoryPool::MemoryPool(int ordinal) {
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.handleTypes = cudaMemHandleTypeNone;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = ordinal;
  check(cudaMemPoolCreate(&handle_, &properties), "cudaMemPoolCreate");
  std::uint64_t keep_all = std::numeric_limits<std::uint64_t>::max();
  cudaError_t const status = cudaMemPoolSetAttribute(handle_, cudaMemPoolAttrReleaseThreshold, &keep_all);
  if (status != cudaSuccess) disregard(cudaMemPoolDestroy(handle_));
  check(status, "cudaMemPoolSetAttribute");
}

MemoryPool::~MemoryPool() { disregard(cudaMemPoolDestroy(handle_)); }

std::size_t MemoryPool::idle_bytes() const {
  return attribute(handle_, cudaMemPoolAttrReservedMemCurrent) - attribute(handle_, cudaMemPoolAttrUsedMemCurrent);
}

void MemoryPool::trim() const { check(cudaMemPoolTrimTo(handle_, 0), "cudaMemPoolTrimTo"); }

}  // namespace regio::cuda
