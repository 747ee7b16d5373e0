/// Confidence intervals of correlations.
#pragma once

#include <span>

#include <regio/dependence.hpp>

namespace regio {

struct Interval {
  double lower, upper;
};

/// Fisher's transformation of Pearson's r.
Interval fisher_interval(double correlation, Index n, double confidence);

/// Bootstrap replicates [begin, end) of a problem: pairs drawn with replacement from random stream (seed, stream +
/// 2^63, replicate).
void make_replicates(CorrelationProblem const& problem, std::uint64_t seed, Index begin, Index end, double* replicates);

/// From the defined replicates, in any order; sorts them.
Interval percentile_interval(std::span<double> replicates, double confidence);
Interval bca_interval(CorrelationProblem const& problem, double estimate, std::span<double> replicates,
                      double confidence);

}  // namespace regio
