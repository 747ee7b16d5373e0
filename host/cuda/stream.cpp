#include "cuda/stream.hpp"

#include "cuda/cuda_error.hpp"

namespace regio::cuda {

Stream::Stream(MemoryPool const& pool, cudaStream_t callers)
    : pool_(pool), handle_(callers), owned_(callers == nullptr) {
  if (owned_) check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
}

Stream::~Stream() {
  if (owned_) disregard(cudaStreamDestroy(handle_));
}

void Stream::wait() const { check(cudaStreamSynchronize(handle_), "cudaStreamSynchronize"); }

bool Stream::settle() const noexcept {
  cudaError_t const status = cudaStreamSynchronize(handle_);
  disregard(status);
  return status == cudaSuccess;
}

void Stream::wait_for(Event const& event) const {
  check(cudaStreamWaitEvent(handle_, event.handle(), 0), "cudaStreamWaitEvent");
}

Event::Event() { check(cudaEventCreateWithFlags(&handle_, cudaEventDisableTiming), "cudaEventCreateWithFlags"); }

Event::~Event() { disregard(cudaEventDestroy(handle_)); }

void Event::record(Stream const& stream) const { check(cudaEventRecord(handle_, stream.handle()), "cudaEventRecord"); }

void Event::wait() const { check(cudaEventSynchronize(handle_), "cudaEventSynchronize"); }

}  // namespace regio::cuda
