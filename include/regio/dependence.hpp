/// Correlation of two series with its p-value and confidence interval, and p-values of many tests at once.
///
/// Symbols of the literature and their words here: x, y series over n objects (regions), r, rho, tau correlation,
/// alpha decision level = 1 - confidence, B number of bootstrap replicates.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/permutation_test.hpp>
#include <regio/progress.hpp>
#include <regio/views.hpp>

namespace regio {

/// Two series of the same objects. Views are only read.
struct CorrelationProblem {
  VectorView<double const> first, second;  ///< [n], finite, n >= 2
  CorrelationMethod method = CorrelationMethod::pearson;
  std::uint64_t stream = 0;  ///< random stream of permutations, below 2^63; replicates draw from stream + 2^63
};

/// Where the p-value comes from.
enum class CorrelationTest : std::uint8_t {
  automatic,   ///< asymptotic, but exact for Spearman with n <= 9 and for Kendall without ties with n <= 33
  exact,       ///< all permutations, n <= 10; for Kendall without ties the distribution of inversions, n <= 500
  asymptotic,  ///< Pearson and Spearman: Student's t with n - 2 degrees of freedom; Kendall: normal, corrected for ties
  permutation  ///< random permutations
};

/// "automatic", "exact", "asymptotic", "permutation".
REGIO_API std::string_view name(CorrelationTest test) noexcept;

enum class CorrelationInterval : std::uint8_t {
  none,
  fisher,      ///< of Pearson's r alone: atanh(r) is nearly normal with standard deviation 1 / sqrt(n - 3)
  percentile,  ///< quantiles of the bootstrap's replicates
  bca,         ///< quantiles corrected for bias and acceleration (Efron 1987)
};

/// "none", "fisher", "percentile", "bca".
REGIO_API std::string_view name(CorrelationInterval interval) noexcept;

struct CorrelationOptions {
  CorrelationTest test = CorrelationTest::automatic;
  Alternative alternative = Alternative::two_sided;
  Index permutations = 9999;  ///< of CorrelationTest::permutation, 1 .. 2^32 - 1
  CorrelationInterval interval = CorrelationInterval::bca;
  double confidence = 0.95;  ///< of the interval, which always has two sides; between 0 and 1
  Index replicates = 9999;   ///< of the bootstrap, 1 .. 2^32 - 1
  std::uint64_t seed = 0;
  bool keep_replicates = false;
  Control control = {};
};

/// Results of a batch.
class REGIO_API CorrelationReport {
 public:
  CorrelationReport() = default;

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  /// With keep_replicates: [replicates] in the order of their numbers; NaN where a replicate does not vary.
  [[nodiscard]] VectorView<double const> replicates(Index b) const noexcept;

  std::vector<double> estimate;             ///< [b]
  std::vector<double> p_value;              ///< [b]
  std::vector<CorrelationTest> test;        ///< [b] which was made: exact, asymptotic or permutation
  std::vector<double> lower, upper;         ///< [b] interval; NaN: none, or the bootstrap leaves it undefined
  std::vector<Index> undefined_replicates;  ///< [b] replicates in which a series does not vary; they are left out
  std::vector<Outcome> outcome;             ///< [b] converged; not_finite: a series does not vary; cancelled

  std::vector<double> all_replicates;  ///< [b, replicates] with keep_replicates
};

/// Correlates the two series of each problem.
/// Pearson: sum of (x - mean)(y - mean) / root of the product of the sums of squares; Spearman: the same of ranks,
/// equal values sharing their mean rank; Kendall: tau-b. Throws ContractError naming the problem, argument and value:
/// sizes that differ, a number that is not finite, n < 2, exact with too many objects, fisher for another method than
/// Pearson, options out of range. Outcomes: see CorrelationReport; without a result numbers are NaN. With n = 2 there
/// is nothing to test: an asymptotic p is 1; Fisher's interval with n <= 3 is all of [-1, 1]. An interval by bca is
/// undefined when all replicates lie on one side of the estimate, or a series does not vary without one object.
/// Deterministic: the same bits for any number of threads and any order of the batch. Bootstrap and intervals are made
/// by the CPU side of any engine, permutations by permutation_test. Cost: O(n log n) an estimate and a replicate, n
/// estimates more for bca. Sources: docs/methods/dependence.md.
REGIO_API CorrelationReport correlations(Engine& engine, CorrelationOptions const& options,
                                         std::vector<CorrelationProblem> const& problems);

/// How p-values are adjusted when m tests are made at once.
enum class MultipleTests : std::uint8_t {
  bonferroni,           ///< m p: chance of any false rejection at most alpha
  holm,                 ///< step-down form of it, which rejects more (Holm 1979)
  benjamini_hochberg,   ///< share of false rejections at most alpha, for independent tests (1995)
  benjamini_yekutieli,  ///< the same for tests that depend on each other in any way (2001)
};

/// "bonferroni", "holm", "benjamini-hochberg", "benjamini-yekutieli".
REGIO_API std::string_view name(MultipleTests method) noexcept;

/// Adjusts p-values of tests that are made together: reject those whose adjusted p is at most alpha.
/// Returns [m] in the order given, at most 1. NaN stays NaN and does not count as a test. Throws ContractError for a p
/// outside of 0 .. 1. Cost: O(m log m).
REGIO_API std::vector<double> adjusted_p_values(VectorView<double const> p_values, MultipleTests method);

}  // namespace regio
