/// The gap statistic of Tibshirani, Walther and Hastie 2001.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/views.hpp>

namespace regio {

/// A data set of the shape of `points`, each number uniform between the least and the largest value of its feature.
/// It is a function of (seed, reference) and the box alone: data sets of a batch share their random numbers. Result [n,
/// d].
std::vector<double> uniform_reference(MatrixView<double const> points, Index reference, std::uint64_t seed);

struct Gap {
  double gap = 0;    ///< mean over the references of log W*_kb, less log W_k
  double error = 0;  ///< standard deviation of log W*_kb times sqrt(1 + 1/B)
};

/// W are inertias; both members are NaN when one of them is 0, whose logarithm does not exist.
Gap gap_statistic(double inertia, VectorView<double const> reference_inertia);

}  // namespace regio
