/// A kernel with its arguments, as one CUDA thread calls it.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace simt {

template <class... Parameters>
class KernelCall {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...), "CUDA copies the arguments of a kernel as bytes");
  static_assert((sizeof(Parameters) + ... + 0) <= 4096, "the arguments of a kernel have at most 4096 bytes");

 public:
  KernelCall(void (*kernel)(Parameters...), std::tuple<Parameters...> arguments)
      : kernel_(kernel), arguments_(std::move(arguments)) {}

  /// Not instrumented: on a device the arguments lie in constant memory, here in the host's, which kernels must not
  /// read.
  __attribute__((no_sanitize("thread"))) void operator()() const { call(std::index_sequence_for<Parameters...>{}); }

 private:
  template <std::size_t... i>
  __attribute__((no_sanitize("thread"))) void call(std::index_sequence<i...>) const {
    kernel_(std::get<i>(arguments_)...);
  }

  void (*kernel_)(Parameters...);
  std::tuple<Parameters...> arguments_;
};

}  // namespace simt
