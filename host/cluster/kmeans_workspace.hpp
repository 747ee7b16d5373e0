/// Memory that a thread reuses from fit to fit: it grows to the largest problem and never shrinks.
#pragma once

#include <cstdint>
#include <memory>
#include <new>

#include <regio/views.hpp>

#include "cluster/kmeans_kernels.hpp"

namespace regio {

/// Elements on a cache line boundary, not initialised.
template <class T>
class AlignedArray {
 public:
  /// Room for `size` elements; contents are lost when it has to grow.
  T* reserve(Index size) {
    if (size > size_) {
      data_.reset();
      size_ = 0;
      data_.reset(static_cast<T*>(::operator new(static_cast<std::size_t>(size) * sizeof(T), alignment)));
      size_ = size;
    }
    return data_.get();
  }
  [[nodiscard]] T* get() const noexcept { return data_.get(); }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(T* data) const noexcept { ::operator delete(data, alignment); }
  };
  std::unique_ptr<T, Free> data_;
  Index size_ = 0;
};

/// Points of one data set as the kernels read them, with the memory behind the view.
struct PreparedPoints {
  CentredPoints points;
  VectorView<double const> weights;  ///< the caller's
  AlignedArray<double> mean, blocks, block_weights, chunk_sums;
};

/// Working arrays of one run; n, d, k and the row length as in CentredPoints.
struct KmeansWorkspace {
  PreparedPoints prepared;
  AlignedArray<std::int32_t> labels;   ///< [padded n]
  AlignedArray<double> centres;        ///< [k, row length]
  AlignedArray<double> sums, weights;  ///< [k, row length], [k]
  AlignedArray<double> chunk_sums;     ///< [chunks, k, row length]
  AlignedArray<double> chunk_weights;  ///< [chunks, k]
  AlignedArray<std::uint8_t> touched;  ///< [k]
  AlignedArray<Assignment> chunk_assignments;
  AlignedArray<double> distances;         ///< [padded n]
  AlignedArray<double> candidates;        ///< [candidates, row length]
  AlignedArray<double> chunk_potentials;  ///< [chunks, candidates]
  AlignedArray<double> potentials;        ///< [chunks]
};

}  // namespace regio
