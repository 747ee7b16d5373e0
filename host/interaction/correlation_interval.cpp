#include "interaction/correlation_interval.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/philox.hpp"
#include "core/sorted_quantile.hpp"
#include "interaction/correlation_estimate.hpp"
#include "interaction/distributions.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t resampling_streams = std::uint64_t{1} << 63;

/// Skewness of the estimate in the objects, from leaving each out.
double acceleration(CorrelationProblem const& problem) {
  CorrelationEstimator estimate(problem.method);
  std::vector<double> first(problem.first.begin() + 1, problem.first.end());
  std::vector<double> second(problem.second.begin() + 1, problem.second.end());
  std::vector<double> without{estimate(first, second)};
  for (std::size_t i = 0; i < first.size(); ++i) {
    // Object i + 1 makes room for object i.
    first[i] = problem.first[static_cast<Index>(i)];
    second[i] = problem.second[static_cast<Index>(i)];
    without.push_back(estimate(first, second));
  }
  double mean = 0, squares = 0, cubes = 0;
  for (double const one : without) mean += one / static_cast<double>(without.size());
  for (double const one : without) {
    double const off = mean - one;
    squares += off * off;
    cubes += off * off * off;
  }
  return squares == 0 ? 0 : cubes / (6 * std::pow(squares, 1.5));
}

}  // namespace

Interval fisher_interval(double correlation, Index n, double confidence) {
  if (n <= 3) return {-1, 1};
  double const width = normal_quantile((1 + confidence) / 2) / std::sqrt(static_cast<double>(n - 3));
  double const z = std::atanh(correlation);
  return {std::tanh(z - width), std::tanh(z + width)};
}

void make_replicates(CorrelationProblem const& problem, std::uint64_t seed, Index begin, Index end,
                     double* replicates) {
  auto const n = static_cast<std::size_t>(problem.first.size());
  CorrelationEstimator estimate(problem.method);
  std::vector<double> first(n), second(n);
  for (Index b = begin; b < end; ++b) {
    PhiloxStream random(seed, problem.stream + resampling_streams, static_cast<std::uint32_t>(b));
    for (std::size_t i = 0; i < n; ++i) {
      auto const drawn = static_cast<Index>(random.next_below(static_cast<std::uint32_t>(n)));
      first[i] = problem.first[drawn];
      second[i] = problem.second[drawn];
    }
    replicates[b - begin] = estimate(first, second);
  }
}

Interval percentile_interval(std::span<double> replicates, double confidence) {
  if (replicates.empty()) return {no_number, no_number};
  std::sort(replicates.begin(), replicates.end());
  return {sorted_quantile(replicates, (1 - confidence) / 2), sorted_quantile(replicates, (1 + confidence) / 2)};
}

Interval bca_interval(CorrelationProblem const& problem, double estimate, std::span<double> replicates,
                      double confidence) {
  if (replicates.empty() || problem.first.size() < 3) return {no_number, no_number};
  std::sort(replicates.begin(), replicates.end());
  auto const [first, end] = std::equal_range(replicates.begin(), replicates.end(), estimate);
  auto const below = static_cast<double>(first - replicates.begin()),
             up_to = static_cast<double>(end - replicates.begin());
  double const bias = normal_quantile((below + up_to) / (2 * static_cast<double>(replicates.size())));
  double const skew = acceleration(problem);
  auto const corrected = [&](double share) {
    double const shifted = bias + normal_quantile(share);
    return normal_tail(-(bias + shifted / (1 - skew * shifted)));
  };
  return {sorted_quantile(replicates, corrected((1 - confidence) / 2)),
          sorted_quantile(replicates, corrected((1 + confidence) / 2))};
}

}  // namespace regio
