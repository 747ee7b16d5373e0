/// p-values of correlations that need no permutations.
#pragma once

#include <regio/dependence.hpp>

#include "interaction/correlation_estimate.hpp"

namespace regio {

/// Objects up to which the distribution of inversions is made.
inline constexpr Index most_objects_of_inversions = 500;

/// Student's t for Pearson's and Spearman's correlation of n objects.
double student_p_value(double correlation, Index n, Alternative alternative);

/// Normal approximation of Kendall's S, whose variance knows the ties.
double normal_kendall_p_value(CorrelationProblem const& problem, PairCounts const& counts, Alternative alternative);

/// From the distribution of discordant pairs of series without ties: that of the inversions of a random permutation.
double exact_kendall_p_value(Index n, PairCounts const& counts, Alternative alternative);

}  // namespace regio
