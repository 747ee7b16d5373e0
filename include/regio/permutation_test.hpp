/// Permutation tests of dependence: between two square matrices (Mantel) and between two series, many at once.
///
/// Symbols of the literature and their words here: X, Y matrices or series over n objects (regions), pi permutation of
/// the objects of Y, r statistic, B number of permutations, z the statistic in standard deviations of its permutations.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/progress.hpp>
#include <regio/views.hpp>

namespace regio {

enum class CorrelationMethod : std::uint8_t {
  pearson,   ///< of the values
  spearman,  ///< of their ranks; equal values share their mean rank
  kendall,   ///< tau-b: pairs in the same order less pairs in the opposite one, with correction for ties
};

/// "pearson", "spearman", "kendall".
REGIO_API std::string_view name(CorrelationMethod method) noexcept;

/// What a small p-value speaks for.
enum class Alternative : std::uint8_t { two_sided, greater, less };

/// "two-sided", "greater", "less".
REGIO_API std::string_view name(Alternative alternative) noexcept;

/// Which cells of two square matrices are compared; the diagonal never is.
enum class MatrixCells : std::uint8_t {
  off_diagonal,    ///< every pair of different objects in both directions
  lower_triangle,  ///< every pair once, by the cell whose row stands behind its column; the others are not read
  upper_triangle,
};

/// Two matrices, or two series, of the same objects. Views are only read.
struct PermutationProblem {
  MatrixView<double const> first_matrix = {}, second_matrix = {};  ///< [n, n], finite where they are read, n >= 3
  VectorView<double const> first = {}, second = {};                ///< instead of them: [n], finite, n >= 2
  CorrelationMethod method = CorrelationMethod::pearson;           ///< of matrices: pearson or spearman
  MatrixCells cells = MatrixCells::off_diagonal;
  std::uint64_t stream = 0;  ///< random stream: problems with the same one and the same n have the same permutations
};

enum class Enumeration : std::uint8_t {
  automatic,  ///< all permutations where there are at most 8 objects, otherwise random ones
  exact,      ///< all n! of them; n <= 10
  sampled,    ///< random ones
};

struct PermutationOptions {
  Index permutations = 9999;  ///< random ones of a problem, 1 .. 2^32 - 1
  Enumeration enumeration = Enumeration::automatic;
  Alternative alternative = Alternative::two_sided;
  std::uint64_t seed = 0;
  bool keep_statistics = false;  ///< keep the statistic of every permutation
  Control control = {};
};

/// Results of a batch.
class REGIO_API PermutationReport {
 public:
  PermutationReport() = default;

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  /// With keep_statistics: [permutations(b)] in the order of their numbers.
  [[nodiscard]] VectorView<double const> statistics(Index b) const noexcept;

  std::vector<double> estimate;  ///< [b] r of the data as they are
  std::vector<double> p_value;   ///< [b] by the alternative asked for
  /// [b] permutations whose statistic is >= r, <= r, and at least as far from 0 as r, each within
  /// permutation_tie_tolerance.
  std::vector<Index> at_least, at_most, as_extreme;
  std::vector<Index> permutations;         ///< [b] made
  std::vector<std::uint8_t> exact;         ///< [b] 1: all of them
  std::vector<double> mean;                ///< [b] of the permuted statistic
  std::vector<double> standard_deviation;  ///< [b] of all permutations when exact, otherwise estimated (divisor B - 1)
  std::vector<double> z;                   ///< [b] (estimate - mean) / standard deviation
  /// [b] converged; not_finite: a series or matrix has no variation, so that there is no r; cancelled.
  std::vector<Outcome> outcome;

  std::vector<double> all_statistics;
  std::vector<Index> statistic_offset;  ///< one more than there are problems; empty without keep_statistics
};

/// Statistics that differ by no more than this count as equal: r lies between -1 and 1, and what rounding adds to sums
/// of as many terms as fit into memory stays below.
inline constexpr double permutation_tie_tolerance = 1e-12;

/// Tests whether two matrices, or two series, go together more than when the objects of the second are permuted.
/// r = sum over the compared cells of x_ij y_{pi(i) pi(j)}, both centred and of norm 1 (Pearson), of their ranks
/// (Spearman), or of the signs of differences (Kendall's tau-b); for series x_i y_pi(i). Rows and columns of a matrix
/// are permuted together (Mantel 1967). p = (1 + count) / (1 + B) for random permutations (Phipson and Smyth 2010),
/// count / n! when all are made; two-sided counts what is at least as far from 0 as r. Throws ContractError naming the
/// problem, argument and value: shapes that differ, a number that is not finite, too few objects, Kendall for matrices,
/// options out of range. Outcomes: see PermutationReport; without a result numbers are NaN and counts 0. Deterministic:
/// permutation number b of a problem depends on seed, stream, b and n alone (Philox, Fisher-Yates without bias), and
/// every sum has a fixed order: the same bits for any number of threads, any order of the batch, every SIMD target,
/// and on a CUDA device. Cost: O(n^2) a permutation for matrices and for Kendall's tau, O(n) for other series; two
/// matrices neither of which is symmetric cost twice as much as others.
REGIO_API PermutationReport permutation_test(Engine& engine, PermutationOptions const& options,
                                             std::vector<PermutationProblem> const& problems);

}  // namespace regio
