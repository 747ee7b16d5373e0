#include "tests/simt/fault_message.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include "tests/simt/block.hpp"
#include "tests/simt/device_memory.hpp"

namespace simt {
namespace {

constexpr std::size_t signal_stack_bytes = 64 * 1024;

struct PreviousHandlers {
  struct sigaction segmentation, bus;
};
PreviousHandlers& previous_handlers() {
  static PreviousHandlers handlers{};
  return handlers;
}

[[noreturn]] void end_with(std::string_view message) {
  // Nothing that allocates or locks: this runs in a signal handler.
  [[maybe_unused]] ssize_t const written = write(STDERR_FILENO, message.data(), message.size());
  std::abort();
}

void on_fault(int signal, siginfo_t* information, void*) {
  if (Block::stack_guard_contains(information->si_addr)) {
    end_with("simt: stack overflow of a CUDA thread\n");
  }
  if (in_device_arena(information->si_addr)) {
    end_with(Block::current() != nullptr ? "simt: a kernel accesses device memory that was never allocated\n"
                                         : "simt: host code accesses device memory\n");
  }
  // Not ours: with the former handler in place the same instruction faults again.
  sigaction(signal, signal == SIGBUS ? &previous_handlers().bus : &previous_handlers().segmentation, nullptr);
}

}  // namespace

void install_fault_messages() {
  static bool const installed = [] {
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGSEGV, &action, &previous_handlers().segmentation) == 0 &&
           sigaction(SIGBUS, &action, &previous_handlers().bus) == 0;
  }();
  (void)installed;
}

SignalStack::SignalStack() {
  stack_t present{};
  // The address sanitizer has given the thread one, and will take it back.
  if (sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
  memory_ = std::malloc(signal_stack_bytes);
  stack_t own{};
  own.ss_sp = memory_;
  own.ss_size = signal_stack_bytes;
  sigaltstack(&own, nullptr);
}

SignalStack::~SignalStack() {
  if (memory_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
  std::free(memory_);
}

}  // namespace simt
