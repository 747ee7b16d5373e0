/// Launches and device arrays for tests of the executor itself, which are about kernels and not about the runtime.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tests/simt/device_memory.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/kernel_call.hpp"

namespace simt {

template <class T>
class DeviceArray {
 public:
  /// Not written: bytes 0xFF.
  explicit DeviceArray(std::size_t count)
      : data_(static_cast<T*>(device_allocate(0, count * sizeof(T)))), count_(count) {}
  explicit DeviceArray(std::vector<T> const& values) : DeviceArray(values.size()) {
    DeviceMemoryOpen const open;
    std::copy(values.begin(), values.end(), data_);
  }
  ~DeviceArray() { device_free(data_); }
  DeviceArray(DeviceArray const&) = delete;
  DeviceArray& operator=(DeviceArray const&) = delete;

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::vector<T> values() const {
    DeviceMemoryOpen const open;
    return std::vector<T>(data_, data_ + count_);
  }

 private:
  T* data_;
  std::size_t count_;
};

/// Runs kernel(arguments...) at once.
template <class... Parameters, class... Arguments>
bool run(std::string name, dim3 grid, dim3 block, std::size_t shared_bytes, void (*kernel)(Parameters...),
         Arguments... arguments) {
  return execute({std::move(name), grid, block, shared_bytes, KernelCall<Parameters...>(kernel, {arguments...})});
}

}  // namespace simt
