/// The order of Lloyd's steps and the rule that ends them, for a run of any regime.
#pragma once

#include <limits>

#include <regio/outcome.hpp>
#include <regio/views.hpp>

namespace regio {

/// Decides after each assignment what a run does next. The caller assigns all points until finished().
///
/// Stops when an assignment equals the one before (no further step is made), when the squared shift of all centres is
/// at most `shift_limit`, or after `max_iterations`; in the last two cases a last assignment follows, so that the
/// labels always belong to the centres. An empty cluster is relocated only while the inertia is below that of the
/// relocation before, so relocations cannot go on for ever. With max_iterations 0 the points are only assigned.
class LloydIteration {
 public:
  LloydIteration(double shift_limit, Index max_iterations)
      : shift_limit_(shift_limit), max_iterations_(max_iterations), last_assignment_(max_iterations == 0) {}

  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] Index iterations() const noexcept { return iterations_; }
  [[nodiscard]] Index relocations() const noexcept { return relocations_; }
  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }

  /// `changed`: whether a label differs from the assignment before. Run offers
  ///   sum_members()             sums of the members of each cluster under the new labels
  ///   has_empty_cluster()       whether a cluster has no weight
  ///   inertia()                 of the assignment
  ///   relocate()                moves far points into the empty clusters for these sums; returns how many
  ///   join_empty_to_heaviest()  clusters that are still empty stand where the heaviest cluster stands
  ///   average()                 moves the centres to the means; returns the sum of squares of their shifts
  template <class Run>
  void after_assignment(Run& run, bool changed) {
    if (last_assignment_) {
      finished_ = true;
      return;
    }
    ++iterations_;
    if (!changed) {
      outcome_ = Outcome::converged;
      finished_ = true;
      return;
    }
    run.sum_members();
    if (run.has_empty_cluster()) {
      if (double const inertia = run.inertia(); inertia < inertia_at_relocation_) {
        inertia_at_relocation_ = inertia;
        relocations_ += run.relocate();
      }
      run.join_empty_to_heaviest();
    }
    bool const still = run.average() <= shift_limit_;
    if (still) outcome_ = Outcome::converged;
    last_assignment_ = still || iterations_ == max_iterations_;
  }

 private:
  double shift_limit_;
  Index max_iterations_;
  bool last_assignment_;
  bool finished_ = false;
  Index iterations_ = 0, relocations_ = 0;
  Outcome outcome_ = Outcome::iteration_limit;
  double inertia_at_relocation_ = std::numeric_limits<double>::infinity();
};

}  // namespace regio
