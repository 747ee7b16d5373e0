/// What the runtime's functions share. All of it is guarded by one lock, under which kernels run too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simt/blas.hpp"
#include "tests/simt/fault_injection.hpp"
#include "tests/simt/simulated_devices.hpp"
#include "tests/simt/stream.hpp"

struct CUmemPoolHandle_st {
  int device;
  std::uint64_t release_threshold = 0;
  std::size_t reserved = 0;
  std::size_t used = 0;
  bool destroyed = false;  ///< by its owner; it goes when nothing of it is used any more
};

struct cublasContext;

namespace simt {

struct StreamAllocation {
  std::size_t bytes;
  CUmemPoolHandle_st* pool;
  std::shared_ptr<Mark const> usable;  ///< reached when its stream has come to the allocation
  bool free_called = false;            ///< the stream may still have to come to it
};

struct RuntimeState {
  RuntimeState();

  std::mutex mutex;
  std::vector<cudaDeviceProp> devices;
  std::map<int, cudaError_t> lost;  ///< what every call on a lost device answers
  StreamSchedule schedule;
  std::set<CUevent_st*> events;
  std::set<CUmemPoolHandle_st*> pools;
  std::map<std::byte*, StreamAllocation> allocations;
  std::map<std::pair<int, void const*>, int> allowed_shared_bytes;  ///< of (device, kernel), where it was set
  std::vector<Fault> call_faults;
  std::map<std::uint64_t, cudaError_t> work_faults;
  std::vector<std::string> calls;
  std::uint64_t works = 0;
  std::vector<CopyRecord> copies;
  std::vector<WorkRecord> work_log;
  std::optional<std::size_t> host_noted_last;                         ///< the host's last entry there
  std::map<std::size_t, std::function<void()>> actions_before_calls;  ///< by the number of the call
  std::set<cublasContext*> blas_handles;
  std::vector<BlasCall> blas_calls;
};
RuntimeState& runtime();

/// The calling thread's own part.
struct ThreadState {
  int device = 0;
  cudaError_t last_error = cudaSuccess;
};
ThreadState& this_thread();

/// What calls on the device answer: cudaSuccess, unless it is lost.
cudaError_t error_of(int device);
/// From now on every call on the device answers with the error, and what is queued there does not run.
void lose_device(int device, cudaError_t error);

/// When work comes to use device memory: it must be allocated by then, in the order of the streams, and not yet freed.
/// Otherwise a finding, and false.
bool is_usable(void const* memory, std::size_t bytes, std::string const& user);

/// For calls that concern no device.
constexpr int no_device = -1;

/// Counts a call and says with which error it must fail, if any: that of an injected fault or of a lost device.
cudaError_t begin_call(char const* function, int device);
/// Keeps a failure for cudaGetLastError().
cudaError_t end_call(cudaError_t status);

/// A function of the runtime: body() does its work, unless the call must fail.
template <class Body>
cudaError_t on_device(char const* function, int device, Body&& body) {
  std::scoped_lock const lock(runtime().mutex);
  cudaError_t const status = begin_call(function, device);
  return end_call(status == cudaSuccess ? body() : status);
}

/// The same for a stream, which must be one.
template <class Body>
cudaError_t on_stream(char const* function, cudaStream_t stream, Body&& body) {
  std::scoped_lock const lock(runtime().mutex);
  if (!runtime().schedule.has(stream)) return end_call(cudaErrorInvalidResourceHandle);
  cudaError_t const status = begin_call(function, stream->device);
  return end_call(status == cudaSuccess ? body() : status);
}

/// A function that gives something back, which it does even when it must fail. `object` is null for a bad handle.
template <class Object, class Body>
cudaError_t give_back(char const* function, Object* object, int device, Body&& body) {
  if (object == nullptr) return end_call(cudaErrorInvalidResourceHandle);
  cudaError_t const status = begin_call(function, device);
  cudaError_t const own_status = body();
  return end_call(status == cudaSuccess ? own_status : status);
}

}  // namespace simt
