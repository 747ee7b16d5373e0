#include "tests/simt/runtime.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "tests/simt/runtime_state.hpp"

namespace simt {
namespace {

constexpr int shared_bytes_without_asking = 48 * 1024;
constexpr unsigned most_threads_of_block = 1024;
constexpr unsigned most_blocks_across = 65535;  // in y and z; x takes any number

cudaDeviceProp default_properties() {
  cudaDeviceProp properties{};
  std::strcpy(properties.name, "simulated device");
  properties.totalGlobalMem = std::size_t{1} << 30;
  properties.sharedMemPerBlock = shared_bytes_without_asking;
  properties.sharedMemPerBlockOptin = 227 * 1024;
  properties.sharedMemPerMultiprocessor = 228 * 1024;
  properties.reservedSharedMemPerBlock = 1024;
  properties.maxThreadsPerBlock = most_threads_of_block;
  properties.maxThreadsPerMultiProcessor = 2048;
  properties.maxBlocksPerMultiProcessor = 32;
  properties.multiProcessorCount = 4;
  properties.major = 9;
  properties.minor = 0;
  properties.memoryPoolsSupported = 1;
  return properties;
}

bool is_device(int device) { return device >= 0 && std::cmp_less(device, runtime().devices.size()); }

int allowed_shared_bytes(int device, void const* kernel) {
  auto const entry = runtime().allowed_shared_bytes.find({device, kernel});
  return entry == runtime().allowed_shared_bytes.end() ? shared_bytes_without_asking : entry->second;
}

bool is_valid_shape(GridLaunch const& launch) {
  dim3 const& grid = launch.grid;
  dim3 const& block = launch.block;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || block.x == 0 || block.y == 0 || block.z == 0) return false;
  if (grid.y > most_blocks_across || grid.z > most_blocks_across || block.z > 64) return false;
  return std::uint64_t{block.x} * block.y * block.z <= most_threads_of_block;
}

}  // namespace

RuntimeState::RuntimeState() : devices(2, default_properties()) {}

RuntimeState& runtime() {
  // Never destroyed: an engine may outlive main().
  static RuntimeState& state = *new RuntimeState;
  return state;
}

ThreadState& this_thread() {
  thread_local ThreadState state;
  return state;
}

cudaError_t error_of(int device) {
  auto const entry = runtime().lost.find(device);
  return entry == runtime().lost.end() ? cudaSuccess : entry->second;
}

void lose_device(int device, cudaError_t error) {
  if (!runtime().lost.emplace(device, error).second) return;
  runtime().schedule.drop(device);
}

cudaError_t end_call(cudaError_t status) {
  if (status != cudaSuccess) this_thread().last_error = status;
  return status;
}

std::vector<cudaDeviceProp>& devices() { return runtime().devices; }

void set_schedule_seed(std::uint64_t seed) { runtime().schedule.set_seed(seed); }

std::vector<CopyRecord> copy_log() { return runtime().copies; }

std::vector<WorkRecord> work_log() { return runtime().work_log; }

bool must_follow(std::vector<WorkRecord> const& log, std::size_t later, std::size_t earlier) {
  std::vector<bool> before(log.size(), false);
  before[later] = true;
  for (std::size_t at = later; at > earlier; --at) {
    if (!before[at]) continue;
    for (std::size_t const position : log[at].after) before[position] = true;
  }
  return before[earlier];
}

LiveObjects live_objects() {
  RuntimeState const& state = runtime();
  LiveObjects objects{.streams = state.schedule.streams().size(),
                      .events = state.events.size(),
                      .pools = state.pools.size(),
                      .blas_handles = state.blas_handles.size()};
  for (Allocation const& allocation : live_allocations()) {
    ++(allocation.space == Space::device ? objects.device_allocations : objects.pinned_allocations);
  }
  for (CUstream_st const* const stream : state.schedule.streams()) objects.queued_work += stream->queue.size();
  return objects;
}

void reset_runtime() {
  if (live_objects() != LiveObjects{}) throw std::logic_error("simt: reset_runtime() while something is alive");
  RuntimeState& state = runtime();
  state.devices.assign(2, default_properties());
  state.lost.clear();
  state.schedule.set_seed(1);
  state.allowed_shared_bytes.clear();
  state.call_faults.clear();
  state.work_faults.clear();
  state.calls.clear();
  state.works = 0;
  state.copies.clear();
  state.work_log.clear();
  state.host_noted_last.reset();
  state.actions_before_calls.clear();
  state.blas_calls.clear();
  launch_log().clear();
  this_thread() = {};
}

cudaError_t enqueue(cudaStream_t stream, void const* kernel, GridLaunch launch) {
  return on_stream("cudaLaunchKernel", stream, [&] {
    if (stream->device != this_thread().device) return cudaErrorInvalidResourceHandle;
    if (!is_valid_shape(launch)) return cudaErrorInvalidConfiguration;
    if (std::cmp_greater(launch.dynamic_shared_bytes, allowed_shared_bytes(stream->device, kernel))) {
      return cudaErrorInvalidValue;
    }
    std::string name = launch.name;
    runtime().schedule.queue(stream, {.name = std::move(name), .run = [launch = std::move(launch)] {
                                        bool const sound = execute(launch);
                                        check_red_zones();
                                        return sound ? cudaSuccess : cudaErrorLaunchFailure;
                                      }});
    return cudaSuccess;
  });
}

cudaError_t enqueue(cudaStream_t stream, std::string name, std::function<void()> work) {
  return on_stream("cudaLaunchKernel", stream, [&] {
    if (stream->device != this_thread().device) return cudaErrorInvalidResourceHandle;
    auto run = [name, work = std::move(work)] {
      DeviceMemoryOpen const open;
      work();
      check_red_zones("by " + name);
      launch_log().push_back({.name = name, .grid = dim3(1), .block = dim3(1)});
      return cudaSuccess;
    };
    runtime().schedule.queue(stream, {.name = std::move(name), .run = std::move(run)});
    return cudaSuccess;
  });
}

}  // namespace simt

using simt::on_device;
using simt::runtime;
using simt::this_thread;

cudaError_t cudaPeekAtLastError() {
  std::scoped_lock const lock(runtime().mutex);
  cudaError_t const lost = simt::error_of(this_thread().device);
  return lost == cudaSuccess ? this_thread().last_error : lost;
}

cudaError_t cudaGetLastError() {
  cudaError_t const error = cudaPeekAtLastError();
  this_thread().last_error = cudaSuccess;
  return error;
}

char const* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInitializationError: return "cudaErrorInitializationError";
    case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
    case cudaErrorInvalidMemcpyDirection: return "cudaErrorInvalidMemcpyDirection";
    case cudaErrorStubLibrary: return "cudaErrorStubLibrary";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorDevicesUnavailable: return "cudaErrorDevicesUnavailable";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
    case cudaErrorECCUncorrectable: return "cudaErrorECCUncorrectable";
    case cudaErrorInvalidResourceHandle: return "cudaErrorInvalidResourceHandle";
    case cudaErrorNotReady: return "cudaErrorNotReady";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    case cudaErrorLaunchTimeout: return "cudaErrorLaunchTimeout";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    case cudaErrorSystemDriverMismatch: return "cudaErrorSystemDriverMismatch";
    case cudaErrorCompatNotSupportedOnDevice: return "cudaErrorCompatNotSupportedOnDevice";
    case cudaErrorUnknown: break;
  }
  return "cudaErrorUnknown";
}

char const* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "an argument is not valid";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInitializationError: return "the driver could not start";
    case cudaErrorInvalidConfiguration: return "the device does not take this launch shape";
    case cudaErrorInvalidMemcpyDirection: return "the memory does not lie where the copy's direction says";
    case cudaErrorStubLibrary: return "the driver is a stub";
    case cudaErrorInsufficientDriver: return "the driver is older than the runtime";
    case cudaErrorDevicesUnavailable: return "the device is busy or taken";
    case cudaErrorNoDevice: return "no device is there";
    case cudaErrorInvalidDevice: return "there is no such device";
    case cudaErrorECCUncorrectable: return "the device's memory has an error that cannot be corrected";
    case cudaErrorInvalidResourceHandle: return "the stream, event or pool is not one, or is another device's";
    case cudaErrorNotReady: return "the work is not done yet";
    case cudaErrorIllegalAddress: return "a kernel or copy used an address that is not allocated";
    case cudaErrorLaunchTimeout: return "a kernel ran too long";
    case cudaErrorLaunchFailure: return "a kernel failed";
    case cudaErrorSystemDriverMismatch: return "driver and display driver are of different versions";
    case cudaErrorCompatNotSupportedOnDevice: return "the device does not support the compatibility driver";
    case cudaErrorUnknown: break;
  }
  return "unknown error";
}

cudaError_t cudaGetDeviceCount(int* count) {
  return on_device("cudaGetDeviceCount", simt::no_device, [&] {
    *count = static_cast<int>(runtime().devices.size());
    return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
  });
}

cudaError_t cudaSetDevice(int device) {
  return on_device("cudaSetDevice", device, [&] {
    if (!simt::is_device(device)) return cudaErrorInvalidDevice;
    this_thread().device = device;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) {
  return on_device("cudaGetDevice", simt::no_device, [&] {
    *device = this_thread().device;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return on_device("cudaGetDeviceProperties", simt::no_device, [&] {
    if (!simt::is_device(device)) return cudaErrorInvalidDevice;
    *properties = runtime().devices[static_cast<std::size_t>(device)];
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return on_device("cudaDeviceGetAttribute", simt::no_device, [&] {
    if (!simt::is_device(device)) return cudaErrorInvalidDevice;
    cudaDeviceProp const& properties = runtime().devices[static_cast<std::size_t>(device)];
    switch (attribute) {
      case cudaDevAttrMaxSharedMemoryPerBlockOptin:
        *value = static_cast<int>(properties.sharedMemPerBlockOptin);
        return cudaSuccess;
    }
    return cudaErrorInvalidValue;
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void const* kernel) {
  int const device = this_thread().device;
  return on_device("cudaFuncGetAttributes", device, [&] {
    *attributes = {.sharedSizeBytes = 0, .maxDynamicSharedSizeBytes = simt::allowed_shared_bytes(device, kernel)};
    return cudaSuccess;
  });
}

cudaError_t cudaFuncSetAttribute(void const* kernel, cudaFuncAttribute attribute, int value) {
  int const device = this_thread().device;
  return on_device("cudaFuncSetAttribute", device, [&] {
    std::size_t const most = runtime().devices[static_cast<std::size_t>(device)].sharedMemPerBlockOptin;
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0 || std::cmp_greater(value, most)) {
      return cudaErrorInvalidValue;
    }
    runtime().allowed_shared_bytes[{device, kernel}] = value;
    return cudaSuccess;
  });
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void const* kernel, int block_threads,
                                                          std::size_t dynamic_shared_bytes) {
  int const device = this_thread().device;
  return on_device("cudaOccupancyMaxActiveBlocksPerMultiprocessor", device, [&] {
    cudaDeviceProp const& properties = runtime().devices[static_cast<std::size_t>(device)];
    if (block_threads < 1 || block_threads > properties.maxThreadsPerBlock) return cudaErrorInvalidValue;
    *blocks = 0;
    if (std::cmp_greater(dynamic_shared_bytes, simt::allowed_shared_bytes(device, kernel))) return cudaSuccess;
    int const warp_threads = (block_threads + 31) / 32 * 32;
    std::size_t const by_shared_memory =
        properties.sharedMemPerMultiprocessor / (dynamic_shared_bytes + properties.reservedSharedMemPerBlock);
    *blocks = std::min({properties.maxThreadsPerMultiProcessor / warp_threads, properties.maxBlocksPerMultiProcessor,
                        static_cast<int>(by_shared_memory)});
    return cudaSuccess;
  });
}
