// Batches of k-means that go to the device in parts: copies of one part may run beside the kernels of another, whatever
// the streams do results are the CPU's, and a stop between parts leaves whole results or none.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/cuda/kmeans_on_device.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio {
namespace {

class KmeansParts : public SimtTest {
 protected:
  /// Positions in the log of work of what has this name or begins with it.
  static std::vector<std::size_t> positions(std::vector<simt::WorkRecord> const& log, std::string const& name) {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at < log.size(); ++at) {
      if (log[at].name.starts_with(name)) found.push_back(at);
    }
    return found;
  }

  static std::size_t uploads() { return positions(simt::work_log(), "copy to the device").size(); }

  /// Problems of which the device's memory holds few at a time; every fourth starts where another one ended if
  /// `chains`.
  std::vector<KmeansProblem> small_problems(Index count, bool chains) {
    simt::devices()[0].totalGlobalMem = 64 * 1024;
    std::vector<KmeansProblem> problems;
    for (Index b = 0; b < count; ++b) {
      points_.push_back(std::make_unique<Points>(normal_points(60, 3, static_cast<std::uint64_t>(b))));
      problems.push_back({.points = points_.back()->view(), .clusters = 3, .restarts = 2});
      if (chains && b % 4 == 3) problems.back().warm_from = b - 2;
    }
    return problems;
  }

  /// Problems that are not cancelled have the expected results, the others none; returns how many were cancelled.
  static Index expect_whole_or_cancelled(KmeansReport const& report, KmeansReport const& expected) {
    Index cancelled = 0;
    for (Index b = 0; b < report.size(); ++b) {
      auto const at = static_cast<std::size_t>(b);
      if (report.outcome[at] == Outcome::cancelled) {
        ++cancelled;
        for (std::int32_t const label : report.labels(b)) EXPECT_EQ(label, -1);
        EXPECT_NE(report.inertia[at], report.inertia[at]) << "an inertia of a cancelled problem";
        continue;
      }
      EXPECT_EQ(cancelled, 0) << "problem " << b << " is done, an earlier one is not";
      EXPECT_EQ(report.outcome[at], expected.outcome[at]);
      EXPECT_EQ(report.inertia[at], expected.inertia[at]);
      EXPECT_TRUE(std::ranges::equal(report.labels(b), expected.labels(b)));
    }
    return cancelled;
  }

  std::vector<std::unique_ptr<Points>> points_;
};

TEST_F(KmeansParts, CopiesOfAPartMayRunBesideTheKernelsOfTheNext) {
  std::vector<KmeansProblem> const problems = small_problems(40, false);
  Engine engine = simulated_device();
  kmeans_fit(engine, {}, problems);
  std::vector<simt::WorkRecord> const log = simt::work_log();
  auto const uploads = positions(log, "copy to the device"), fits = positions(log, "kmeans_fit"),
             prepares = positions(log, "kmeans_prepare"), downloads = positions(log, "copy to the host");
  ASSERT_GE(uploads.size(), 4U);
  ASSERT_EQ(fits.size(), uploads.size());
  ASSERT_EQ(prepares.size(), uploads.size());
  ASSERT_EQ(downloads.size(), uploads.size());
  auto const may_overlap = [&](std::size_t a, std::size_t b) {
    return !simt::must_follow(log, std::max(a, b), std::min(a, b));
  };
  for (std::size_t part = 0; part < uploads.size(); ++part) {
    EXPECT_TRUE(simt::must_follow(log, prepares[part], uploads[part]));
    EXPECT_TRUE(simt::must_follow(log, downloads[part], fits[part]));
    EXPECT_NE(log[uploads[part]].stream, log[fits[part]].stream);
    if (part + 1 == uploads.size()) break;
    SCOPED_TRACE("parts " + std::to_string(part) + " and " + std::to_string(part + 1));
    EXPECT_TRUE(may_overlap(uploads[part + 1], fits[part]));
    EXPECT_TRUE(may_overlap(uploads[part + 1], prepares[part]));
    EXPECT_TRUE(may_overlap(downloads[part], prepares[part + 1]));
    EXPECT_TRUE(may_overlap(downloads[part], fits[part + 1]));
  }
}

TEST_F(KmeansParts, PartThatStartsWhereTheOneBeforeEndedWaitsForIt) {
  std::vector<KmeansProblem> problems = small_problems(24, false);
  for (std::size_t b = 1; b < problems.size(); ++b) problems[b].warm_from = static_cast<Index>(b) - 1;
  Engine engine = simulated_device(), cpu = Engine::cpu();
  expect_same_bits(kmeans_fit(engine, {}, problems), kmeans_fit(cpu, {}, problems));
  std::vector<simt::WorkRecord> const log = simt::work_log();
  auto const uploads = positions(log, "copy to the device"), downloads = positions(log, "copy to the host");
  ASSERT_GE(uploads.size(), 3U);
  for (std::size_t part = 1; part < uploads.size(); ++part) {
    EXPECT_TRUE(simt::must_follow(log, uploads[part], downloads[part - 1]));
  }
}

TEST_F(KmeansParts, ResultsAreTheCpusUnderEverySchedule) {
  std::vector<KmeansProblem> const problems = small_problems(24, true);
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    simt::set_schedule_seed(seed);
    Engine engine = simulated_device();
    expect_same_bits(kmeans_fit(engine, {}, problems), expected);
  }
  EXPECT_GE(uploads(), 40U * 3U);
}

TEST_F(KmeansParts, LargeBatchIsDividedAlthoughItFits) {
  // 18 MB of points: parts of 8 MB.
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < 9; ++b) {
    points_.push_back(std::make_unique<Points>(normal_points(2500, 100, static_cast<std::uint64_t>(b))));
    problems.push_back({.points = points_.back()->view(), .clusters = 1, .restarts = 1});
  }
  KmeansOptions options{.init = KmeansInit::random};
  options.max_iterations = 1;
  Engine engine = simulated_device(), cpu = Engine::cpu();
  expect_same_bits(kmeans_fit(engine, options, problems), kmeans_fit(cpu, options, problems));
  EXPECT_EQ(uploads(), 3U);
  problems.resize(7);
  kmeans_fit(engine, options, problems);
  EXPECT_EQ(uploads(), 4U) << "14 MB are one part";
}

TEST_F(KmeansParts, ProblemsThatShareManyPointsStayTogether) {
  // Two data sets of 10 MB, four problems on each.
  std::vector<KmeansProblem> problems;
  for (Index set = 0; set < 2; ++set) {
    points_.push_back(std::make_unique<Points>(normal_points(6250, 200, static_cast<std::uint64_t>(set))));
    problems.insert(problems.end(), 4, {.points = points_.back()->view(), .clusters = 1, .restarts = 1});
  }
  KmeansOptions options{.init = KmeansInit::random};
  options.max_iterations = 1;
  Engine engine = simulated_device();
  kmeans_fit(engine, options, problems);
  EXPECT_EQ(uploads(), 2U);
}

TEST_F(KmeansParts, EveryFailingCallIsAClearErrorOrTheRightResult) {
  std::vector<KmeansProblem> const problems = small_problems(16, true);
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  std::vector<cudaDeviceProp> const devices = simt::devices();
  /// Whether an error came of it.
  auto const fit = [&](cudaError_t injected) {
    try {
      Engine engine = simulated_device();
      expect_same_bits(kmeans_fit(engine, {}, problems), expected);
      return false;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(cudaGetErrorName(injected)));
      return true;
    }
  };
  ASSERT_FALSE(fit(cudaSuccess));
  ASSERT_GE(uploads(), 3U);
  auto const calls = simt::call_log();
  std::uint64_t const works = simt::work_count();
  auto const again = [&](std::uint64_t seed) {
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    simt::reset_runtime();
    simt::devices() = devices;
    simt::set_schedule_seed(seed);
  };
  std::size_t errors = 0;
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorLaunchFailure}) {
    for (std::size_t at = 1; at <= calls.size(); ++at) {
      SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at) + ", " + cudaGetErrorName(error));
      again(at);
      simt::fail_call({.at = at, .error = error, .device_lost = error == cudaErrorLaunchFailure});
      errors += fit(error) ? 1 : 0;
    }
  }
  EXPECT_GT(errors, calls.size());
  for (std::uint64_t at = 1; at <= works; ++at) {
    SCOPED_TRACE("work " + std::to_string(at));
    again(at);
    simt::fail_work(at, cudaErrorIllegalAddress);
    fit(cudaErrorIllegalAddress);
  }
  again(1);
}

TEST_F(KmeansParts, StopAtAnyMomentLeavesWholeResultsOrNone) {
  std::vector<KmeansProblem> const problems = small_problems(16, true);
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  std::vector<cudaDeviceProp> const devices = simt::devices();
  auto const fit = [&](std::size_t stop_at) {
    simt::reset_runtime();
    simt::devices() = devices;
    std::stop_source stop;
    simt::before_call(stop_at, [&] { stop.request_stop(); });
    KmeansOptions options;
    options.control.stop = stop.get_token();
    Engine engine = simulated_device();
    return kmeans_fit(engine, options, problems);
  };
  EXPECT_EQ(expect_whole_or_cancelled(fit(0), expected), 0);
  std::size_t const calls = simt::call_log().size();
  Index cancelled_before = static_cast<Index>(problems.size());
  std::vector<Index> steps;
  for (std::size_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE("stopped before call " + std::to_string(at));
    Index const cancelled = expect_whole_or_cancelled(fit(at), expected);
    EXPECT_LE(cancelled, cancelled_before) << "a later stop cancels more";
    if (steps.empty() || cancelled < steps.back()) steps.push_back(cancelled);
    cancelled_before = cancelled;
  }
  EXPECT_EQ(steps.front(), 16);
  EXPECT_EQ(steps.back(), 0);
  EXPECT_GE(steps.size(), 4U) << "there is a stop between any two parts";
}

/// Raises a stop once so many steps are done.
class StoppingSink : public ProgressSink {
 public:
  explicit StoppingSink(Index stop_at) : stop_at_(stop_at) {}
  void begin(std::string_view /*stage*/, Index /*total*/, std::string_view /*unit*/) override {}
  void advance(Index done) override {
    if (done >= stop_at_) stop_.request_stop();
  }
  void end() override {}
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  Index stop_at_;
  std::stop_source stop_;
};

TEST_F(KmeansParts, StopFromTheProgressCall) {
  std::vector<KmeansProblem> const problems = small_problems(32, false);
  Engine engine = simulated_device(), cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  StoppingSink sink(1);
  KmeansOptions options;
  options.control = {.stop = sink.token(), .progress = &sink};
  // Progress is told at most ten times a second: each wait for a part takes longer.
  std::size_t const begun = simt::call_log().size();
  for (std::size_t call = begun + 1; call < begun + 400; ++call) {
    simt::before_call(call, [] {
      if (simt::call_log().back() == "cudaEventSynchronize")
        std::this_thread::sleep_for(std::chrono::milliseconds(110));
    });
  }
  Index const cancelled = expect_whole_or_cancelled(kmeans_fit(engine, options, problems), expected);
  EXPECT_GT(cancelled, 0);
  EXPECT_LT(cancelled, 32);
  EXPECT_EQ(uploads(), 2U) << "of the part that was told, and of the one that ran beside it";
}

}  // namespace
}  // namespace regio
