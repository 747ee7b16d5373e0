/// Tests inside a backend on the simulated device; it goes before what is left is counted.
#pragma once

#include <memory>

#include "cuda/cuda_backend.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio::cuda {

class BackendTest : public SimtTest {
 protected:
  void SetUp() override {
    SimtTest::SetUp();
    backend_ = CudaBackend::make(0, nullptr, 1);
  }
  void TearDown() override {
    backend_.reset();
    SimtTest::TearDown();
  }

  std::unique_ptr<CudaBackend> backend_;
};

}  // namespace regio::cuda
