/// KRAS: totals that are moved until they agree (Lenzen, Gallego and Wood 2009).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "balancing/constrained_balance_operation.hpp"

namespace regio {

/// Moves the targets of an item whose totals do not agree. While sweeps no longer bring sums and totals nearer, each
/// total with a reliability moves towards the sum that the sweep finds before its own step, by
///     min(|gap|, alpha sigma D),   sigma = |c| / rho,   D = (sum of |gap|) / (sum of sigma),  over the sweep before.
/// D makes the steps follow the gaps down, and leaves of the reliabilities only their ratios. Totals that must be met
/// never move.
class AdjustedTotals {
 public:
  explicit AdjustedTotals(ConstrainedItem& item) : item_(item) {}

  /// Before a constraint's step, which finds `sum` (without the part of frozen cells).
  void observe_gap(Index constraint, double sum) {
    if (item_.system.must_be_met(constraint)) return;
    auto const c = static_cast<std::size_t>(constraint);
    double& target = item_.target[c];
    double const gap = sum - target, sigma = std::abs(item_.wanted[c]) / item_.system.reliability[c];
    if (gap == 0) return;
    gaps_ += std::abs(gap);
    sigmas_ += sigma;
    if (moves_) target += std::copysign(std::min(std::abs(gap), alpha * sigma * ratio_), gap);
  }

  /// After a sweep, with the largest residual that it found.
  void end_sweep(double residual) {
    ++sweep_;
    if (!disagree_ && sweep_ % patience == 0) {
      disagree_ = residual > enough_in_patience * earlier_;
      earlier_ = residual;
    }
    moves_ = disagree_ && residual > enough_in_sweep * before_;
    before_ = residual;
    ratio_ = sigmas_ > 0 ? gaps_ / sigmas_ : 0;
    gaps_ = sigmas_ = 0;
  }

 private:
  static constexpr double alpha = 0.25;
  /// Totals are taken to disagree when so many sweeps leave more than this of the residual; after that, a total moves
  /// in every sweep that leaves more than that of it.
  static constexpr Index patience = 16;
  static constexpr double enough_in_patience = 0.85, enough_in_sweep = 0.99;

  ConstrainedItem& item_;
  Index sweep_ = 0;
  bool disagree_ = false, moves_ = false;
  double earlier_ = 0, before_ = 0, ratio_ = 0, gaps_ = 0, sigmas_ = 0;
};

}  // namespace regio
