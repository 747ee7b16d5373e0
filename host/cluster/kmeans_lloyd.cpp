#include "cluster/kmeans_lloyd.hpp"

#include <algorithm>

#include "cluster/kmeans_iteration.hpp"
#include "cluster/kmeans_relocation.hpp"

namespace regio {
namespace {

/// One run: the views of the workspace by the names of the method.
class Run {
 public:
  Run(KmeansKernels const& kernels, Index k, ChunkLoop const& for_chunks, KmeansWorkspace& space)
      : kernels_(kernels),
        for_chunks_(for_chunks),
        points_(space.prepared.points),
        k_(k),
        row_length_(points_.row_length()),
        pass_chunks_(chunk_count(points_.count(), pass_chunk)),
        sum_chunks_(chunk_count(points_.count(), sum_chunk(k))),
        labels_(space.labels.reserve(points_.padded_count())),
        centres_(space.centres.reserve(k * row_length_)),
        sums_(space.sums.reserve(k * row_length_)),
        weights_(space.weights.reserve(k)),
        chunk_sums_(sum_chunks_ > 1 ? space.chunk_sums.reserve(sum_chunks_ * k * row_length_) : sums_),
        chunk_weights_(sum_chunks_ > 1 ? space.chunk_weights.reserve(sum_chunks_ * k) : weights_),
        assignments_(space.chunk_assignments.reserve(pass_chunks_)),
        touched_(space.touched.reserve(k)),
        sums_in_passing_(for_chunks.divided() && sum_chunk(k) == pass_chunk) {
    std::fill(labels_, labels_ + points_.padded_count(), -1);
    std::fill(touched_, touched_ + k, std::uint8_t{1});
  }

  /// Labels all points; returns whether a label changed.
  bool assign() {
    // Threads would share the flags, and in a range of many points nearly every cluster is touched anyway.
    std::uint8_t* const touched = pass_chunks_ == 1 ? touched_ : nullptr;
    for_chunks_(points_.count(), pass_chunk, [&](Index chunk, Index begin, Index end) {
      assignments_[chunk] = kernels_.assign(points_, centres_, k_, begin, end, labels_, touched);
      if (sums_in_passing_) {
        kernels_.sum_block_members(points_, labels_, k_, begin, end, chunk_sums_ + chunk * k_ * row_length_,
                                   chunk_weights_ + chunk * k_);
      }
    });
    assignment_ = {};
    for (Index chunk = 0; chunk < pass_chunks_; ++chunk) {
      assignment_.inertia += assignments_[chunk].inertia;
      assignment_.changed = assignment_.changed || assignments_[chunk].changed;
    }
    sums_stand_ = sums_in_passing_;
    if (!touched) std::fill(touched_, touched_ + k_, std::uint8_t{1});
    return assignment_.changed;
  }

  /// Of the last assignment.
  [[nodiscard]] double inertia() const { return assignment_.inertia; }

  /// Sums of the members of the touched clusters; the others still hold.
  void sum_members() {
    if (!sums_stand_) {
      for_chunks_(points_.count(), sum_chunk(k_), [&](Index chunk, Index begin, Index end) {
        kernels_.sum_members(points_, labels_, touched_, k_, begin, end, chunk_sums_ + chunk * k_ * row_length_,
                             chunk_weights_ + chunk * k_);
      });
    }
    sums_stand_ = false;
    if (sum_chunks_ > 1) {
      std::copy(chunk_sums_, chunk_sums_ + k_ * row_length_, sums_);
      std::copy(chunk_weights_, chunk_weights_ + k_, weights_);
      for (Index chunk = 1; chunk < sum_chunks_; ++chunk) {
        for (Index e = 0; e < k_ * row_length_; ++e) sums_[e] += chunk_sums_[chunk * k_ * row_length_ + e];
        for (Index c = 0; c < k_; ++c) weights_[c] += chunk_weights_[chunk * k_ + c];
      }
    }
    std::fill(touched_, touched_ + k_, std::uint8_t{0});
  }

  [[nodiscard]] bool has_empty_cluster() const {
    return std::any_of(weights_, weights_ + k_, [](double weight) { return weight == 0; });
  }

  /// Moves far points into the empty clusters for the sums of this iteration; the labels keep the assignment. Returns
  /// how many moved.
  Index relocate() {
    std::vector<Relocation> const moves = relocations(points_, centres_, k_, weights_, labels_);
    for (Relocation const& move : moves) {
      labels_[move.point] = move.to;
      touched_[move.from] = touched_[move.to] = 1;
    }
    sum_members();
    for (Relocation const& move : moves) {
      labels_[move.point] = move.from;
      touched_[move.from] = touched_[move.to] = 1;
    }
    return static_cast<Index>(moves.size());
  }

  /// Clusters that are still empty stand where the heaviest cluster stands.
  void join_empty_to_heaviest() {
    Index const heaviest = std::max_element(weights_, weights_ + k_) - weights_;
    for (Index c = 0; c < k_; ++c) {
      if (weights_[c] != 0) continue;
      std::copy(sums_ + heaviest * row_length_, sums_ + (heaviest + 1) * row_length_, sums_ + c * row_length_);
      weights_[c] = weights_[heaviest];
      touched_[c] = 1;
    }
  }

  /// Moves the centres to the means of their members; returns the sum of squares of their shifts.
  double average() { return kernels_.average(k_, row_length_, sums_, weights_, centres_); }

 private:
  KmeansKernels const& kernels_;
  ChunkLoop const& for_chunks_;
  CentredPoints const& points_;
  Index k_, row_length_, pass_chunks_, sum_chunks_;
  std::int32_t* labels_;
  double *centres_, *sums_, *weights_, *chunk_sums_, *chunk_weights_;
  Assignment* assignments_;
  Assignment assignment_;
  std::uint8_t* touched_;
  bool sums_in_passing_;     ///< large problems: each range is summed right after it was assigned
  bool sums_stand_ = false;  ///< the sums of the ranges belong to the labels
};

}  // namespace

LloydResult lloyd(KmeansKernels const& kernels, Index k, double shift_limit, Index max_iterations,
                  std::stop_token const& stop, ChunkLoop const& for_chunks, KmeansWorkspace& space) {
  Run run(kernels, k, for_chunks, space);
  LloydIteration iteration(shift_limit, max_iterations);
  while (!iteration.finished()) {
    if (stop.stop_requested()) {
      return {
          .iterations = iteration.iterations(), .relocations = iteration.relocations(), .outcome = Outcome::cancelled};
    }
    iteration.after_assignment(run, run.assign());
  }
  return {.inertia = run.inertia(),
          .iterations = iteration.iterations(),
          .relocations = iteration.relocations(),
          .outcome = iteration.outcome()};
}

}  // namespace regio
