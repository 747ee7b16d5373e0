/// Whether multipliers of linear constraints prove that no table meets them, in rational arithmetic; and the textbook
/// scaling whose multipliers grow along such a proof. Includes nothing of regio.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

namespace oracle {

/// One constraint: coefficients of all cells (0 for those that it does not have) and the total.
struct Constraint {
  std::vector<double> coefficient;
  double total = 0;
};

/// What a cell may be; an infinite end is none.
struct CellRange {
  double low = 0, high = std::numeric_limits<double>::infinity();
};

using Rational = boost::multiprecision::cpp_rational;

/// By how much sum of d c exceeds the largest sum of d G x over all cells x in their ranges; throws where that has no
/// limit.
inline Rational ray_deficit(std::vector<Constraint> const& constraints, std::vector<CellRange> const& cells,
                            std::vector<double> const& multiplier) {
  Rational deficit = 0;
  for (std::size_t c = 0; c < constraints.size(); ++c)
    deficit += Rational(multiplier[c]) * Rational(constraints[c].total);
  for (std::size_t e = 0; e < cells.size(); ++e) {
    Rational weight = 0;
    for (std::size_t c = 0; c < constraints.size(); ++c) {
      weight += Rational(multiplier[c]) * Rational(constraints[c].coefficient[e]);
    }
    if (weight == 0) continue;
    double const end = weight > 0 ? cells[e].high : cells[e].low;
    if (std::isinf(end)) throw std::runtime_error("a cell may grow for ever");
    deficit -= weight * Rational(end);
  }
  return deficit;
}

struct Scaling {
  std::vector<double> growth;                 ///< of the logarithm of each constraint's multiplier, second half
  double residual = 0, residual_at_half = 0;  ///< the largest |sum - total|, each after `sweeps` or half of them
};

/// Scales positive cells to constraints with coefficients 0 and 1, one after the other, over and over.
inline Scaling scale(std::vector<Constraint> const& constraints, std::vector<double> cells, int sweeps) {
  std::vector<double> logarithm(constraints.size(), 0.0);
  Scaling result;
  auto const sum_of = [&](Constraint const& constraint) {
    double sum = 0;
    for (std::size_t e = 0; e < cells.size(); ++e) sum += constraint.coefficient[e] * cells[e];
    return sum;
  };
  auto const residual = [&] {
    double worst = 0;
    for (Constraint const& constraint : constraints)
      worst = std::max(worst, std::abs(sum_of(constraint) - constraint.total));
    return worst;
  };
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    if (sweep == sweeps / 2) {
      result.growth = logarithm;
      result.residual_at_half = residual();
    }
    for (std::size_t c = 0; c < constraints.size(); ++c) {
      double const factor = constraints[c].total / sum_of(constraints[c]);
      logarithm[c] += std::log(factor);
      for (std::size_t e = 0; e < cells.size(); ++e) {
        if (constraints[c].coefficient[e] != 0) cells[e] *= factor;
      }
    }
  }
  for (std::size_t c = 0; c < constraints.size(); ++c) result.growth[c] = logarithm[c] - result.growth[c];
  result.residual = residual();
  return result;
}

}  // namespace oracle
