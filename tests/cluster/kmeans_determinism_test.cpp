// The same bits for any number of threads, any order of the batch, alone or in company, on every SIMD target, and on a
// device for any number of blocks in any order, however its streams run.
#include <regio/kmeans.hpp>

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <set>
#include <vector>

#include "cluster/kmeans_operation.hpp"
#include "core/backend.hpp"
#include "tests/cluster/kmeans_data.hpp"
#include "tests/support/engines.hpp"
#if defined(REGIO_SIMT_LIBRARY)
#include "tests/simt/simulated_devices.hpp"
#endif

namespace regio {
namespace {

/// Everything that a report holds of problem b, bit for bit.
struct Bits {
  std::vector<std::int32_t> labels;
  std::vector<double> centres;
  double inertia = 0;
  Index iterations = 0, best_run = 0;

  bool operator==(Bits const&) const = default;
};

Bits bits(KmeansReport const& report, Index b) {
  auto const at = static_cast<std::size_t>(b);
  Bits bits{{report.labels(b).begin(), report.labels(b).end()},
            {},
            report.inertia[at],
            report.iterations[at],
            report.best_run[at]};
  for (Index c = 0; c < report.centres(b).rows(); ++c) {
    bits.centres.insert(bits.centres.end(), report.centres(b).row(c).begin(), report.centres(b).row(c).end());
  }
  return bits;
}

/// Tiny and medium problems, weights, both starts, duplicates, many restarts, and a warm chain at the end.
struct MixedBatch {
  explicit MixedBatch(Index most_points) {
    for (Index n : {3, 24, 33, 1030, 3000, 30000}) {
      if (n > most_points) continue;
      points.push_back(normal_points(n, n == 30000 ? 6 : n % 17 + 1, static_cast<std::uint64_t>(n)));
    }
    Points duplicates = normal_points(90, 2, 7);
    for (double& value : duplicates.values) value = std::round(value);
    points.push_back(duplicates);
    weights.resize(30000);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 0.1 * static_cast<double>(i % 11);
    for (Points const& each : points) {
      for (Index k : {1, 3, 8}) {
        KmeansProblem problem{.points = each.view(), .clusters = std::min(k, each.n)};
        problem.restarts = each.n > 10000 ? 2 : 9;
        problem.stream = static_cast<std::uint64_t>(k);
        if (k == 3) problem.weights = {weights.data(), each.n};
        problems.push_back(problem);
      }
    }
    problems.push_back({.points = points[1].view(), .clusters = 3, .restarts = most_points > 10000 ? 3000 : 300});
  }

  [[nodiscard]] std::vector<KmeansProblem> with_chain() const {
    std::vector<KmeansProblem> all = problems;
    auto const first = static_cast<Index>(all.size());
    all.push_back({.points = points[2].view(), .clusters = 5});
    for (Index year = 0; year < 4; ++year) {
      all.push_back({.points = points[2].view(), .clusters = 5, .warm_from = first + year});
    }
    return all;
  }

  std::vector<Points> points;
  std::vector<double> weights;
  std::vector<KmeansProblem> problems;
};

class KmeansDeterminism : public testing::Test, protected MixedBatch {
 protected:
  KmeansDeterminism() : MixedBatch(30000) {}
};

class KmeansDeterminismOnEngines : public EngineTest, protected MixedBatch {
 protected:
  // The simulated device is slow.
  KmeansDeterminismOnEngines() : MixedBatch(GetParam() == TestEngine::simt ? 1030 : 30000) {}
};
REGIO_TEST_ON_ENGINES(KmeansDeterminismOnEngines);

TEST_F(KmeansDeterminism, AnyNumberOfThreads) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 7);
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
    KmeansOptions options{.init = init, .keep_runs = true};
    Engine one = Engine::cpu(1);
    KmeansReport const expected = kmeans_fit(one, options, with_chain());
    for (int threads : {2, 3, 7}) {
      Engine engine = Engine::cpu(threads);
      KmeansReport const report = kmeans_fit(engine, options, with_chain());
      EXPECT_EQ(report.all_labels, expected.all_labels) << threads << " threads";
      EXPECT_EQ(report.all_centres, expected.all_centres) << threads << " threads";
      EXPECT_EQ(report.inertia, expected.inertia) << threads << " threads";
      EXPECT_EQ(report.all_run_inertia, expected.all_run_inertia) << threads << " threads";
      EXPECT_EQ(report.all_run_labels, expected.all_run_labels) << threads << " threads";
    }
  }
}

TEST_P(KmeansDeterminismOnEngines, AnyOrderOfTheBatchAndAlone) {
  KmeansReport const expected = kmeans_fit(engine, {}, problems);
  std::vector<std::size_t> order(problems.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(3));
  std::vector<KmeansProblem> shuffled;
  for (std::size_t b : order) shuffled.push_back(problems[b]);
  KmeansReport const report = kmeans_fit(engine, {}, shuffled);
  for (std::size_t b = 0; b < order.size(); ++b) {
    EXPECT_EQ(bits(report, static_cast<Index>(b)), bits(expected, static_cast<Index>(order[b])))
        << "problem " << order[b];
    EXPECT_EQ(bits(kmeans_fit(engine, {}, {problems[b]}), 0), bits(expected, static_cast<Index>(b))) << "problem " << b;
  }
}

TEST_F(KmeansDeterminism, EverySimdTarget) {
  Engine engine = Engine::cpu();
  std::vector<KmeansProblem> const all = with_chain();
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
    KmeansOptions const options{.init = init, .keep_runs = true};
    auto const fit = [&](SimdTarget target) {
      KmeansReport report(all, options);
      KmeansOperation operation{
          .problems = all, .options = options, .results = result_arrays(report), .target = target};
      run(engine, operation);
      return report;
    };
    KmeansReport const expected = fit(SimdTarget::scalar);
    for (SimdTarget target : simd_targets()) {
      std::cout << "target run: " << name(target) << "\n";
      KmeansReport const report = fit(target);
      EXPECT_EQ(report.all_labels, expected.all_labels) << name(target);
      EXPECT_EQ(report.all_centres, expected.all_centres) << name(target);
      EXPECT_EQ(report.inertia, expected.inertia) << name(target);
      EXPECT_EQ(report.all_run_inertia, expected.all_run_inertia) << name(target);
    }
  }
}

#if defined(REGIO_SIMT_LIBRARY)
TEST_F(KmeansDeterminism, AnyGridOrderMemoryAndScheduleOfADevice) {
  MixedBatch const batch(1030);
  std::vector<KmeansProblem> const all = batch.with_chain();
  KmeansOptions const options{.restarts = 3, .keep_runs = true};
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, options, all);
  simt::ExecutorOptions const before = simt::options();
  constexpr simt::Order orders[] = {simt::Order::forward, simt::Order::reverse, simt::Order::random};
  std::set<std::size_t> numbers_of_launches;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    simt::reset_runtime();
    simt::set_schedule_seed(seed);
    simt::devices()[0].multiProcessorCount = static_cast<int>(1 + 3 * (seed % 3));
    simt::devices()[0].totalGlobalMem = std::size_t{1} << (seed % 2 == 0 ? 30 : 19);
    simt::options().order = orders[seed % 3];
    simt::options().seed = seed;
    simt::options().resident_blocks = static_cast<int>(1 + seed % 4);
    Engine device = make_engine(TestEngine::simt);
    KmeansReport const report = kmeans_fit(device, options, all);
    EXPECT_EQ(report.all_labels, expected.all_labels);
    EXPECT_EQ(report.all_centres, expected.all_centres);
    EXPECT_EQ(report.inertia, expected.inertia);
    EXPECT_EQ(report.all_run_inertia, expected.all_run_inertia);
    EXPECT_EQ(report.all_run_labels, expected.all_run_labels);
    numbers_of_launches.insert(simt::launch_log().size());
  }
  EXPECT_GE(numbers_of_launches.size(), 2U) << "with less memory the batch has more parts";
  simt::options() = before;
}
#endif

TEST_P(KmeansDeterminismOnEngines, SeedsAndStreamsGiveOtherStarts) {
  KmeansOptions options{.restarts = 1, .keep_runs = true};
  options.max_iterations = 1;
  KmeansProblem problem{.points = points[3].view(), .clusters = 8};
  auto const inertia = [&] { return kmeans_fit(engine, options, {problem}).inertia[0]; };
  double const first = inertia();
  EXPECT_EQ(inertia(), first);
  problem.stream = 1;
  EXPECT_NE(inertia(), first);
  problem.stream = 0;
  options.seed = 1;
  EXPECT_NE(inertia(), first);
}

}  // namespace
}  // namespace regio
