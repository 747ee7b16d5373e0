/// The cost model of k-means on a CUDA device: what docs/performance.md prints (cost_tables.cpp), what the kernels are
/// held to (tests/kernels/kmeans_cost_test.cpp), and what a device's times are compared with (time_comparison.cpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace regio::test {

struct KmeansShape {
  std::int64_t n = 0, d = 0, k = 0;
};

/// Points drawn for each centre by k-means++: 2 + floor(ln k).
constexpr std::int64_t candidates_for(std::int64_t k) {
  std::int64_t logarithm = 0;
  for (auto power = static_cast<float>(k); power >= 2.7182818F; power /= 2.7182818F) ++logarithm;
  return 2 + logarithm;
}

/// What a warp does: instructions in double precision, and passes over the banks of shared memory (128 bytes each).
struct WarpCost {
  std::int64_t arithmetic = 0, comparisons = 0, divisions = 0;
  std::int64_t shared_passes = 0;

  /// Instructions of the pipe of double precision. A division is a reciprocal and Newton's steps.
  [[nodiscard]] constexpr std::int64_t instructions() const {
    constexpr std::int64_t of_a_division = 8;
    return arithmetic + comparisons + of_a_division * divisions;
  }
  friend constexpr WarpCost operator+(WarpCost const& a, WarpCost const& b) {
    return {a.arithmetic + b.arithmetic, a.comparisons + b.comparisons, a.divisions + b.divisions,
            a.shared_passes + b.shared_passes};
  }
  friend constexpr WarpCost operator*(std::int64_t times, WarpCost const& a) {
    return {times * a.arithmetic, times * a.comparisons, times * a.divisions, times * a.shared_passes};
  }
  friend constexpr bool operator==(WarpCost const&, WarpCost const&) = default;
};

/// One run of k-means by a warp, everything in shared memory, weights above zero, at most 1024 points, no cluster that
/// loses all its points. Where lanes part ways, the model counts each way.
class KmeansRunCost {
 public:
  explicit constexpr KmeansRunCost(KmeansShape const& shape) : n_(shape.n), d_(shape.d), k_(shape.k) {}

  /// Labels from the centres.
  [[nodiscard]] constexpr WarpCost assignment() const {
    WarpCost cost = distances(even(k_));
    cost.comparisons += warps() * k_;
    cost.shared_passes += halves() + 2 * warps();  // the distance; the label before and after
    return cost;
  }

  /// Centres from the labels when every cluster changed.
  [[nodiscard]] constexpr WarpCost update() const { return sums() + shares() + means(); }

  /// How often a warp takes up a point to add it to a sum: as often as the lanes of its cluster lie in different
  /// rounds, here for clusters of one size.
  [[nodiscard]] constexpr std::int64_t visits() const {
    std::int64_t const owned = d_ + 1;
    std::int64_t rounds = 0;
    for (std::int64_t c = 0; c < k_; ++c) rounds += ((c + 1) * owned - 1) / 32 - c * owned / 32 + 1;
    return n_ * rounds / k_;
  }

  /// Before the first iteration and after the last: labels, flags, the inertia in the caller's units.
  [[nodiscard]] constexpr WarpCost frame() const {
    std::int64_t const steps = up(n_, 8);
    return {.arithmetic = steps + 3 + 1 + 2, .divisions = 1, .shared_passes = warps() + 1 + 2 * steps + 2};
  }

  /// Points and weights from global memory; once for all runs of a task.
  [[nodiscard]] constexpr WarpCost loading() const {
    return {.arithmetic = 1, .shared_passes = up(d_ * (n_ | 1), 16) + halves()};
  }

  /// Centres that the caller gives.
  [[nodiscard]] constexpr WarpCost given_centres() const { return centres_in_units(); }

  /// The labels and centres of a run that is the best of its task so far.
  [[nodiscard]] constexpr WarpCost keeping() const {
    return centres_in_units() + WarpCost{.divisions = 1, .shared_passes = warps()};
  }

  /// Greedy k-means++.
  [[nodiscard]] constexpr WarpCost plus_plus() const {
    std::int64_t const candidates = candidates_for(k_);
    WarpCost const weights{.arithmetic = n_, .shared_passes = halves() + n_ + 1};
    return weights + drawn(1) + (k_ - 1) * drawn(candidates);
  }

  /// Of a task with given centres and one run: points, centres, and for each number of a centre its feature's mean,
  /// when the run starts and when it is kept.
  [[nodiscard]] constexpr std::int64_t global_bytes_read() const { return 8 * (d_ * (n_ | 1) + 3 * k_ * d_); }
  /// Of a run that is the best so far: labels, centres, figures.
  [[nodiscard]] constexpr std::int64_t global_bytes_written() const { return 4 * n_ + 8 * k_ * d_ + 40; }

 private:
  static constexpr std::int64_t up(std::int64_t count, std::int64_t by) { return (count + by - 1) / by; }
  static constexpr std::int64_t even(std::int64_t count) { return count + count % 2; }
  /// How many of `count` eight-byte numbers of a half warp, `stride` apart, meet in a bank at most.
  static constexpr std::int64_t meeting_of(std::int64_t count, std::int64_t stride) {
    return up(std::min<std::int64_t>(count, 16) * std::gcd(stride, std::int64_t{16}), 16);
  }
  /// Rounds of a warp over the points, and half warps in them.
  [[nodiscard]] constexpr std::int64_t warps() const { return up(n_, 32); }
  [[nodiscard]] constexpr std::int64_t halves() const { return up(n_, 16); }

  /// From every point to `rows` centres, four at a time.
  [[nodiscard]] constexpr WarpCost distances(std::int64_t rows) const {
    return {.arithmetic = warps() * 2 * rows * d_, .shared_passes = d_ * (halves() * up(rows, 4) + warps() * rows / 2)};
  }

  /// Every number of every centre, into or out of the caller's units.
  [[nodiscard]] constexpr WarpCost centres_in_units() const {
    return {.arithmetic = 2 * up(k_ * d_, 32), .shared_passes = up(k_ * d_, 16) * meeting_of(d_, even(k_))};
  }

  /// Of the members, a lane for each cluster and feature.
  [[nodiscard]] constexpr WarpCost sums() const {
    std::int64_t const owned = d_ + 1, rounds = up(k_ * owned, 32);
    std::int64_t const halves_of_cluster = up(std::min<std::int64_t>(owned, 32), 16);
    return {.arithmetic = visits(),
            .shared_passes =
                visits() * (1 + halves_of_cluster) + rounds * (n_ / 4 + n_ % 4 + 1 + 2 * meeting_of(owned, even(k_)))};
  }

  [[nodiscard]] constexpr WarpCost shares() const {
    std::int64_t const rounds = up(k_, 32);
    return {.comparisons = rounds, .divisions = rounds, .shared_passes = 2 * up(k_, 16) + 2};
  }

  /// Eight lanes take the features of a centre.
  [[nodiscard]] constexpr WarpCost means() const {
    std::int64_t const steps = k_ * up(d_, 8);
    return {.arithmetic = 3 * steps + 3,
            .comparisons = 1,
            .shared_passes = k_ + 3 * meeting_of(std::min<std::int64_t>(d_, 8), even(k_)) * steps + 2};
  }

  /// A centre by k-means++ from `count` points that are drawn.
  [[nodiscard]] constexpr WarpCost drawn(std::int64_t count) const {
    std::int64_t const rows = even(candidates_for(k_)), steps = up(n_, 8) * up(count, 4);
    // The running sum goes on until the last of the drawn points is met.
    std::int64_t const scanned = n_ * count / (count + 1) + 1;
    WarpCost cost = distances(rows);
    cost.arithmetic += 3 + 2 * scanned + steps + 3 * up(count, 4) + count;
    cost.comparisons += 2 + 2 * scanned + warps() * count + count + 1;
    cost.shared_passes += 4 + 2 * scanned                    // the scan
                          + up(d_ * rows, 32) * (1 + 4 + 2)  // the rows of the candidates
                          + halves() * (1 + count)           // the distances so far, and of each candidate
                          + steps * 3 + 2 * count            // their sums
                          + up(d_, 16) * (meeting_of(d_, rows) + meeting_of(d_, even(k_))) + 2 * halves() +
                          2;  // the one that is kept
    return cost;
  }

  std::int64_t n_, d_, k_;
};

}  // namespace regio::test
