#include "interaction/correlation_p_value.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "interaction/distributions.hpp"

namespace regio {
namespace {

/// Sums over the groups of t equal values: t (t - 1) / 2, t (t - 1)(t - 2), t (t - 1)(2 t + 5).
struct TieSums {
  double pairs = 0, triples = 0, weighted = 0;
};

TieSums tie_sums(VectorView<double const> series) {
  std::vector<double> sorted(series.begin(), series.end());
  std::sort(sorted.begin(), sorted.end());
  TieSums sums;
  for (auto first = sorted.begin(); first != sorted.end();) {
    auto const end = std::upper_bound(first, sorted.end(), *first);
    auto const t = static_cast<double>(end - first);
    sums.pairs += t * (t - 1) / 2;
    sums.triples += t * (t - 1) * (t - 2);
    sums.weighted += t * (t - 1) * (2 * t + 5);
    first = end;
  }
  return sums;
}

/// P(at most `most` inversions) in a random permutation of n.
double share_of_few_inversions(Index n, Index most) {
  // Element j of a permutation adds 0 .. j - 1 inversions, each with probability 1 / j.
  std::vector<double> share(static_cast<std::size_t>(most) + 1), sums(share.size() + 1);
  share[0] = 1;
  for (Index j = 2; j <= n; ++j) {
    for (std::size_t k = 0; k < share.size(); ++k) sums[k + 1] = sums[k] + share[k];
    for (std::size_t k = 0; k < share.size(); ++k) {
      std::size_t const begin = k + 1 - std::min(k + 1, static_cast<std::size_t>(j));
      share[k] = (sums[k + 1] - sums[begin]) / static_cast<double>(j);
    }
  }
  double total = 0;
  for (double const one : share) total += one;
  return std::min(total, 1.0);
}

}  // namespace

double student_p_value(double correlation, Index n, Alternative alternative) {
  if (n < 3) return 1;
  return p_value_of_tails(correlation_two_tails(correlation, static_cast<double>(n)), correlation, alternative);
}

double normal_kendall_p_value(CorrelationProblem const& problem, PairCounts const& counts, Alternative alternative) {
  auto const n = static_cast<double>(problem.first.size());
  if (n < 3) return 1;
  TieSums const first = tie_sums(problem.first), second = tie_sums(problem.second);
  double const ordered = n * (n - 1);
  double const variance = (ordered * (2 * n + 5) - first.weighted - second.weighted) / 18 +
                          2 * first.pairs * second.pairs / ordered +
                          first.triples * second.triples / (9 * ordered * (n - 2));
  double const z = static_cast<double>(counts.concordant_less_discordant) / std::sqrt(variance);
  return p_value_of_tails(2 * normal_tail(std::abs(z)), z, alternative);
}

double exact_kendall_p_value(Index n, PairCounts const& counts, Alternative alternative) {
  Index const concordant = counts.pairs - counts.discordant;
  // The distribution is symmetric: as many permutations have k inversions as have all but k.
  Index const fewer = std::min(counts.discordant, concordant);
  double const tail = share_of_few_inversions(n, fewer);
  if (alternative == Alternative::two_sided) return std::min(1.0, 2 * tail);
  bool const on_its_side = (counts.discordant == fewer) == (alternative == Alternative::greater);
  if (on_its_side || counts.discordant == concordant) return tail;
  return fewer == 0 ? 1.0 : 1 - share_of_few_inversions(n, fewer - 1);
}

}  // namespace regio
