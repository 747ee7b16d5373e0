// Every call of the runtime and every piece of queued work is made to fail, one by one: a clear error or the right
// result, never a wrong number, a leak or a hang.
#include <string>
#include <vector>

#include "tests/cuda/doubling.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio::cuda {
namespace {

class Faults : public SimtTest {
 protected:
  static inline std::vector<double> const doubled_{2, 4, 6, 8, 10};

  enum class Ending { result, error };

  /// Doubles twice on one engine, and holds what comes of it against the promises.
  static Ending double_twice(cudaError_t injected) {
    try {
      auto const backend = CudaBackend::make(0, nullptr, 1);
      bool failed = false;
      for (int i = 0; i < 2; ++i) {
        std::vector<double> values{1, 2, 3, 4, 5};
        try {
          double const sum = double_on_device(*backend, values);
          EXPECT_EQ(values, doubled_);
          EXPECT_EQ(sum, 30);
          EXPECT_FALSE(failed && injected != cudaErrorMemoryAllocation) << "used again after a failure";
        } catch (DeviceError const& error) {
          EXPECT_NE(std::string(error.what()).find(cudaGetErrorName(injected)), std::string::npos) << error.what();
          failed = true;
        }
      }
      return failed ? Ending::error : Ending::result;
    } catch (DeviceError const& error) {
      EXPECT_NE(std::string(error.what()).find(cudaGetErrorName(injected)), std::string::npos) << error.what();
      return Ending::error;
    }
  }

  static void expect_nothing_left() { EXPECT_EQ(simt::live_objects(), simt::LiveObjects{}); }
};

TEST_F(Faults, AtEveryCall) {
  ASSERT_EQ(double_twice(cudaSuccess), Ending::result);
  std::vector<std::string> const calls = simt::call_log();
  ASSERT_GT(calls.size(), 50U);
  std::size_t errors = 0;
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorInvalidValue, cudaErrorLaunchFailure}) {
    for (bool const lost : {false, true}) {
      if (lost && error != cudaErrorLaunchFailure) continue;
      for (std::size_t at = 1; at <= calls.size(); ++at) {
        SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at) + ", " + cudaGetErrorName(error) +
                     (lost ? ", device lost" : ""));
        simt::reset_runtime();
        simt::set_schedule_seed(at);
        simt::fail_call({.at = at, .error = error, .device_lost = lost});
        errors += double_twice(error) == Ending::error ? 1 : 0;
        expect_nothing_left();
      }
    }
  }
  // Only calls that give something back may fail unnoticed.
  EXPECT_GT(errors, 2 * calls.size());
}

TEST_F(Faults, AtEveryPieceOfWork) {
  ASSERT_EQ(double_twice(cudaSuccess), Ending::result);
  std::uint64_t const works = simt::work_count();
  ASSERT_GT(works, 20U);
  for (std::uint64_t at = 1; at <= works; ++at) {
    SCOPED_TRACE("work " + std::to_string(at));
    simt::reset_runtime();
    simt::set_schedule_seed(at);
    simt::fail_work(at, cudaErrorIllegalAddress);
    double_twice(cudaErrorIllegalAddress);
    expect_nothing_left();
  }
}

}  // namespace
}  // namespace regio::cuda
