#if !defined(__CUDACC__)
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP  // under the executor of tests/simt
#endif
#include <thrust/functional.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sort.h>
#include <thrust/system_error.h>
#if defined(__CUDACC__)
#include <thrust/system/cuda/execution_policy.h>
#else
#include <thrust/system/cpp/execution_policy.h>
#endif

#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "kernels/device_wide.cuh"

namespace regio::cuda {
namespace {

#if defined(__CUDACC__)

class Allocator {
 public:
  using value_type = char;

  explicit Allocator(TemporaryMemory& memory) : memory_(&memory) {}
  char* allocate(std::ptrdiff_t bytes) {
    return static_cast<char*>(memory_->allocate(static_cast<std::size_t>(bytes)));
  }
  void deallocate(char* memory, std::size_t /*bytes*/) noexcept { memory_->release(memory); }

 private:
  TemporaryMemory* memory_;
};

/// Calls work(policy), which may launch; Thrust asks for working memory itself.
template <class Work>
cudaError_t run(char const* /*name*/, cudaStream_t stream, TemporaryMemory& memory, std::size_t /*working_bytes*/,
                Work const& work) {
  try {
    Allocator allocator(memory);
    work(thrust::cuda::par_nosync(allocator).on(stream));
    return cudaSuccess;
  } catch (thrust::system_error const& error) {
    return static_cast<cudaError_t>(error.code().value());
  }
}

#else

/// Hands out one piece of memory from low to high.
class Allocator {
 public:
  using value_type = char;

  Allocator(char* begin, std::size_t bytes) : next_(begin), end_(begin + bytes) {}
  char* allocate(std::ptrdiff_t bytes) {
    if (bytes > end_ - next_) throw std::bad_alloc();
    return std::exchange(next_, next_ + (bytes + alignment - 1) / alignment * alignment);
  }
  void deallocate(char* /*memory*/, std::size_t /*bytes*/) noexcept {}

  static constexpr std::ptrdiff_t alignment = 256;

 private:
  char* next_;
  char* end_;
};

/// Queues work(policy) on the executor, as one launch; its working memory must be there before.
template <class Work>
cudaError_t run(char const* name, cudaStream_t stream, TemporaryMemory& memory, std::size_t working_bytes,
                Work const& work) {
  std::size_t const bytes = working_bytes + 8 * Allocator::alignment;
  void* const begin = memory.allocate(bytes);
  cudaError_t const status = simt::enqueue(stream, name, [=] {
    Allocator allocator(static_cast<char*>(begin), bytes);
    work(thrust::cpp::par(allocator));
  });
  memory.release(begin);
  return status;
}

#endif

std::size_t bytes_of(std::int64_t count, std::size_t element_bytes) {
  return static_cast<std::size_t>(count) * element_bytes;
}

template <class T, class Operation>
cudaError_t reduce(char const* name, cudaStream_t stream, TemporaryMemory& memory, T const* values, std::int64_t count,
                   T of_none, Operation operation, T* result) {
  *result = of_none;
  if (count == 0) return cudaSuccess;
  // Shared, since queued work may still write it when waiting has failed and the caller is gone.
  auto const found = std::make_shared<T>(of_none);
  cudaError_t status = run(name, stream, memory, 0, [=](auto const& policy) {
    *found = thrust::reduce(policy, values, values + count, of_none, operation);
  });
  if (status == cudaSuccess) status = cudaStreamSynchronize(stream);
  if (status == cudaSuccess) *result = *found;
  return status;
}

}  // namespace

cudaError_t sort_by_key(cudaStream_t stream, TemporaryMemory& memory, double* keys, std::uint64_t* values,
                        std::int64_t count, SortOrder order) {
  if (count < 2) return cudaSuccess;
  return run("sort_by_key", stream, memory, bytes_of(count, sizeof(*keys) + sizeof(*values)), [=](auto const& policy) {
    if (order == SortOrder::ascending) {
      thrust::stable_sort_by_key(policy, keys, keys + count, values, thrust::less<double>());
    } else {
      thrust::stable_sort_by_key(policy, keys, keys + count, values, thrust::greater<double>());
    }
  });
}

cudaError_t exclusive_scan(cudaStream_t stream, TemporaryMemory& memory, std::int64_t const* from, std::int64_t* to,
                           std::int64_t count) {
  if (count == 0) return cudaSuccess;
  return run("exclusive_scan", stream, memory, 0,
             [=](auto const& policy) { thrust::exclusive_scan(policy, from, from + count, to, std::int64_t{0}); });
}

cudaError_t sum(cudaStream_t stream, TemporaryMemory& memory, std::int64_t const* values, std::int64_t count,
                std::int64_t* result) {
  return reduce<std::int64_t>("sum", stream, memory, values, count, 0, thrust::plus<std::int64_t>(), result);
}

cudaError_t maximum(cudaStream_t stream, TemporaryMemory& memory, double const* values, std::int64_t count,
                    double* result) {
  constexpr double least = -std::numeric_limits<double>::infinity();
  return reduce("maximum", stream, memory, values, count, least, thrust::maximum<double>(), result);
}

}  // namespace regio::cuda
