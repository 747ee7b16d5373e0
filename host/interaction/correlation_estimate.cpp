#include "interaction/correlation_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "interaction/ranks.hpp"
#include "interaction/standard_scores.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

constexpr Index pairs_among(Index count) { return count * (count - 1) / 2; }

/// Pairs within runs of equal elements of a sorted range.
template <class Range, class Same>
Index tied_pairs(Range const& sorted, Same&& same) {
  Index tied = 0;
  for (auto first = sorted.begin(); first != sorted.end();) {
    auto const end = std::find_if(first, sorted.end(), [&](auto const& other) { return !same(*first, other); });
    tied += pairs_among(end - first);
    first = end;
  }
  return tied;
}

}  // namespace

double CorrelationEstimator::operator()(std::span<double const> first, std::span<double const> second) {
  switch (method_) {
    case CorrelationMethod::kendall: {
      PairCounts const& counts = count_pairs(first, second);
      Index const differing_first = counts.pairs - counts.tied_first;
      Index const differing_second = counts.pairs - counts.tied_second;
      if (differing_first == 0 || differing_second == 0) return no_number;
      return static_cast<double>(counts.concordant_less_discordant) / std::sqrt(static_cast<double>(differing_first)) /
             std::sqrt(static_cast<double>(differing_second));
    }
    case CorrelationMethod::spearman:
      first_ = mean_ranks(first);
      second_ = mean_ranks(second);
      return product_moment();
    case CorrelationMethod::pearson: break;
  }
  first_.assign(first.begin(), first.end());
  second_.assign(second.begin(), second.end());
  return product_moment();
}

double CorrelationEstimator::product_moment() {
  if (!standardise(first_) || !standardise(second_)) return no_number;
  double sum = 0;
  for (std::size_t i = 0; i < first_.size(); ++i) sum += first_[i] * second_[i];
  return std::clamp(sum, -1.0, 1.0);
}

PairCounts const& CorrelationEstimator::count_pairs(std::span<double const> first, std::span<double const> second) {
  pairs_.clear();
  for (std::size_t i = 0; i < first.size(); ++i) pairs_.push_back({first[i], second[i]});
  std::sort(pairs_.begin(), pairs_.end(),
            [](Pair const& a, Pair const& b) { return std::tie(a.first, a.second) < std::tie(b.first, b.second); });
  counts_ = {.pairs = pairs_among(static_cast<Index>(pairs_.size()))};
  counts_.tied_first = tied_pairs(pairs_, [](Pair const& a, Pair const& b) { return a.first == b.first; });
  Index const tied_both =
      tied_pairs(pairs_, [](Pair const& a, Pair const& b) { return a.first == b.first && a.second == b.second; });
  merged_.resize(pairs_.size());
  counts_.discordant = inversions(0, pairs_.size());
  counts_.tied_second = tied_pairs(pairs_, [](Pair const& a, Pair const& b) { return a.second == b.second; });
  counts_.concordant_less_discordant =
      counts_.pairs - counts_.tied_first - counts_.tied_second + tied_both - 2 * counts_.discordant;
  return counts_;
}

/// Sorts [begin, end) by the second series and counts the exchanges that this takes.
Index CorrelationEstimator::inversions(std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0;
  std::size_t const middle = begin + (end - begin) / 2;
  Index count = inversions(begin, middle) + inversions(middle, end);
  std::size_t left = begin, right = middle;
  for (std::size_t at = begin; at < end; ++at) {
    if (right == end || (left < middle && pairs_[left].second <= pairs_[right].second)) {
      merged_[at] = pairs_[left++];
    } else {
      merged_[at] = pairs_[right++];
      count += static_cast<Index>(middle - left);
    }
  }
  for (std::size_t at = begin; at < end; ++at) pairs_[at] = merged_[at];
  return count;
}

}  // namespace regio
