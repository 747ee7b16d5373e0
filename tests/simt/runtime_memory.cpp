#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "tests/simt/device_memory.hpp"
#include "tests/simt/finding.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/runtime_state.hpp"

namespace simt {
namespace {

std::size_t reserved_bytes(int device) {
  std::size_t bytes = 0;
  for (CUmemPoolHandle_st const* const pool : runtime().pools) {
    if (pool->device == device) bytes += pool->reserved;
  }
  return bytes;
}

std::size_t total_bytes(int device) { return runtime().devices[static_cast<std::size_t>(device)].totalGlobalMem; }

/// Takes bytes of the pool, which grows when it has not enough idle ones.
bool take(CUmemPoolHandle_st& pool, std::size_t bytes) {
  std::size_t const idle = pool.reserved - pool.used;
  std::size_t const growth = bytes > idle ? bytes - idle : 0;
  if (growth > total_bytes(pool.device) - reserved_bytes(pool.device)) return false;
  pool.reserved += growth;
  pool.used += bytes;
  return true;
}

void forget_when_unused(CUmemPoolHandle_st* pool) {
  if (!pool->destroyed || pool->used > 0) return;
  runtime().pools.erase(pool);
  delete pool;
}

void release_allocation(std::byte* memory) {
  auto const entry = runtime().allocations.find(memory);
  CUmemPoolHandle_st* const pool = entry->second.pool;
  pool->used -= entry->second.bytes;
  pool->reserved = std::max(pool->used, std::min<std::size_t>(pool->reserved, pool->release_threshold));
  runtime().allocations.erase(entry);
  device_free(memory);
  forget_when_unused(pool);
}

Space space_of(cudaMemcpyKind kind, bool source) {
  bool const on_device = source ? kind != cudaMemcpyHostToDevice : kind != cudaMemcpyDeviceToHost;
  return on_device ? Space::device : Space::host;
}

/// Whether `bytes` from the pointer on lie where the direction says; pinned memory is memory of the host.
bool lies_in(Place const& place, Space space, std::size_t bytes) {
  if (space == Space::host && place.space == Space::host) return true;
  Space const found = place.space == Space::pinned ? Space::host : place.space;
  return found == space && place.bytes_left >= bytes;
}

}  // namespace

bool is_usable(void const* memory, std::size_t bytes, std::string const& user) {
  if (!lies_in(place_of(memory), Space::device, bytes)) {
    report(FindingKind::stream_order,
           user + " uses device memory that was freed, in another stream's order, before it");
    return false;
  }
  auto entry = runtime().allocations.upper_bound(static_cast<std::byte*>(const_cast<void*>(memory)));
  if (entry != runtime().allocations.begin() && !(--entry)->second.usable->reached) {
    report(FindingKind::stream_order, user + " uses device memory before the allocating stream has come to it");
    return false;
  }
  return true;
}

namespace {

char const* name_of(cudaMemcpyKind kind) {
  switch (kind) {
    case cudaMemcpyHostToDevice: return "copy to the device";
    case cudaMemcpyDeviceToHost: return "copy to the host";
    case cudaMemcpyDeviceToDevice: break;
  }
  return "copy on the device";
}

cudaError_t copy(CUstream_st* stream, void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind) {
  Place const target = place_of(to);
  Place const source = place_of(from);
  if (!lies_in(target, space_of(kind, false), bytes) || !lies_in(source, space_of(kind, true), bytes)) {
    return cudaErrorInvalidMemcpyDirection;
  }
  runtime().copies.push_back({kind, bytes, stream->device});
  std::string const name = name_of(kind);
  auto const run = [=](void const* origin) {
    if (target.space == Space::device && !is_usable(to, bytes, name)) return cudaErrorIllegalAddress;
    if (source.space == Space::device && !is_usable(from, bytes, name)) return cudaErrorIllegalAddress;
    DeviceMemoryOpen const open;
    std::memmove(to, origin, bytes);
    check_red_zones();
    return cudaSuccess;
  };
  Work work{.name = name};
  if (source.space == Space::host) {
    // Staged before the call returns, so the caller may change its memory at once.
    auto const* const first = static_cast<std::byte const*>(from);
    work.run = [run, staged = std::vector<std::byte>(first, first + bytes)] { return run(staged.data()); };
  } else {
    work.run = [run, from] { return run(from); };
    if (source.space == Space::pinned) work.host_memory = static_cast<std::byte const*>(from);
  }
  if (target.space == Space::pinned) work.host_memory = static_cast<std::byte const*>(to);
  std::shared_ptr<Mark const> const done = work.done;
  runtime().schedule.queue(stream, std::move(work));
  if (target.space == Space::host) runtime().schedule.run_until(*done);
  return error_of(stream->device);
}

bool is_pool(CUmemPoolHandle_st* pool) { return runtime().pools.contains(pool) && !pool->destroyed; }

template <class Body>
cudaError_t on_pool(char const* function, CUmemPoolHandle_st* pool, Body&& body) {
  std::scoped_lock const lock(runtime().mutex);
  if (!is_pool(pool)) return end_call(cudaErrorInvalidResourceHandle);
  cudaError_t const status = begin_call(function, pool->device);
  return end_call(status == cudaSuccess ? body() : status);
}

/// Pinned memory must not go while a queued copy uses it. CUDA mostly waits, but does not promise to.
void require_unused(std::byte const* begin, std::size_t bytes) {
  std::vector<CUstream_st*> const streams = runtime().schedule.streams();
  for (CUstream_st* const stream : streams) {
    auto const use = std::ranges::find_if(
        stream->queue, [&](Work const& work) { return work.host_memory >= begin && work.host_memory < begin + bytes; });
    if (use == stream->queue.end()) continue;
    report(FindingKind::stream_order, "pinned memory was freed while a queued " + use->name + " uses it");
    runtime().schedule.drain(stream);
  }
}

}  // namespace
}  // namespace simt

using simt::on_device;
using simt::on_pool;
using simt::on_stream;
using simt::runtime;

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  int const device = simt::this_thread().device;
  return on_device("cudaMemGetInfo", device, [&] {
    *total = simt::total_bytes(device);
    *free = *total - simt::reserved_bytes(device);
    return cudaSuccess;
  });
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, cudaMemPoolProps const* properties) {
  return on_device("cudaMemPoolCreate", properties->location.id, [&] {
    bool const plain = properties->allocType == cudaMemAllocationTypePinned &&
                       properties->handleTypes == cudaMemHandleTypeNone &&
                       properties->location.type == cudaMemLocationTypeDevice;
    if (!plain || properties->location.id < 0 ||
        std::cmp_greater_equal(properties->location.id, runtime().devices.size())) {
      return cudaErrorInvalidValue;
    }
    *pool = new CUmemPoolHandle_st{properties->location.id};
    runtime().pools.insert(*pool);
    return cudaSuccess;
  });
}

cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool) {
  std::scoped_lock const lock(runtime().mutex);
  if (!simt::is_pool(pool)) pool = nullptr;
  return simt::give_back("cudaMemPoolDestroy", pool, pool == nullptr ? simt::no_device : pool->device, [&] {
    pool->destroyed = true;
    simt::forget_when_unused(pool);
    return cudaSuccess;
  });
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  return on_pool("cudaMemPoolSetAttribute", pool, [&] {
    if (attribute != cudaMemPoolAttrReleaseThreshold) return cudaErrorInvalidValue;
    pool->release_threshold = *static_cast<std::uint64_t const*>(value);
    return cudaSuccess;
  });
}

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  return on_pool("cudaMemPoolGetAttribute", pool, [&] {
    auto& number = *static_cast<std::uint64_t*>(value);
    switch (attribute) {
      case cudaMemPoolAttrReleaseThreshold: number = pool->release_threshold; break;
      case cudaMemPoolAttrReservedMemCurrent: number = pool->reserved; break;
      case cudaMemPoolAttrUsedMemCurrent: number = pool->used; break;
    }
    return cudaSuccess;
  });
}

cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t bytes_to_keep) {
  return on_pool("cudaMemPoolTrimTo", pool, [&] {
    pool->reserved = std::max(pool->used, std::min(pool->reserved, bytes_to_keep));
    return cudaSuccess;
  });
}

cudaError_t cudaMallocFromPoolAsync(void** memory, std::size_t bytes, cudaMemPool_t pool, cudaStream_t stream) {
  return on_stream("cudaMallocFromPoolAsync", stream, [&] {
    if (bytes == 0 || !simt::is_pool(pool) || pool->device != stream->device) return cudaErrorInvalidValue;
    if (!simt::take(*pool, bytes)) {
      // CUDA may make the allocation wait for queued work that frees memory.
      runtime().schedule.drain_device(stream->device);
      if (cudaError_t const error = simt::error_of(stream->device); error != cudaSuccess) return error;
      if (!simt::take(*pool, bytes)) return cudaErrorMemoryAllocation;
    }
    *memory = simt::device_allocate(stream->device, bytes);
    simt::Work work{.name = "allocation", .run = [] { return cudaSuccess; }};
    runtime().allocations[static_cast<std::byte*>(*memory)] = {bytes, pool, work.done};
    runtime().schedule.queue(stream, std::move(work));
    return cudaSuccess;
  });
}

cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  std::scoped_lock const lock(runtime().mutex);
  auto* const begin = static_cast<std::byte*>(memory);
  auto const entry = runtime().allocations.find(begin);
  bool const valid = entry != runtime().allocations.end() && !entry->second.free_called;
  if (!valid || !runtime().schedule.has(stream)) stream = nullptr;
  return simt::give_back("cudaFreeAsync", stream, stream == nullptr ? simt::no_device : stream->device, [&] {
    entry->second.free_called = true;
    auto const release = [begin] {
      simt::release_allocation(begin);
      return cudaSuccess;
    };
    if (simt::error_of(stream->device) != cudaSuccess) return release();
    runtime().schedule.queue(stream, {.name = "free", .run = release, .gives_back = true});
    return cudaSuccess;
  });
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  return on_device("cudaMallocHost", simt::this_thread().device, [&] {
    if (bytes == 0) return cudaErrorInvalidValue;
    *memory = simt::pinned_allocate(bytes);
    return cudaSuccess;
  });
}

cudaError_t cudaFreeHost(void* memory) {
  std::scoped_lock const lock(runtime().mutex);
  simt::Place const place = simt::place_of(memory);
  if (place.space != simt::Space::pinned) memory = nullptr;
  return simt::give_back("cudaFreeHost", memory, simt::this_thread().device, [&] {
    simt::require_unused(static_cast<std::byte const*>(memory), place.bytes_left);
    simt::pinned_free(memory);
    return cudaSuccess;
  });
}

cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return on_stream("cudaMemcpyAsync", stream, [&] { return simt::copy(stream, to, from, bytes, kind); });
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  return on_stream("cudaMemsetAsync", stream, [&] {
    if (!simt::lies_in(simt::place_of(memory), simt::Space::device, bytes)) return cudaErrorInvalidValue;
    runtime().schedule.queue(stream, {.name = "memset", .run = [=] {
                                        if (!simt::is_usable(memory, bytes, "memset")) return cudaErrorIllegalAddress;
                                        simt::DeviceMemoryOpen const open;
                                        std::memset(memory, value, bytes);
                                        simt::check_red_zones();
                                        return cudaSuccess;
                                      }});
    return cudaSuccess;
  });
}
