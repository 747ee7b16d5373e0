#include "cuda/stream.hpp"

#include <numeric>
#include <vector>

#include "tests/cuda/doubling.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio::cuda {
namespace {

using Streams = SimtTest;

constexpr std::uint64_t seeds = 40;

std::vector<double> first_numbers(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

/// Under how many of the seeds the result is wrong.
std::uint64_t wrong_results(Dependency upload) {
  std::uint64_t wrong = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    auto const backend = CudaBackend::make(0, nullptr, 1);
    std::vector<double> values = first_numbers(100);
    double const sum = double_on_device(*backend, values, upload);
    bool right = sum == 100.0 * 101.0;
    for (std::size_t i = 0; i < values.size(); ++i) right = right && values[i] == 2.0 * static_cast<double>(i + 1);
    wrong += right ? 0 : 1;
  }
  return wrong;
}

TEST_F(Streams, ResultIsRightUnderEverySchedule) { EXPECT_EQ(wrong_results(Dependency::kept), 0U); }

TEST_F(Streams, AForgottenDependencyShows) {
  std::uint64_t const wrong = wrong_results(Dependency::forgotten);
  EXPECT_GT(wrong, 0U) << "no schedule let the kernel overtake the upload";
  EXPECT_LT(wrong, seeds) << "no schedule let the upload come first";
}

TEST_F(Streams, TheLogOfWorkTellsWhatMustFollow) {
  MemoryPool const pool(0);
  Stream const first(pool), second(pool);
  DeviceBuffer<int> memory(first, 1), other(second, 1);
  Event const event;
  auto const fill = [](Stream const& stream, DeviceBuffer<int>& of) {
    fill_with_zeros(stream, of.data(), 1);
    return simt::work_log().size() - 1;
  };
  std::size_t const a = fill(first, memory), b = fill(second, other);
  event.record(first);
  std::size_t const after_event = fill(first, memory);
  second.wait_for(event);
  std::size_t const waited = fill(second, other);
  second.wait();
  std::size_t const after_host = fill(first, memory);
  std::vector<simt::WorkRecord> const log = simt::work_log();
  EXPECT_FALSE(simt::must_follow(log, b, a)) << "on another stream";
  EXPECT_TRUE(simt::must_follow(log, after_event, a)) << "on the same stream";
  EXPECT_TRUE(simt::must_follow(log, waited, a)) << "by the event";
  EXPECT_FALSE(simt::must_follow(log, waited, after_event)) << "given after the event";
  EXPECT_TRUE(simt::must_follow(log, after_host, waited)) << "the host has waited for it";
}

TEST_F(Streams, PinnedMemoryChangedTooEarlyShowsAndUnchangedDoesNot) {
  std::uint64_t overtaken = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    MemoryPool const pool(0);
    Stream const stream(pool);
    PinnedBuffer<int> staging(stream, 1);
    DeviceBuffer<int> memory(stream, 1);
    staging[0] = 1;
    copy_to_device(stream, memory.data(), staging.span());
    staging[0] = 2;  // the copy may not have been made yet
    int found = 0;
    copy_to_host(stream, std::span(&found, 1), memory.data());
    overtaken += found == 2 ? 1 : 0;
  }
  EXPECT_GT(overtaken, 0U);
  EXPECT_LT(overtaken, seeds);
}

TEST_F(Streams, PinnedResultsAreThereOnlyAfterWaiting) {
  std::uint64_t early = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    MemoryPool const pool(0);
    Stream const stream(pool);
    PinnedBuffer<int> result(stream, 1);
    DeviceBuffer<int> memory(stream, 1);
    fill_with_zeros(stream, memory.data(), 1);
    result[0] = 7;
    copy_to_host(stream, result.span(), memory.data());
    early += result[0] == 7 ? 1 : 0;
    stream.wait();
    EXPECT_EQ(result[0], 0);
  }
  EXPECT_GT(early, 0U);
}

TEST_F(Streams, OtherHostMemoryIsStagedBeforeTheCopyReturns) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    MemoryPool const pool(0);
    Stream const stream(pool);
    DeviceBuffer<int> memory(stream, 3);
    std::vector<int> values{1, 2, 3};
    copy_to_device(stream, memory.data(), values);
    values = {4, 5, 6};
    copy_to_host(stream, values, memory.data());
    EXPECT_EQ(values, (std::vector{1, 2, 3}));
  }
}

TEST_F(Streams, AnEventMarksWhatWasGivenBeforeItAlone) {
  MemoryPool const pool(0);
  Stream const stream(pool);
  PinnedBuffer<int> results(stream, 2);
  DeviceBuffer<int> memory(stream, 2);
  fill_with_zeros(stream, memory.data(), 2);
  Event const event;
  event.wait();  // marks nothing yet
  results[0] = 7;
  copy_to_host(stream, results.span().first(1), memory.data());
  event.record(stream);
  event.wait();
  EXPECT_EQ(results[0], 0);
}

TEST_F(Streams, MemoryOfAnotherStreamNeedsAnEvent) {
  simt::options().fail_fast = false;
  std::uint64_t refused = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    {
      MemoryPool const pool(0);
      Stream const first(pool);
      Stream const second(pool);
      DeviceBuffer<int> memory(first, 1);
      fill_with_zeros(second, memory.data(), 1);
      refused += second.settle() ? 0 : 1;
    }
    simt::reset_runtime();
  }
  EXPECT_GT(refused, 0U);
  ASSERT_FALSE(simt::findings().empty());
  EXPECT_EQ(simt::findings().front().kind, simt::FindingKind::stream_order);
  simt::findings().clear();
  simt::options().fail_fast = true;
}

TEST_F(Streams, TheCallersStreamIsUsedAndLeftAlone) {
  cudaStream_t callers = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&callers, cudaStreamNonBlocking), cudaSuccess);
  {
    auto const backend = CudaBackend::make(0, callers, 1);
    EXPECT_EQ(backend->stream().handle(), callers);
    std::vector<double> values = first_numbers(3);
    EXPECT_EQ(double_on_device(*backend, values), 12);
  }
  EXPECT_EQ(cudaStreamDestroy(callers), cudaSuccess) << "the backend has destroyed its caller's stream";
}

TEST_F(Streams, CopiesComeAfterTheCallersEarlierWork) {
  // The caller writes device memory on its own stream; the backend's copy stream must see it.
  cudaStream_t callers = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&callers, cudaStreamNonBlocking), cudaSuccess);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    auto const backend = CudaBackend::make(0, callers, 1);
    DeviceBuffer<int> memory(backend->stream(), 1);
    fill_with_zeros(backend->stream(), memory.data(), 1);
    int found = 7;
    backend->run([&] { copy_to_host(backend->copy_stream(), std::span(&found, 1), memory.data()); });
    EXPECT_EQ(found, 0);
  }
  EXPECT_EQ(cudaStreamDestroy(callers), cudaSuccess);
}

TEST_F(Streams, ACallersStreamOfAnotherDeviceIsRefused) {
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  cudaStream_t callers = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&callers, cudaStreamNonBlocking), cudaSuccess);
  try {
    CudaBackend::make(0, callers, 1);
    ADD_FAILURE() << "a stream of device 1 was accepted for device 0";
  } catch (DeviceError const& error) {
    EXPECT_STREQ(error.what(), "the caller's stream belongs to CUDA device 1, the engine to 0");
  }
  EXPECT_EQ(cudaStreamDestroy(callers), cudaSuccess);
}

}  // namespace
}  // namespace regio::cuda
