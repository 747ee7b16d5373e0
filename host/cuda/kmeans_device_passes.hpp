/// Passes of k-means over points in single precision, made by a device.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "cluster/kmeans_streamed_run.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/pinned_buffer.hpp"
#include "cuda/streamed_rows.hpp"
#include "kernels/kmeans_stream_launch.cuh"

namespace regio::cuda {

/// Labels stay on the device until a run ends. A pass uploads the centres of its runs and brings back what their
/// clusters gained and lost; the host makes the means, as it does for its own passes. Labels, sums and inertia are
/// those of the host's passes to the bit.
class DevicePasses final : public PointPasses {
 public:
  /// `reserved_bytes` are for labels and weights of the runs that are under way together. Throws OutOfDeviceMemory when
  /// neither the points nor parts of them fit beside those.
  DevicePasses(CudaBackend& backend, StreamContext const& context, Index reserved_bytes);

  std::vector<bool> assign(std::vector<StreamedRun*> const& runs, std::stop_token const& stop) override;
  std::vector<double> inertias(std::vector<StreamedRun const*> const& runs) override;
  FarthestPoints farthest(StreamedRun& run, std::size_t most) override;
  void end(StreamedRun& run) override;

 private:
  /// Where a run's arrays stand in what is uploaded and in what comes back.
  struct Layout {
    Section<float> compared, norms;
    Section<double> centres, scale;
    Section<std::int64_t> totals;
  };
  struct DeviceWeights {
    VectorView<double const> given;
    DeviceBuffer<double> values;
  };

  void lay_out(std::span<StreamedRun const* const> runs, Index parts);
  void upload(std::span<StreamedRun const* const> runs);
  void fill_compared(StreamedRun const& run, Layout const& layout, std::byte* image) const;
  StreamRun run_on_device(StreamedRun const& run, Layout const& layout, Index first);
  double const* weights_on_device(VectorView<double const> weights);
  std::int32_t* labels_on_device(StreamedRun const& run);
  [[nodiscard]] StreamPoints points_of(RowsPart const& part) const;
  [[nodiscard]] StreamVariant variant_for(StreamPass const& pass) const;

  CudaBackend& backend_;
  StreamContext const& context_;
  DeviceBuffer<double> mean_;
  DeviceBuffer<float> shift_;
  StreamedRows rows_;
  std::map<StreamedRun const*, DeviceBuffer<std::int32_t>> labels_;
  std::vector<DeviceWeights> weights_;

  MemoryImage input_, output_;
  std::vector<Layout> layouts_;
  Section<StreamRun> described_;  ///< [parts, runs]
  DeviceBuffer<std::byte> input_memory_, output_memory_;
  PinnedBuffer<std::byte> upload_, download_;
};

}  // namespace regio::cuda
