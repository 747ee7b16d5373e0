/// A message for the two memory faults that the executor provokes on purpose.
#pragma once

namespace simt {

/// From then on a fault in the guard page of a CUDA thread's stack ends the program with "stack overflow", and host
/// code that follows a device pointer with "host code accesses device memory"; other faults go where they went before.
void install_fault_messages();

/// Gives the calling OS thread a second stack for signal handlers: the first may be the one that is full.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(SignalStack const&) = delete;
  SignalStack& operator=(SignalStack const&) = delete;

 private:
  void* memory_ = nullptr;
};

}  // namespace simt
