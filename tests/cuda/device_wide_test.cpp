// Thrust's sort, scan and reductions on the simulated device (by its CPP system): against the standard library's, in
// the order of streams, with every call made to fail.
#include "kernels/device_wide.cuh"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "cuda/cuda_backend.hpp"
#include "cuda/stream_temporary_memory.hpp"
#include "cuda/transfer.hpp"
#include "tests/cuda/backend_test.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio::cuda {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
DeviceBuffer<T> on_device(Stream const& stream, std::vector<T> const& values) {
  DeviceBuffer<T> memory(stream, static_cast<Index>(values.size()));
  copy_to_device(stream, memory.data(), values);
  return memory;
}

template <class T>
std::vector<T> on_host(Stream const& stream, DeviceBuffer<T> const& memory) {
  std::vector<T> values(static_cast<std::size_t>(memory.size()));
  copy_to_host(stream, values, memory.data());
  return values;
}

struct Sorted {
  std::vector<double> keys;
  std::vector<std::uint64_t> values;
  friend bool operator==(Sorted const&, Sorted const&) = default;
};

/// Keys of which many are equal, with their positions as values.
Sorted uneven_keys(std::size_t count) {
  std::mt19937_64 random(count);
  Sorted unsorted{std::vector<double>(count), std::vector<std::uint64_t>(count)};
  for (double& key : unsorted.keys) key = 0.5 * (static_cast<double>(random() % 21) - 10);
  std::iota(unsorted.values.begin(), unsorted.values.end(), 0U);
  return unsorted;
}

Sorted sorted_on_host(Sorted const& unsorted, SortOrder order) {
  Sorted sorted = unsorted;
  auto const key = [&](std::uint64_t position) { return unsorted.keys[position]; };
  std::ranges::stable_sort(sorted.values, [&](std::uint64_t a, std::uint64_t b) {
    return order == SortOrder::ascending ? key(a) < key(b) : key(a) > key(b);
  });
  std::ranges::transform(sorted.values, sorted.keys.begin(), key);
  return sorted;
}

Sorted sorted_on_device(Stream const& stream, Sorted const& unsorted, SortOrder order) {
  DeviceBuffer<double> keys = on_device(stream, unsorted.keys);
  DeviceBuffer<std::uint64_t> values = on_device(stream, unsorted.values);
  StreamTemporaryMemory memory(stream);
  check(sort_by_key(stream.handle(), memory, keys.data(), values.data(), keys.size(), order), "sort_by_key");
  return {on_host(stream, keys), on_host(stream, values)};
}

std::vector<std::int64_t> whole_numbers(std::size_t count) {
  std::mt19937_64 random(count + 1);
  std::vector<std::int64_t> values(count);
  for (std::int64_t& value : values) value = static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
  return values;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

class DeviceWide : public BackendTest {};

TEST_F(DeviceWide, SortIsStableInBothOrders) {
  backend_->run([&] {
    for (std::size_t const count : {0U, 1U, 2U, 3U, 100U, 4097U}) {
      for (SortOrder const order : {SortOrder::ascending, SortOrder::descending}) {
        SCOPED_TRACE(count);
        Sorted const unsorted = uneven_keys(count);
        EXPECT_EQ(sorted_on_device(backend_->stream(), unsorted, order), sorted_on_host(unsorted, order));
      }
    }
    Sorted const extremes{{1e308, -infinity, 5e-324, infinity, 0, -1e308, -5e-324}, {0, 1, 2, 3, 4, 5, 6}};
    EXPECT_THAT(sorted_on_device(backend_->stream(), extremes, SortOrder::descending).values,
                ElementsAre(3, 0, 2, 4, 6, 5, 1));
  });
}

TEST_F(DeviceWide, ScanLeavesOutTheElementItself) {
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    StreamTemporaryMemory memory(stream);
    for (std::size_t const count : {0U, 1U, 2U, 1000U}) {
      SCOPED_TRACE(count);
      std::vector<std::int64_t> const values = whole_numbers(count);
      std::vector<std::int64_t> expected(count);
      std::exclusive_scan(values.begin(), values.end(), expected.begin(), std::int64_t{0});
      DeviceBuffer<std::int64_t> from = on_device(stream, values), to(stream, from.size());
      check(exclusive_scan(stream.handle(), memory, from.data(), to.data(), from.size()), "exclusive_scan");
      EXPECT_EQ(on_host(stream, to), expected);
      check(exclusive_scan(stream.handle(), memory, from.data(), from.data(), from.size()), "exclusive_scan");
      EXPECT_EQ(on_host(stream, from), expected);
    }
  });
}

TEST_F(DeviceWide, SumAndMaximumAreOnTheHostWhenTheyReturn) {
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    StreamTemporaryMemory memory(stream);
    for (std::size_t const count : {0U, 1U, 777U}) {
      SCOPED_TRACE(count);
      std::vector<std::int64_t> const values = whole_numbers(count);
      std::vector<double> const numbers(values.begin(), values.end());
      DeviceBuffer<std::int64_t> const device_values = on_device(stream, values);
      DeviceBuffer<double> const device_numbers = on_device(stream, numbers);
      std::int64_t total = -1;
      double largest = -1;
      check(sum(stream.handle(), memory, device_values.data(), device_values.size(), &total), "sum");
      check(maximum(stream.handle(), memory, device_numbers.data(), device_numbers.size(), &largest), "maximum");
      EXPECT_EQ(total, std::accumulate(values.begin(), values.end(), std::int64_t{0}));
      EXPECT_EQ(largest, count == 0 ? -infinity : *std::ranges::max_element(numbers));
    }
  });
}

TEST_F(DeviceWide, OneLaunchEachWithWorkingMemoryOfTheStreamsPool) {
  Sorted const unsorted = uneven_keys(1000);
  backend_->run([&] { sorted_on_device(backend_->stream(), unsorted, SortOrder::ascending); });
  ASSERT_EQ(simt::launch_log().size(), 1U);
  EXPECT_EQ(simt::launch_log()[0].name, "sort_by_key");
  std::vector<std::string> const calls = simt::call_log();
  EXPECT_EQ(std::ranges::count(calls, "cudaMallocFromPoolAsync"), 3) << "keys, values, working memory";
  EXPECT_EQ(std::ranges::count(calls, "cudaFreeAsync"), 3);
  EXPECT_EQ(std::ranges::count(calls, "cudaStreamSynchronize"), 2) << "those of run(): a sort waits for nothing";
}

TEST_F(DeviceWide, RunsInTheOrderOfTheStream) {
  Sorted const unsorted = uneven_keys(50);
  Sorted const expected = sorted_on_host(unsorted, SortOrder::descending);
  std::uint64_t overtaken = 0;
  constexpr std::uint64_t seeds = 40;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simt::set_schedule_seed(seed);
    backend_->run([&] {
      EXPECT_EQ(sorted_on_device(backend_->stream(), unsorted, SortOrder::descending), expected);
      // The other stream is not told to wait.
      Stream const& other = backend_->copy_stream();
      DeviceBuffer<double> keys = on_device(other, unsorted.keys);
      DeviceBuffer<std::uint64_t> values = on_device(other, unsorted.values);
      other.wait();
      StreamTemporaryMemory memory(backend_->stream());
      check(sort_by_key(backend_->stream().handle(), memory, keys.data(), values.data(), keys.size(),
                        SortOrder::descending),
            "sort_by_key");
      overtaken += on_host(other, values) == expected.values ? 0 : 1;
      backend_->stream().wait();
    });
  }
  EXPECT_GT(overtaken, 0U);
  EXPECT_LT(overtaken, seeds);
}

TEST_F(DeviceWide, MemoryThatIsNotThereIsAnOrdinaryAnswer) {
  backend_.reset();
  simt::devices()[0].totalGlobalMem = 50'000;
  backend_ = CudaBackend::make(0, nullptr, 1);
  Sorted const many = uneven_keys(2000), few = uneven_keys(500);
  EXPECT_THROW(backend_->run([&] { sorted_on_device(backend_->stream(), many, SortOrder::ascending); }),
               OutOfDeviceMemory);
  backend_->run([&] {
    EXPECT_EQ(sorted_on_device(backend_->stream(), few, SortOrder::ascending),
              sorted_on_host(few, SortOrder::ascending));
  });
}

class FailingDeviceWide : public SimtTest {
 protected:
  enum class Ending { result, error };

  static Ending sort(cudaError_t injected) {
    Sorted const unsorted = uneven_keys(20);
    try {
      auto const backend = CudaBackend::make(0, nullptr, 1);
      backend->run([&] {
        EXPECT_EQ(sorted_on_device(backend->stream(), unsorted, SortOrder::descending),
                  sorted_on_host(unsorted, SortOrder::descending));
        StreamTemporaryMemory memory(backend->stream());
        DeviceBuffer<double> const keys = on_device(backend->stream(), unsorted.keys);
        double largest = 0;
        check(maximum(backend->stream().handle(), memory, keys.data(), keys.size(), &largest), "maximum");
        EXPECT_EQ(largest, *std::ranges::max_element(unsorted.keys));
      });
      return Ending::result;
    } catch (DeviceError const& error) {
      if (error.failure() != DeviceFailure::out_of_memory) {
        EXPECT_THAT(error.what(), HasSubstr(cudaGetErrorName(injected)));
      }
      return Ending::error;
    }
  }
};

TEST_F(FailingDeviceWide, IsAClearErrorOrTheRightResultAtEveryCallAndPieceOfWork) {
  ASSERT_EQ(sort(cudaSuccess), Ending::result);
  std::vector<std::string> const calls = simt::call_log();
  std::uint64_t const works = simt::work_count();
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorLaunchFailure}) {
    for (std::size_t at = 1; at <= calls.size(); ++at) {
      SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at) + ", " + cudaGetErrorName(error));
      simt::reset_runtime();
      simt::set_schedule_seed(at);
      simt::fail_call({.at = at, .error = error, .device_lost = error == cudaErrorLaunchFailure});
      Ending const ending = sort(error);
      if (calls[at - 1] == "cudaLaunchKernel") {
        EXPECT_EQ(ending, Ending::error);
      }
      EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    }
  }
  for (std::uint64_t at = 1; at <= works; ++at) {
    SCOPED_TRACE("work " + std::to_string(at));
    simt::reset_runtime();
    simt::set_schedule_seed(at);
    simt::fail_work(at, cudaErrorIllegalAddress);
    sort(cudaErrorIllegalAddress);
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
  }
}

}  // namespace
}  // namespace regio::cuda
