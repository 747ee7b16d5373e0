/// Balancing under more than two margins: totals of any groups of cells, totals that may be missed, bounds on cells;
/// with the least information lost or by least squares.
///
/// Symbols of the literature and their words here: a cell of the table, x balanced cell, G coefficients and c total of
/// the constraints (rows, columns and cell groups alike), rho reliability, l and u bounds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/balance.hpp>
#include <regio/views.hpp>

namespace regio {

enum class ConstrainedMethod : std::uint8_t {
  mr_gras,        ///< least information lost, every constraint hard (Temursho, Oosterhaven and Alejandro 2021)
  soft,           ///< least information lost, totals with a reliability may be missed at a price
  kras,           ///< totals with a reliability are adjusted until they agree (Lenzen, Gallego and Wood 2009)
  least_squares,  ///< weighted least squares (Stone, Champernowne and Meade 1942; Byron 1978)
};

/// "mr-gras", "soft", "kras", "least-squares".
REGIO_API std::string_view name(ConstrainedMethod method) noexcept;

/// What a squared change of a cell counts in ConstrainedMethod::least_squares.
enum class CellWeight : std::uint8_t {
  equal,      ///< 1
  magnitude,  ///< 1 / |a|: changes in proportion to the cell cost alike (Deming and Stephan 1940)
  square,     ///< 1 / a^2: relative changes cost alike (Almon 1968; Stone with standard errors in proportion to cells)
};

/// "equal", "magnitude", "square".
REGIO_API std::string_view name(CellWeight weight) noexcept;

/// Groups of cells with a total each, constraint by constraint: sum of coefficient * x = total.
struct CellGroups {
  VectorView<Index const> start = {};         ///< [groups + 1]; group g has the terms start[g] .. start[g + 1] - 1
  VectorView<TableCell const> cell = {};      ///< [terms]; no cell twice in a group
  VectorView<double const> coefficient = {};  ///< [terms], finite, not 0; empty: 1
  VectorView<double const> total = {};        ///< [groups], finite
  [[nodiscard]] Index size() const noexcept { return total.size(); }
};

/// A cell between limits. Equal ones freeze it, which may also give a cell that is 0 in the table a known value.
struct CellBounds {
  TableCell cell;
  double lower, upper;  ///< lower <= upper; infinite: none
};

/// One table, the constraints that it is to meet, and how far each is trusted. Views are only read.
struct ConstrainedBalanceProblem {
  MatrixView<double const> table = {};          ///< [m, n], finite; a cell that is 0 stays 0
  VectorView<double const> row_totals = {};     ///< [m]; NaN: not controlled; empty: none is
  VectorView<double const> column_totals = {};  ///< [n]; NaN: not controlled; empty: none is
  CellGroups groups = {};
  VectorView<CellBounds const> bounds = {};  ///< no cell twice
  /// rho > 0 of each total; infinite: it must be met; empty: all must.
  VectorView<double const> row_reliability = {}, column_reliability = {}, group_reliability = {};
  /// ConstrainedMethod::least_squares: variance of each cell [m, n], > 0, instead of the option `weight`.
  MatrixView<double const> variance = {};
  MatrixView<double> balanced = {};  ///< [m, n] x; empty: not wanted
};

struct ConstrainedBalanceOptions {
  ConstrainedMethod method = ConstrainedMethod::mr_gras;
  CellWeight weight = CellWeight::magnitude;  ///< of least_squares
  /// A total is met when |sum - total| <= tolerance * max(|total|, sum of |coefficient * cell|).
  double tolerance = 1e-9;
  /// Sweeps over all constraints and, of Newton's steps and of least_squares, products with the constraints.
  Index max_iterations = 10'000;
  bool keep_history = false;  ///< keep the largest residual of every sweep and of every stretch of Newton's steps
  Control control = {};
};

/// What shows that hard constraints cannot be met together: a multiplier of each, so that the weighted sum of the
/// totals exceeds what any table of this pattern of signs within its bounds can have, by `deficit` > 0 (exact sums,
/// rounded once; Farkas 1902).
struct ConstrainedEvidence {
  Index problem = 0;                                                           ///< its position in the batch
  std::vector<double> row_multipliers, column_multipliers, group_multipliers;  ///< [m], [n], [groups]
  double deficit = 0;
};

/// Results of a batch.
class REGIO_API ConstrainedBalanceReport {
 public:
  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  /// The evidence of problem b, or null.
  [[nodiscard]] ConstrainedEvidence const* evidence(Index b) const noexcept;

  std::vector<Outcome> outcome;       ///< [b] converged, infeasible, iteration_limit, stalled or cancelled
  std::vector<BalanceReason> reason;  ///< [b]
  std::vector<Index> iterations;      ///< [b]
  /// [b] the largest |sum - total| / max(|total|, sum of |coefficient * cell|) of what must be met, in compensated
  /// arithmetic; of adjusted or soft totals: how well the conditions of the optimum are met.
  std::vector<double> residual;
  std::vector<double> objective;  ///< [b] what was minimised: information lost or weighted squares, with prices
  /// [b] multipliers of the constraints: factors of the information methods, Lagrange multipliers of least squares; NaN
  /// for a total that is not controlled.
  std::vector<std::vector<double>> row_multipliers, column_multipliers, group_multipliers;
  /// [b] the totals that the result has; where they differ from the wanted ones, those were missed or adjusted.
  std::vector<std::vector<double>> row_sums, column_sums, group_sums;
  std::vector<ConstrainedEvidence> all_evidence;
  std::vector<std::vector<double>> history;
};

/// Balances each table under all of its constraints.
/// mr_gras minimises sum of |a| (z ln(z / e) + 1), z = x / a, under G x = c and l <= x <= u: x = clamp(a exp(+-sum of g
/// y)), the sign that of a, y one multiplier a constraint, found constraint by constraint (Temursho, Oosterhaven and
/// Alejandro 2021; Lenzen, Gallego and Wood 2006 for any coefficients) and, where that is slow, by Newton's method.
/// soft adds the price rho * |c| (t ln(t / e) + 1), t = sum / c, for each total with a finite reliability rho; its
/// optimum is unique even where the totals conflict. kras meets adjusted totals: those that conflict move towards what
/// the table can have, by steps in proportion to |c| / rho; the result depends on the order of the constraints. With
/// soft and kras a total of 0 is always met. least_squares minimises sum of w (x - a)^2 / 2 + sum of rho (G x - c)^2 /
/// (2 |c|) over totals with a reliability under the hard constraints and bounds, by conjugate gradients within Newton
/// steps on the dual. Frozen cells are no part of what is minimised. Throws ContractError naming the problem, argument,
/// position and value (shapes, a number that is not finite, bounds that exclude a cell's sign with an information
/// method, a cell twice in a group). Outcomes: converged; infeasible (an empty constraint, or conflicting hard
/// constraints that a verified ray shows); iteration_limit; stalled; cancelled. Cells, sums and multipliers are those
/// of the last iterate; NaN when cancelled, or infeasible before any iteration. Deterministic: the same bits for any
/// number of threads and any order of the batch. Cost: for each sweep, two passes over the terms of all constraints; a
/// table stays on one thread, those of a batch run side by side. A CUDA engine refuses it.
REGIO_API ConstrainedBalanceReport balance_constrained(Engine& engine, ConstrainedBalanceOptions const& options,
                                                       std::vector<ConstrainedBalanceProblem> const& problems);

}  // namespace regio
