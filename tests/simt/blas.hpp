/// What stands in for cuBLAS: the functions of host/cuda/cublas_library.hpp, exported by the executor's library under
/// cuBLAS's own names, so that the backend loads them as it loads the real ones.
///
/// Products run late, in the order of the handle's stream. Sizes and leading dimensions are refused as cuBLAS refuses
/// them; what cuBLAS cannot see is a finding: an operand that does not lie in memory of the handle's device, is too
/// small or misaligned, or that the result overlaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simt {

/// A product as it was asked for, in cuBLAS's column-major terms: c [m, n] = op(a) [m, k] op(b) [k, n], `count` times.
/// A product with a vector has n = 1.
struct BlasCall {
  std::string function;  ///< without the suffixes of versions: "cublasDgemm"
  bool transposed_a, transposed_b;
  std::int64_t m, n, k, count;
  int device;
  std::size_t workspace_bytes;  ///< given by the caller and still there: a new stream takes it away
  bool pedantic;
  friend bool operator==(BlasCall const&, BlasCall const&) = default;
};

/// Since the last reset_runtime(), in the order in which they were asked for.
std::vector<BlasCall> blas_log();

}  // namespace simt
