// The kernels of k-means by themselves: every variant against the textbook, the same bits from all of them, and what
// they read and write. That they also give the bits of the CPU is tested in tests/cuda/kmeans_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/kmeans_launch.cuh"
#include "tests/oracle/kmeans.hpp"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

constexpr KmeansVariant every_variant[] = {KmeansVariant::warp_shared, KmeansVariant::block_shared,
                                           KmeansVariant::block_global_points, KmeansVariant::block_global};

/// One problem on the device: its data, and where its best run goes.
struct Problem {
  std::int64_t n = 0;
  int d = 0, k = 0;
  std::vector<double> rows;
  std::vector<double> weights = {};  ///< empty: 1
  std::vector<double> starts = {};   ///< [runs, k, d]; empty: by `candidates`
  int runs = 1;
  int candidates = 0;  ///< k-means++; 0: random points
  int after = -1;      ///< starts where that problem ended, in the same task
};

struct Fit {
  std::vector<std::int32_t> labels;
  std::vector<double> centres;
  KmeansFigures figures;

  friend bool operator==(Fit const& a, Fit const& b) {
    return a.labels == b.labels && a.centres == b.centres && a.figures.inertia == b.figures.inertia &&
           a.figures.run == b.figures.run && a.figures.iterations == b.figures.iterations &&
           a.figures.relocations == b.figures.relocations && a.figures.converged == b.figures.converged;
  }
};

class Stream {
 public:
  Stream() { EXPECT_EQ(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), cudaSuccess); }
  ~Stream() { EXPECT_EQ(cudaStreamDestroy(handle_), cudaSuccess); }
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;
  [[nodiscard]] cudaStream_t handle() const { return handle_; }
  void wait() const { EXPECT_EQ(cudaStreamSynchronize(handle_), cudaSuccess); }

 private:
  cudaStream_t handle_ = nullptr;
};

/// A batch in device memory.
class Batch {
 public:
  explicit Batch(std::vector<Problem> const& problems) : problems_(problems) {
    for (Problem const& problem : problems) add(problem);
  }

  /// Runs the kernels and brings every problem's best run back. Problems of a chain are one task.
  std::vector<Fit> run(KmeansVariant variant, KmeansRules const& rules, int blocks = 2, int block_threads = 64) {
    simt::launch_log().clear();
    Stream const stream;
    simt::DeviceArray<KmeansData> const data(data_);
    simt::DeviceArray<KmeansSegment> const segments(segments_);
    simt::DeviceArray<KmeansTask> const tasks(chained_tasks());
    simt::DeviceArray<unsigned> const ticket(std::vector<unsigned>{0});
    int const threads = variant == KmeansVariant::warp_shared ? 96 : block_threads;
    std::int64_t const groups = variant == KmeansVariant::warp_shared ? blocks * threads / 32 : blocks;
    auto const [shared, scratch] = room(placement_of(variant));
    simt::DeviceArray<std::byte> const scratch_memory(static_cast<std::size_t>(groups * scratch));
    for (bool const by_warps : {true, false}) {
      EXPECT_EQ(launch_kmeans_prepare(stream.handle(), by_warps, data.data(), static_cast<std::int64_t>(data_.size())),
                cudaSuccess);
    }
    KmeansFitArguments const arguments{.data = data.data(),
                                       .segments = segments.data(),
                                       .tasks = tasks.data(),
                                       .task_count = static_cast<unsigned>(chained_tasks().size()),
                                       .ticket = ticket.data(),
                                       .scratch = scratch_memory.data(),
                                       .scratch_bytes = scratch,
                                       .shared_bytes = shared,
                                       .rules = rules};
    EXPECT_EQ(launch_kmeans_fit(stream.handle(), variant, blocks, threads, arguments), cudaSuccess);
    stream.wait();
    std::vector<Fit> fits;
    for (std::size_t p = 0; p < problems_.size(); ++p) {
      fits.push_back({labels_[p]->values(), centres_[p]->values(), figures_[p]->values().front()});
    }
    return fits;
  }

  [[nodiscard]] KmeansPlace place(std::size_t p) const {
    return {labels_[p]->data(), centres_[p]->data(), figures_[p]->data()};
  }

 private:
  using Doubles = simt::DeviceArray<double>;

  double* keep(std::vector<double> const& values) { return keep(std::make_unique<Doubles>(values)); }
  double* keep(std::int64_t count) { return keep(std::make_unique<Doubles>(static_cast<std::size_t>(count))); }
  double* keep(std::unique_ptr<Doubles> array) {
    doubles_.push_back(std::move(array));
    return doubles_.back()->data();
  }

  void add(Problem const& problem) {
    std::int64_t const n = problem.n, centre_numbers = std::int64_t{problem.k} * problem.d;
    labels_.push_back(std::make_unique<simt::DeviceArray<std::int32_t>>(static_cast<std::size_t>(n)));
    centres_.push_back(std::make_unique<Doubles>(static_cast<std::size_t>(centre_numbers)));
    figures_.push_back(std::make_unique<simt::DeviceArray<KmeansFigures>>(1));
    scalings_.push_back(std::make_unique<simt::DeviceArray<KmeansScaling>>(1));
    data_.push_back({.rows = keep(problem.rows),
                     .points = keep(prepared_size(n, problem.d)),
                     .mean = keep(problem.d),
                     .range_sums = keep(range_count(n, pass_range) * problem.d),
                     .scaling = scalings_.back()->data(),
                     .count = n,
                     .features = problem.d});
    KmeansSegment segment{};
    segment.data = static_cast<int>(data_.size()) - 1;
    segment.weights = problem.weights.empty() ? nullptr : keep(problem.weights);
    if (!problem.starts.empty()) segment.starts = keep(problem.starts);
    if (problem.after >= 0) segment.starts = centres_[static_cast<std::size_t>(problem.after)]->data();
    segment.stream = data_.size();
    segment.end_run = problem.runs;
    segment.best = place(labels_.size() - 1);
    segment.clusters = problem.k;
    segment.candidates = segment.starts == nullptr ? problem.candidates : 0;
    segments_.push_back(segment);
  }

  [[nodiscard]] std::vector<KmeansTask> chained_tasks() const {
    std::vector<KmeansTask> tasks;
    for (int p = 0; p < static_cast<int>(problems_.size()); ++p) {
      if (problems_[static_cast<std::size_t>(p)].after >= 0) {
        tasks.back().end_segment = p + 1;
      } else {
        tasks.push_back({p, p + 1});
      }
    }
    return tasks;
  }

  /// Shared and scratch bytes of a group, enough for every problem.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> room(KmeansPlacement placement) const {
    std::int64_t shared = 0, scratch = 0;
    for (std::size_t p = 0; p < problems_.size(); ++p) {
      KmeansLayout<std::int64_t> const layout{.points = problems_[p].n,
                                              .features = problems_[p].d,
                                              .clusters = problems_[p].k,
                                              .candidates = segments_[p].candidates,
                                              .points_copied = placement == KmeansPlacement::shared};
      shared = std::max(shared, shared_bytes(layout, placement));
      scratch = std::max(scratch, scratch_bytes(layout, placement));
    }
    return {shared, scratch};
  }

  std::vector<Problem> problems_;
  std::vector<std::unique_ptr<Doubles>> doubles_, centres_;
  std::vector<std::unique_ptr<simt::DeviceArray<std::int32_t>>> labels_;
  std::vector<std::unique_ptr<simt::DeviceArray<KmeansFigures>>> figures_;
  std::vector<std::unique_ptr<simt::DeviceArray<KmeansScaling>>> scalings_;
  std::vector<KmeansData> data_;
  std::vector<KmeansSegment> segments_;
};

/// Numbers in [0, 1) that every platform draws alike.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2654435761U + 12345) {}
  double next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

Problem problem_of(std::int64_t n, int d, int k, std::uint64_t seed, bool weighted = false) {
  Numbers numbers(seed);
  Problem problem{.n = n, .d = d, .k = k, .rows = {}};
  for (std::int64_t i = 0; i < n; ++i) {
    for (int j = 0; j < d; ++j) problem.rows.push_back(static_cast<double>(i % 4 * (j % 3)) + numbers.next());
    if (weighted) problem.weights.push_back(0.5 + static_cast<double>(i % 3));
  }
  return problem;
}

Problem given(Problem problem) {
  Numbers numbers(7);
  for (int e = 0; e < problem.k * problem.d; ++e) {
    problem.starts.push_back(problem.rows[static_cast<std::size_t>(e)] + 0.1 * numbers.next());
  }
  return problem;
}

oracle::Table table_of(std::vector<double> const& values, int d) {
  oracle::Table rows;
  for (auto from = values.begin(); from != values.end(); from += d) rows.emplace_back(from, from + d);
  return rows;
}

TEST(KmeansFit, EveryVariantFollowsTheTextbookFromGivenCentres) {
  std::vector<Problem> problems;
  for (std::int64_t n : {1, 7, 31, 32, 33, 127}) {
    for (int d : {1, 4, 9}) {
      for (int k : {1, 3, 6}) {
        if (k <= n) problems.push_back(given(problem_of(n, d, k, static_cast<std::uint64_t>(n + d), n % 2 == 1)));
      }
    }
  }
  KmeansRules const rules{.seed = 0, .tolerance = 1e-4, .max_iterations = 300};
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch(problems).run(variant, rules);
    int compared = 0;
    for (std::size_t p = 0; p < problems.size(); ++p) {
      Problem const& problem = problems[p];
      SCOPED_TRACE(std::string(kernel_name(variant)) + " n=" + std::to_string(problem.n) +
                   " d=" + std::to_string(problem.d) + " k=" + std::to_string(problem.k));
      std::vector<double> weights = problem.weights;
      if (weights.empty()) weights.assign(static_cast<std::size_t>(problem.n), 1.0);
      oracle::Clustering const expected =
          oracle::lloyd(table_of(problem.rows, problem.d), weights, table_of(problem.starts, problem.d), 1e-4, 300);
      if (expected.had_empty_cluster) continue;
      ++compared;
      EXPECT_EQ(std::vector<int>(fits[p].labels.begin(), fits[p].labels.end()), expected.labels);
      EXPECT_EQ(fits[p].figures.iterations, expected.iterations);
      EXPECT_NEAR(fits[p].figures.inertia, expected.inertia, 1e-12 * expected.inertia + 1e-20);
      EXPECT_EQ(fits[p].figures.converged, 1);
    }
    EXPECT_GT(compared, 30);
  }
}

// Two ranges of points, more clusters than a word has flags, weights of zero, and every kind of start.
TEST(KmeansFit, EveryVariantAndBlockGivesTheSameBits) {
  std::vector<Problem> problems;
  for (std::int64_t n : {2, 40, 1100}) {
    for (int k : {1, 2, 5, 37}) {
      if (k > n) continue;
      for (int candidates : {0, 3}) {
        Problem problem = problem_of(n, 2, k, static_cast<std::uint64_t>(n));
        problem.candidates = k == 1 ? std::min(candidates, 1) : std::min(candidates, 2 + k / 3);
        problem.runs = n > 1000 ? 1 : 3;
        if (k == 5) {
          for (std::int64_t i = 0; i < n; ++i) problem.weights.push_back(static_cast<double>(i % 3));
        }
        problems.push_back(problem);
      }
    }
  }
  KmeansRules const rules{.seed = 3, .tolerance = 0, .max_iterations = 4};
  std::vector<Fit> const expected = Batch(problems).run(KmeansVariant::block_shared, rules, 1, 32);
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch(problems).run(variant, rules, 3, 96);
    for (std::size_t p = 0; p < problems.size(); ++p) {
      EXPECT_EQ(fits[p], expected[p]) << kernel_name(variant) << ", problem " << p;
    }
  }
}

TEST(KmeansFit, EmptyClustersGetThePointsThatTheTextSays) {
  // Points 0, 0, 0, 10, 30 and centres of which the last two are far from all of them: docs/methods/kmeans.md.
  Problem problem{.n = 5, .d = 1, .k = 5, .rows = {0, 0, 0, 10, 30}, .starts = {0, 11, 29.5, 900, 901}};
  // Duplicates on a lattice, so that clusters stay empty and ties abound.
  Numbers numbers(5);
  Problem lattice{.n = 40, .d = 2, .k = 30, .rows = {}};
  for (int e = 0; e < 80; ++e) lattice.rows.push_back(std::floor(4 * numbers.next()));
  for (int e = 0; e < 60; ++e) lattice.starts.push_back(std::floor(9 * numbers.next()) - 2);
  KmeansRules const rules{.seed = 0, .tolerance = 0, .max_iterations = 50};
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch({problem, lattice}).run(variant, rules);
    SCOPED_TRACE(kernel_name(variant));
    EXPECT_EQ(fits[0].figures.inertia, 0);
    EXPECT_EQ(fits[0].figures.relocations, 2);
    EXPECT_EQ(fits[1].figures.inertia, 0) << "16 different points and 30 clusters";
    EXPECT_EQ(fits[1].figures.converged, 1);
  }
}

TEST(KmeansFit, ChainIsOneTaskWhoseProblemsStartWhereTheFormerEnded) {
  std::vector<Problem> chain;
  for (int year = 0; year < 4; ++year) {
    Problem problem = problem_of(30 + year, 3, 4, static_cast<std::uint64_t>(year));
    problem.candidates = 3;
    problem.after = year - 1;
    chain.push_back(problem);
  }
  KmeansRules const rules{.seed = 1, .tolerance = 1e-4, .max_iterations = 300};
  for (KmeansVariant variant : every_variant) {
    std::vector<Fit> const fits = Batch(chain).run(variant, rules);
    for (std::size_t year = 1; year < chain.size(); ++year) {
      Problem alone = chain[year];
      alone.after = -1;
      alone.starts = fits[year - 1].centres;
      EXPECT_EQ(Batch({alone}).run(variant, rules)[0], fits[year]) << kernel_name(variant) << ", year " << year;
    }
  }
}

TEST(KmeansFit, TheFirstPartOfLeastInertiaIsChosen) {
  std::vector<Problem> parts(5, given(problem_of(33, 2, 3, 1)));
  Batch batch(parts), destination({parts[0]});
  KmeansRules const rules{.seed = 0, .tolerance = 0, .max_iterations = 10};
  std::vector<Fit> const fits = batch.run(KmeansVariant::warp_shared, rules);
  destination.run(KmeansVariant::warp_shared, rules);
  std::vector<KmeansPlace> places;
  double const inertias[] = {5, 4, 2, 2, 3};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    places.push_back(batch.place(part));
    simt::DeviceMemoryOpen const open;
    places.back().figures->inertia = inertias[part];
    places.back().figures->run = static_cast<std::int64_t>(part);
    places.back().labels[0] = static_cast<std::int32_t>(100 + part);
    places.back().centres[5] = static_cast<double>(part);
  }
  Stream const stream;
  simt::DeviceArray<KmeansPlace> const device_places(places);
  simt::DeviceArray<KmeansChoice> const choices(std::vector<KmeansChoice>{{.parts = device_places.data(),
                                                                           .part_count = 5,
                                                                           .best = destination.place(0),
                                                                           .count = 33,
                                                                           .centre_numbers = 6}});
  EXPECT_EQ(launch_kmeans_choose(stream.handle(), choices.data(), 1), cudaSuccess);
  stream.wait();
  simt::DeviceMemoryOpen const open;
  EXPECT_EQ(destination.place(0).figures->run, 2);
  EXPECT_EQ(destination.place(0).figures->inertia, 2);
  EXPECT_EQ(destination.place(0).labels[0], 102);
  EXPECT_EQ(destination.place(0).labels[32], fits[2].labels[32]);
  EXPECT_EQ(destination.place(0).centres[5], 2);
}

// The cost model of docs/performance.md: a run in shared memory reads its points once, whatever it computes with them.
TEST(KmeansFit, GlobalMemoryIsReadOnceATaskAndWrittenOnceABestRun) {
  Problem problem = given(problem_of(127, 9, 6, 4));
  auto const count_of = [&](int iterations) {
    Batch({problem}).run(KmeansVariant::warp_shared, {.seed = 0, .tolerance = 0, .max_iterations = iterations}, 1);
    return simt::launch_log().back();
  };
  simt::LaunchCount const few = count_of(1), many = count_of(7);
  ASSERT_EQ(few.name, "kmeans_fit_warp");
  EXPECT_GT(many.atomics, 0U);
  if (!many.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  EXPECT_EQ(few.global_load_sectors, many.global_load_sectors) << "iterations must not read global memory";
  EXPECT_EQ(few.global_store_sectors, many.global_store_sectors);
  // Sectors of 32 bytes: the prepared points, given centres and means beside descriptors; labels, centres and figures.
  std::uint64_t const points = static_cast<std::uint64_t>(prepared_size(127, 9)) * 8 / 32;
  EXPECT_GE(many.global_load_sectors, points);
  EXPECT_LE(many.global_load_sectors, points + 160);
  std::uint64_t const results = (127 * 4 + 6 * 9 * 8 + sizeof(KmeansFigures)) / 32;
  EXPECT_GE(many.global_store_sectors, results);
  EXPECT_LE(many.global_store_sectors, results + 8);
  // Of some 900 accesses of an iteration to shared memory few meet in a bank.
  EXPECT_LE(many.shared_conflicts - few.shared_conflicts, 6U * 16U);
}

}  // namespace
}  // namespace regio::cuda
