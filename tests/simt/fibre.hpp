/// One CUDA thread's stack and registers: a fibre of Boost.Context.
#pragma once

#include <cstddef>

#include <boost/context/detail/fcontext.hpp>

namespace simt {

/// Stays on the OS thread that resumes it: the compiler may keep addresses of thread-local variables across a switch.
class Fibre {
 public:
  static constexpr std::size_t stack_bytes = 128 * 1024;
  static constexpr std::size_t guard_bytes = 4096;

  Fibre();
  ~Fibre();
  Fibre(Fibre const&) = delete;
  Fibre& operator=(Fibre const&) = delete;

  /// Prepares body(argument); what was running before is dropped where it stands.
  void start(void (*body)(void*), void* argument);
  /// Runs it until it suspends or ends.
  void resume();
  /// Called inside: goes back to the caller of resume().
  void suspend();

  [[nodiscard]] std::byte* stack() const { return stack_; }

 private:
  static void entry(boost::context::detail::transfer_t from_caller);

  std::byte* stack_ = nullptr;  ///< lowest usable byte; the guard page lies below
  // The level below boost::context::fiber, whose destructor unwinds an unfinished stack. A finding drops its fibre in
  // places from which nothing may be thrown.
  boost::context::detail::fcontext_t context_ = nullptr;
  boost::context::detail::fcontext_t caller_ = nullptr;
  void (*body_)(void*) = nullptr;
  void* argument_ = nullptr;
  // What the address sanitizer wants to know of both stacks.
  void* fake_stack_ = nullptr;
  void* caller_fake_stack_ = nullptr;
  void const* caller_stack_ = nullptr;
  std::size_t caller_stack_bytes_ = 0;
};

}  // namespace simt
