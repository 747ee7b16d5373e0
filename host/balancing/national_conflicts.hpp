/// What makes the totals of a problem of national control impossible to meet, in the order in which it is looked for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "balancing/national_margins.hpp"

namespace regio {

struct NationalConflict {
  BalanceReason reason = BalanceReason::none;
  NationalEvidence evidence;  ///< a ray, confirmed in exact arithmetic
};

/// How far totals that should be equal are: each region's rows and columns; where all national cells of a row (column)
/// are controlled, these and the regions' totals of it.
struct TotalsAgreement {
  double largest_gap = 0, all_gaps = 0;  ///< magnitudes
  bool all_positive = true;              ///< whether every total is
  /// A gap beyond the larger of tolerance and 2^-44 times the sum of its totals' magnitudes; of several the largest of
  /// the kind that comes first (totals_differ).
  std::optional<NationalConflict> conflict;
};
TotalsAgreement compare_totals(NationalControlProblem const& problem, double tolerance);

/// Margins all of whose cells are zero in every solution.
struct WipedMargins {
  std::vector<std::uint8_t> wiped;  ///< [margins]; empty: none
  std::vector<Index> order;         ///< as they were found
};

/// The search for conflicts of one problem. Keeps a reference to the margins.
class NationalConflicts {
 public:
  NationalConflicts(NationalMargins const& margins, double tolerance) : margins_(margins), tolerance_(tolerance) {}

  /// Wipes margins that can only be zero, one after another, as check_margins does for a single table. A margin that
  /// no cells of its sign can meet is a conflict (empty_margin, sign). Once; O(cells).
  std::optional<NationalConflict> wipe();
  [[nodiscard]] WipedMargins const& wiped() const noexcept { return wiped_; }

  /// Looks at two margins at a time: those of each region, of each row of all regions, of each column of all regions.
  /// The first conflict found by check_margins or check_flow. After wipe().
  [[nodiscard]] std::optional<NationalConflict> between_two_margins() const;

  /// From the growth of the margins' log multipliers [margins] (conflicting_margins). After wipe().
  [[nodiscard]] std::optional<NationalConflict> along(std::span<double const> growth) const;

 private:
  struct Slab;
  [[nodiscard]] std::optional<NationalConflict> in_slab(Slab const& slab) const;
  [[nodiscard]] bool is_wiped(Index margin) const {
    return !wiped_.wiped.empty() && wiped_.wiped[static_cast<std::size_t>(margin)] != 0;
  }
  [[nodiscard]] bool remains(Index k, Index i, Index j) const;
  /// Multipliers that hold for the remaining cells, extended to wiped margins so that they hold for all; as evidence,
  /// if exact arithmetic confirms it.
  [[nodiscard]] std::optional<NationalConflict> confirmed(BalanceReason reason, std::vector<double> multiplier) const;

  NationalMargins const& margins_;
  double tolerance_;
  WipedMargins wiped_;
};

}  // namespace regio
