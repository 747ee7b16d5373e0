/// Sort, scan and reduction over a whole array in device memory, by Thrust.
///
/// Work goes to the stream, whose device must be the current one. Results have the same bits in every run: what is
/// added are integers, and what is compared are numbers without NaN. (Thrust promises no order for sums of
/// floating-point numbers: kernels of our own make those.) Each function returns the error of its launches; what
/// happens while they run shows at a later call on the stream. Exceptions of TemporaryMemory pass through.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace regio::cuda {

/// Where working memory comes from: usable by work given to the stream from allocate() on, and given back in the order
/// of the stream.
class TemporaryMemory {
 public:
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;

 protected:
  ~TemporaryMemory() = default;
};

enum class SortOrder { ascending, descending };

/// Orders keys[0, count) and moves values[i], any eight bytes, with keys[i]. Equal keys keep their order. About
/// 10 passes over both arrays, and working memory as large as they are.
cudaError_t sort_by_key(cudaStream_t stream, TemporaryMemory& memory, double* keys, std::uint64_t* values,
                        std::int64_t count, SortOrder order);

/// to[i] = from[0] + ... + from[i - 1], in one pass; `to` may be `from`.
cudaError_t exclusive_scan(cudaStream_t stream, TemporaryMemory& memory, std::int64_t const* from, std::int64_t* to,
                           std::int64_t count);

/// *result, on the host, = the sum; 0 of none. Waits for the stream.
cudaError_t sum(cudaStream_t stream, TemporaryMemory& memory, std::int64_t const* values, std::int64_t count,
                std::int64_t* result);

/// *result, on the host, = the largest; minus infinity of none. Waits for the stream.
cudaError_t maximum(cudaStream_t stream, TemporaryMemory& memory, double const* values, std::int64_t count,
                    double* result);

}  // namespace regio::cuda
