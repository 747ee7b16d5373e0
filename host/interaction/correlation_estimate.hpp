/// Correlations of two series, again and again without allocation.
#pragma once

#include <span>
#include <vector>

#include <regio/permutation_test.hpp>
#include <regio/views.hpp>

namespace regio {

/// Pairs of a series by their order.
struct PairCounts {
  Index pairs = 0;                        ///< n (n - 1) / 2
  Index tied_first = 0, tied_second = 0;  ///< pairs of equal values
  Index concordant_less_discordant = 0;   ///< S
  Index discordant = 0;
};

class CorrelationEstimator {
 public:
  explicit CorrelationEstimator(CorrelationMethod method) : method_(method) {}

  /// NaN when a series does not vary.
  double operator()(std::span<double const> first, std::span<double const> second);
  /// In O(n log n) (Knight 1966).
  PairCounts const& count_pairs(std::span<double const> first, std::span<double const> second);

 private:
  struct Pair {
    double first, second;
  };
  double product_moment();
  Index inversions(std::size_t begin, std::size_t end);

  CorrelationMethod method_;
  std::vector<double> first_, second_;
  std::vector<Pair> pairs_, merged_;
  PairCounts counts_;
};

}  // namespace regio
