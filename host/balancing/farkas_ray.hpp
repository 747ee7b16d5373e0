/// Proof that linear constraints on signed or bounded cells cannot be met.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "balancing/cell_system.hpp"

namespace regio {

/// Multipliers d of constraints with d' c > the largest value of d' G x over all x that have the signs of the table's
/// cells (positive >= 0, negative <= 0) and lie within their bounds (Farkas 1902). Multipliers of constraints that need
/// not be met are 0.
struct FarkasRay {
  std::vector<double> multiplier;  ///< [constraints]
  double deficit = 0;              ///< by how much; exact sums, rounded once
};

/// `multiplier` [constraints] as a ray, if exact arithmetic confirms it and the deficit exceeds `tolerance` times the
/// sum of the magnitudes of its terms (d c and, of cells with bounds, their largest contributions). O(terms).
std::optional<FarkasRay> confirmed_ray(CellSystem const& system, std::span<double const> multiplier,
                                       double tolerance = 0);

/// Rounds `growth`, the growth of the logarithms of a scaling's multipliers over many sweeps [constraints], to a ray;
/// returns it only when exact arithmetic confirms it, with a deficit beyond `tolerance` as above. Small whole
/// multipliers are tried before finer ones; where rounding has broken the condition of a cell, the last constraints
/// are changed first. Null proves nothing. Deterministic. Cost: a few passes over the terms for each attempt, of which
/// there are at most 17.
std::optional<FarkasRay> verified_ray(CellSystem const& system, std::span<double const> growth, double tolerance = 0);

}  // namespace regio
