// TEMPLATE: the launcher: it packs the batch, copies it to the device, launches, and brings the results back. The
// device is current already, and the backend waits for its streams afterwards. What does not fit into device memory is
// divided.
#include <algorithm>
#include <span>
#include <vector>

#include "cluster/theil_index_operation.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/transfer.hpp"

namespace regio::cuda {

/// In kernels/theil_index.cu. An algorithm with more than one launch has a header for them.
cudaError_t launch_theil_index(cudaStream_t stream, double const* values, double const* weights, Index const* first,
                               Index problems, double* index);

namespace {

void run_part(CudaBackend& backend, std::span<TheilProblem const> problems, std::span<double> index) {
  std::vector<double> values;
  std::vector<double> weights;
  std::vector<Index> first{0};
  for (TheilProblem const& problem : problems) {
    values.insert(values.end(), problem.values.begin(), problem.values.end());
    weights.insert(weights.end(), problem.weights.begin(), problem.weights.end());
    weights.resize(values.size(), 1.0);
    first.push_back(static_cast<Index>(values.size()));
  }
  Stream const& stream = backend.stream();
  DeviceBuffer<double> device_values(stream, static_cast<Index>(values.size()));
  DeviceBuffer<double> device_weights(stream, static_cast<Index>(weights.size()));
  DeviceBuffer<Index> device_first(stream, static_cast<Index>(first.size()));
  DeviceBuffer<double> device_index(stream, static_cast<Index>(index.size()));
  copy_to_device(stream, device_values.data(), values);
  copy_to_device(stream, device_weights.data(), weights);
  copy_to_device(stream, device_first.data(), first);
  check(launch_theil_index(stream.handle(), device_values.data(), device_weights.data(), device_first.data(),
                           static_cast<Index>(problems.size()), device_index.data()),
        "launch_theil_index");
  copy_to_host(stream, index, device_index.data());
}

}  // namespace

void execute(CudaBackend& backend, TheilIndexOperation& operation) {
  std::span<TheilProblem const> problems = operation.problems;
  std::span<double> index = operation.report.index;
  std::size_t part = problems.size();
  while (!problems.empty()) {
    part = std::min(part, problems.size());
    try {
      run_part(backend, problems.first(part), index.first(part));
    } catch (OutOfDeviceMemory const&) {
      if (part == 1) throw;
      part /= 2;
      continue;
    }
    problems = problems.subspan(part);
    index = index.subspan(part);
  }
}

}  // namespace regio::cuda
