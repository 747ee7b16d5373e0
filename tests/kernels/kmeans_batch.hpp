/// Batches of k-means problems for tests of the kernels by themselves.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/kmeans_launch.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {

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
    return fits();
  }

  /// The same by runs that are spread over blocks; their rows of centres are in shared memory or not.
  std::vector<Fit> run_spread(bool rows_in_shared, KmeansRules const& rules, int blocks, int threads) {
    simt::launch_log().clear();
    Stream const stream;
    std::vector<KmeansTask> const all_tasks = chained_tasks();
    std::vector<KmeansSpreadRun> first_runs(all_tasks.size());
    for (std::size_t t = 0; t < all_tasks.size(); ++t) {
      first_runs[t].segment = all_tasks[t].first_segment;
      first_runs[t].inertia_at_relocation = INFINITY;
    }
    simt::DeviceArray<KmeansData> const data(data_);
    simt::DeviceArray<KmeansSegment> const segments(segments_);
    simt::DeviceArray<KmeansTask> const tasks(all_tasks);
    simt::DeviceArray<KmeansSpreadRun> const runs(first_runs);
    simt::DeviceArray<unsigned> const left(std::vector<unsigned>{static_cast<unsigned>(all_tasks.size())});
    std::int64_t shared = 0, scratch = 0;
    for (std::size_t p = 0; p < problems_.size(); ++p) {
      KmeansLayout<std::int64_t> const layout = layout_of(p, KmeansPlacement::global);
      std::int64_t const row = std::max(layout.centre_stride(), layout.candidate_stride());
      if (rows_in_shared) shared = std::max(shared, 8 * layout.features * row);
      scratch = std::max(scratch, scratch_bytes(layout, KmeansPlacement::global));
    }
    simt::DeviceArray<std::byte> const scratch_memory(all_tasks.size() * static_cast<std::size_t>(scratch));
    for (bool const by_warps : {true, false}) {
      EXPECT_EQ(launch_kmeans_prepare(stream.handle(), by_warps, data.data(), static_cast<std::int64_t>(data_.size())),
                cudaSuccess);
    }
    KmeansSpreadArguments const arguments{.data = data.data(),
                                          .segments = segments.data(),
                                          .tasks = tasks.data(),
                                          .runs = runs.data(),
                                          .tasks_left = left.data(),
                                          .scratch = scratch_memory.data(),
                                          .scratch_bytes = scratch,
                                          .shared_bytes = shared,
                                          .rules = rules};
    while (left.values()[0] > 0) {
      EXPECT_EQ(launch_kmeans_spread(stream.handle(), static_cast<int>(all_tasks.size()), blocks, threads, arguments),
                cudaSuccess);
      stream.wait();
    }
    return fits();
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

  [[nodiscard]] std::vector<Fit> fits() const {
    std::vector<Fit> all;
    for (std::size_t p = 0; p < problems_.size(); ++p) {
      all.push_back({labels_[p]->values(), centres_[p]->values(), figures_[p]->values().front()});
    }
    return all;
  }

  [[nodiscard]] KmeansLayout<std::int64_t> layout_of(std::size_t p, KmeansPlacement placement) const {
    return {.points = problems_[p].n,
            .features = problems_[p].d,
            .clusters = problems_[p].k,
            .candidates = segments_[p].candidates,
            .points_copied = placement == KmeansPlacement::shared};
  }

  /// Shared and scratch bytes of a group, enough for every problem.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> room(KmeansPlacement placement) const {
    std::int64_t shared = 0, scratch = 0;
    for (std::size_t p = 0; p < problems_.size(); ++p) {
      KmeansLayout<std::int64_t> const layout = layout_of(p, placement);
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

inline Problem problem_of(std::int64_t n, int d, int k, std::uint64_t seed, bool weighted = false) {
  Numbers numbers(seed);
  Problem problem{.n = n, .d = d, .k = k, .rows = {}};
  for (std::int64_t i = 0; i < n; ++i) {
    for (int j = 0; j < d; ++j) problem.rows.push_back(static_cast<double>(i % 4 * (j % 3)) + numbers.next());
    if (weighted) problem.weights.push_back(0.5 + static_cast<double>(i % 3));
  }
  return problem;
}

inline Problem given(Problem problem) {
  Numbers numbers(7);
  for (int e = 0; e < problem.k * problem.d; ++e) {
    problem.starts.push_back(problem.rows[static_cast<std::size_t>(e)] + 0.1 * numbers.next());
  }
  return problem;
}

}  // namespace regio::cuda
