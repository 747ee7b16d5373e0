// Batches of k-means that go to the device in parts: copies of one part may run beside the kernels of another, whatever
// the streams do results are the CPU's, and a stop between parts leaves whole results or none.
#include <regio/kmeans.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/cuda/disturbed_runs.hpp"
#include "tests/cuda/kmeans_on_device.hpp"

namespace regio {
namespace {

class KmeansParts : public SimtTest {
 protected:
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
  for (std::size_t part = 0; part < uploads.size(); ++part) {
    EXPECT_TRUE(simt::must_follow(log, prepares[part], uploads[part]));
    EXPECT_TRUE(simt::must_follow(log, downloads[part], fits[part]));
    EXPECT_NE(log[uploads[part]].stream, log[fits[part]].stream);
    if (part + 1 == uploads.size()) break;
    SCOPED_TRACE("parts " + std::to_string(part) + " and " + std::to_string(part + 1));
    EXPECT_TRUE(may_overlap(log, uploads[part + 1], fits[part]));
    EXPECT_TRUE(may_overlap(log, uploads[part + 1], prepares[part]));
    EXPECT_TRUE(may_overlap(log, downloads[part], prepares[part + 1]));
    EXPECT_TRUE(may_overlap(log, downloads[part], fits[part + 1]));
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
  auto const fit = [&] {
    Engine engine = simulated_device();
    expect_same_bits(kmeans_fit(engine, {}, problems), expected);
  };
  fit();
  ASSERT_GE(uploads(), 3U);
  FailedCalls const failed = fail_at_every_call(fit);
  EXPECT_GT(failed.errors, failed.calls);
}

TEST_F(KmeansParts, StopAtAnyMomentLeavesWholeResultsOrNone) {
  std::vector<KmeansProblem> const problems = small_problems(16, true);
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  stop_before_every_call(std::ssize(problems), [&](std::stop_token const& stop) {
    KmeansOptions options;
    options.control.stop = stop;
    Engine engine = simulated_device();
    return expect_whole_or_cancelled(kmeans_fit(engine, options, problems), expected);
  });
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
