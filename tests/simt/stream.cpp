#include "tests/simt/stream.hpp"

#include <algorithm>
#include <utility>

#include "tests/simt/finding.hpp"
#include "tests/simt/runtime_state.hpp"

namespace simt {

void StreamSchedule::add(CUstream_st* stream) {
  stream->number = ++streams_made_;
  streams_.push_back(stream);
}

void StreamSchedule::remove(CUstream_st* stream) { std::erase(streams_, stream); }

bool StreamSchedule::has(CUstream_st* stream) const { return std::ranges::find(streams_, stream) != streams_.end(); }

std::size_t StreamSchedule::note(std::string name, CUstream_st* stream, std::optional<std::size_t> also) {
  RuntimeState& state = runtime();
  std::size_t const position = state.work_log.size();
  std::optional<std::size_t>& last = stream == nullptr ? state.host_noted_last : stream->noted_last;
  WorkRecord record{.name = std::move(name), .stream = stream == nullptr ? 0 : stream->number, .after = {}};
  if (last) record.after.push_back(*last);
  if (stream != nullptr && state.host_noted_last) record.after.push_back(*state.host_noted_last);
  if (also) record.after.push_back(*also);
  state.work_log.push_back(std::move(record));
  last = position;
  return position;
}

void StreamSchedule::wait_for(CUstream_st* stream, std::shared_ptr<Mark const> const& mark) {
  note("wait", stream, mark->work);
  if (mark->reached) return;
  stream->queue.push_back({.name = "wait", .run = [] { return cudaSuccess; }, .waits_for = mark});
  run_some();
}

void StreamSchedule::queue(CUstream_st* stream, Work work) {
  work.done->work = note(work.name, stream);
  stream->queue.push_back(std::move(work));
  run_some();
}

void StreamSchedule::run_some() {
  if (draw(2) == 0) return;
  for (std::uint64_t steps = draw(4); steps > 0; --steps) {
    if (CUstream_st* const ready = next_ready(); ready != nullptr) run_first_of(ready);
  }
}

void StreamSchedule::run_until(Mark const& mark) {
  note("the host waits", nullptr, mark.work);
  while (!mark.reached) {
    CUstream_st* const ready = next_ready();
    if (ready == nullptr) {
      report(FindingKind::deadlock, "the host waits for work that no stream can come to");
      return;
    }
    run_first_of(ready);
  }
}

void StreamSchedule::drain(CUstream_st* stream) {
  if (stream->noted_last) note("the host waits", nullptr, stream->noted_last);
  while (!stream->queue.empty()) {
    std::shared_ptr<Mark const> const last = stream->queue.back().done;
    run_until(*last);
  }
}

void StreamSchedule::drain_device(int device) {
  std::vector<CUstream_st*> const streams = streams_;  // running work puts them into another order
  for (CUstream_st* const stream : streams) {
    if (stream->device == device) drain(stream);
  }
}

void StreamSchedule::drop(int device) {
  for (CUstream_st* const stream : streams_) {
    if (stream->device != device) continue;
    std::deque<Work> const dropped = std::exchange(stream->queue, {});
    for (Work const& work : dropped) {
      if (work.gives_back) work.run();
      work.done->reached = true;
    }
  }
}

CUstream_st* StreamSchedule::next_ready() {
  // Streams keep their preference for a while, so that one may run far ahead of another.
  if (draw(4) == 0) {
    for (std::size_t i = streams_.size(); i > 1; --i) std::swap(streams_[i - 1], streams_[draw(i)]);
  }
  for (CUstream_st* const stream : streams_) {
    if (stream->queue.empty()) continue;
    Work const& first = stream->queue.front();
    if (first.waits_for == nullptr || first.waits_for->reached) return stream;
  }
  return nullptr;
}

void StreamSchedule::run_first_of(CUstream_st* stream) {
  Work const work = std::move(stream->queue.front());
  stream->queue.pop_front();
  RuntimeState& state = runtime();
  auto const fault = state.work_faults.find(++state.works);
  bool const fails = fault != state.work_faults.end();
  cudaError_t status = fails ? fault->second : cudaSuccess;
  if (!fails || work.gives_back) {
    cudaError_t const own_status = work.run();
    if (!fails) status = own_status;
  }
  work.done->reached = true;
  if (status != cudaSuccess) lose_device(stream->device, status);
}

}  // namespace simt

using simt::on_device;
using simt::on_stream;
using simt::runtime;
using simt::this_thread;
using simt::Work;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  int const device = this_thread().device;
  return on_device("cudaStreamCreateWithFlags", device, [&] {
    // A blocking stream would wait for the legacy default stream, which is not offered here.
    if (flags != cudaStreamNonBlocking) return cudaErrorInvalidValue;
    *stream = new CUstream_st{device};
    runtime().schedule.add(*stream);
    return cudaSuccess;
  });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  std::scoped_lock const lock(runtime().mutex);
  if (!runtime().schedule.has(stream)) stream = nullptr;
  return simt::give_back("cudaStreamDestroy", stream, stream == nullptr ? simt::no_device : stream->device, [&] {
    runtime().schedule.drain(stream);
    runtime().schedule.remove(stream);
    delete stream;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return on_stream("cudaStreamSynchronize", stream, [&] {
    runtime().schedule.drain(stream);
    return simt::error_of(stream->device);
  });
}

cudaError_t cudaDeviceSynchronize() {
  int const device = this_thread().device;
  return on_device("cudaDeviceSynchronize", device, [&] {
    runtime().schedule.drain_device(device);
    return simt::error_of(device);
  });
}

cudaError_t cudaStreamGetDevice(cudaStream_t stream, int* device) {
  return on_stream("cudaStreamGetDevice", stream, [&] {
    *device = stream->device;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags) {
  return on_stream("cudaStreamWaitEvent", stream, [&] {
    if (!runtime().events.contains(event)) return cudaErrorInvalidResourceHandle;
    if (flags != 0) return cudaErrorInvalidValue;
    if (event->mark != nullptr) runtime().schedule.wait_for(stream, event->mark);
    return cudaSuccess;
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  int const device = this_thread().device;
  return on_device("cudaEventCreateWithFlags", device, [&] {
    if (flags != cudaEventDisableTiming) return cudaErrorInvalidValue;
    *event = new CUevent_st{device};
    runtime().events.insert(*event);
    return cudaSuccess;
  });
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  std::scoped_lock const lock(runtime().mutex);
  if (!runtime().events.contains(event)) event = nullptr;
  return simt::give_back("cudaEventDestroy", event, event == nullptr ? simt::no_device : event->device, [&] {
    runtime().events.erase(event);
    delete event;
    return cudaSuccess;
  });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return on_stream("cudaEventRecord", stream, [&] {
    if (!runtime().events.contains(event) || event->device != stream->device) return cudaErrorInvalidResourceHandle;
    Work work{.name = "event", .run = [] { return cudaSuccess; }};
    event->mark = work.done;
    runtime().schedule.queue(stream, std::move(work));
    return cudaSuccess;
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  std::scoped_lock const lock(runtime().mutex);
  if (!runtime().events.contains(event)) return simt::end_call(cudaErrorInvalidResourceHandle);
  cudaError_t status = simt::begin_call("cudaEventSynchronize", event->device);
  if (status == cudaSuccess && event->mark != nullptr) {
    runtime().schedule.run_until(*event->mark);
    status = simt::error_of(event->device);
  }
  return simt::end_call(status);
}
