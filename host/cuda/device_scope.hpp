/// Makes a device the calling thread's current one, and puts the caller's back.
#pragma once

#include "cuda/cuda_error.hpp"

namespace regio::cuda {

class DeviceScope {
 public:
  explicit DeviceScope(int ordinal) : ordinal_(ordinal) {
    check(cudaGetDevice(&previous_), "cudaGetDevice");
    if (previous_ != ordinal_) check(cudaSetDevice(ordinal_), "cudaSetDevice");
  }
  ~DeviceScope() {
    if (previous_ != ordinal_) disregard(cudaSetDevice(previous_));
  }
  DeviceScope(DeviceScope const&) = delete;
  DeviceScope& operator=(DeviceScope const&) = delete;

 private:
  int ordinal_;
  int previous_ = 0;
};

}  // namespace regio::cuda
