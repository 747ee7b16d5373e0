/// Rows of the caller as kernels read them: in the device's memory where they fit, otherwise part by part in every
/// read.
#pragma once

#include <array>
#include <functional>

#include <regio/views.hpp>

#include "cuda/cuda_backend.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/pinned_buffer.hpp"

namespace regio::cuda {

/// Rows that the kernels of a read take together; they lie behind each other on the device.
struct RowsPart {
  Index number = 0, first = 0, count = 0;
  float const* rows = nullptr;
};

/// Rows begin at multiples of `rows_of_unit` in a part.
class StreamedRows {
 public:
  static constexpr Index rows_of_unit = 1024;

  /// Copies the rows to the device when its memory holds them beside `reserved_bytes`. Otherwise takes memory for two
  /// parts; throws OutOfDeviceMemory when not even the smallest parts fit.
  StreamedRows(CudaBackend& backend, MatrixView<float const> rows, Index reserved_bytes);

  [[nodiscard]] bool resident() const noexcept { return resident_.data() != nullptr; }
  [[nodiscard]] Index parts() const noexcept;
  /// Rows of every part but the last, which may have fewer.
  [[nodiscard]] Index rows_of_part() const noexcept { return resident() ? rows_.rows() : part_rows_; }
  /// Calls body(part) for each part in order; the kernels that it launches on the backend's stream may read the part.
  /// The next part is copied meanwhile. Ends early when body returns false.
  void for_parts(std::function<bool(RowsPart const&)> const& body);

 private:
  void take_parts(Index bytes);
  void copy(Index part, float* to);
  void fill(Index first, Index count, float* to) const;
  [[nodiscard]] Index rows_in(Index part) const noexcept;

  CudaBackend& backend_;
  MatrixView<float const> rows_;
  Index part_rows_ = 0;
  DeviceBuffer<float> resident_;
  std::array<DeviceBuffer<float>, 2> parts_on_device_;
  std::array<PinnedBuffer<float>, 2> staging_;
  std::array<Event, 2> copied_, used_;
};

}  // namespace regio::cuda
