/// Consecutive problems of a batch of k-means on their way through the device.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "cluster/kmeans_operation.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/kmeans_plan_cuda.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/pinned_buffer.hpp"
#include "kernels/kmeans_launch.cuh"

namespace regio::cuda {

/// Host memory for a part's copies; used again by a later part once this one has ended.
struct KmeansStaging {
  PinnedBuffer<std::byte> upload, results;
  PinnedBuffer<unsigned> tasks_left;
};

/// A part uploads on the copy stream, runs its kernels on the other one, and brings its results back on the copy
/// stream:
///
///     part p    upload | kernels    | download
///     part p+1           upload     | kernels | download
///
/// So that copies run beside the kernels of other parts, part p+1 begins before part p ends. Runs that are spread over
/// blocks take a number of launches that only the device knows: begin() waits for them.
class KmeansPart {
 public:
  /// Problems [first, end) of the batch; problems that they start from stand in it, or are finished.
  KmeansPart(CudaBackend& backend, KmeansOperation const& operation, Index first, Index end, Index most_groups);

  /// Gives upload and kernels to the streams. The staging is the part's own until finish() has returned. Throws
  /// OutOfDeviceMemory.
  void begin(KmeansStaging& staging);
  /// Brings the results back, and returns once they are reported.
  void finish();

  [[nodiscard]] Index first() const noexcept { return first_; }
  [[nodiscard]] Index end() const noexcept { return first_ + count(); }

 private:
  /// Points of the caller.
  struct DataSet {
    MatrixView<double const> points;
    Section<double> rows, prepared, mean, range_sums;
  };
  /// What is the problem's own.
  struct Input {
    Index data = 0;
    Index weights = -1;      ///< position in weights_; -1: every weight is 1
    Section<double> starts;  ///< given centres
  };

  [[nodiscard]] Index count() const noexcept { return static_cast<Index>(problems_.size()); }
  [[nodiscard]] bool starts_from_part(KmeansProblem const& problem) const { return problem.warm_from >= first_; }
  [[nodiscard]] BatchView<double const> known_starts(KmeansProblem const& problem) const;

  void lay_out_input();
  void lay_out_workspace();
  void lay_out_results();
  void fill_numbers(std::byte* image) const;
  void fill_descriptors(std::byte* image) const;
  void launch_all();
  void put_longest_first(Index first_task, Index count);
  void launch_fits(std::vector<PlannedLaunch> const& launches, Index first_task, Index first_ticket);
  void run_spread(PlannedLaunch const& launch, KmeansFitArguments const& arguments, Index first_task);
  [[nodiscard]] Index rounds_of_start(PlannedLaunch const& launch) const;
  void deliver(std::byte* image) const;

  [[nodiscard]] KmeansPlace place_of(Index b) const;
  [[nodiscard]] KmeansPlace place_of_part(Index part) const;
  [[nodiscard]] double const* starts_of(Index b) const;
  [[nodiscard]] KmeansSegment described(PlannedSegment const& planned) const;

  CudaBackend& backend_;
  KmeansOperation const& operation_;
  KmeansResultArrays const& results_;
  Index first_;
  std::span<KmeansProblem const> problems_;
  KmeansDevicePlan plan_;

  std::vector<DataSet> data_sets_;
  std::vector<std::pair<VectorView<double const>, Section<double>>> weights_;
  std::vector<Input> inputs_;

  MemoryImage input_, workspace_, output_;
  Section<KmeansData> data_;
  Section<KmeansSegment> segments_;
  Section<KmeansTask> tasks_;
  Section<double> task_work_;  // of each task, where a launch orders them
  Section<unsigned> tickets_;
  Section<KmeansSpreadRun> spread_runs_;  // of tasks whose runs are spread, by their position among all tasks
  Section<KmeansChoice> choices_;
  Section<KmeansPlace> part_places_;
  Section<KmeansScaling> scalings_;
  std::vector<Section<std::int32_t>> part_labels_;
  std::vector<Section<double>> part_centres_;
  Section<KmeansFigures> part_figures_, figures_;
  Section<std::byte> scratch_;
  Section<std::int32_t> labels_, run_labels_;
  Section<double> centres_, run_inertia_;
  Section<Index> run_iterations_;

  DeviceBuffer<std::byte> input_memory_,
      results_memory_;  // of the copy stream, which gives them back after the download
  std::byte *device_input_ = nullptr, *device_workspace_ = nullptr, *device_results_ = nullptr;
  KmeansStaging* staging_ = nullptr;
  Event uploaded_, fitted_, downloaded_;
};

}  // namespace regio::cuda
