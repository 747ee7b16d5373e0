/// Balancing of tables to given row and column totals: RAS for non-negative tables, GRAS for signed ones, one or many
/// at once, dense or sparse, with evidence where no balanced table exists.
///
/// Symbols of the literature and their words here: A = (a_ij) table, u row totals, v column totals, r and s row and
/// column multipliers, X = (x_ij) balanced table.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/progress.hpp>
#include <regio/views.hpp>

namespace regio {

enum class BalanceMethod : std::uint8_t {
  ras,   ///< x_ij = r_i a_ij s_j; every cell >= 0 (Stone 1961; Bacharach 1970)
  gras,  ///< x_ij = r_i a_ij s_j for a_ij > 0, a_ij / (r_i s_j) for a_ij < 0 (Junius and Oosterhaven 2003)
};

/// "ras", "gras".
REGIO_API std::string_view name(BalanceMethod method) noexcept;

/// A table that keeps only its cells that are not zero, row by row (compressed sparse rows).
struct SparseTableView {
  Index rows = 0, columns = 0;
  VectorView<Index const> row_start;  ///< [rows + 1]; row i has the cells row_start[i] .. row_start[i + 1] - 1
  VectorView<Index const> column;     ///< [cells], ascending within a row
  VectorView<double const> value;     ///< [cells]; an explicit zero is as good as none
};

/// One table and the totals that it is to meet. Views are only read, `balanced` is written.
struct BalanceProblem {
  MatrixView<double const> table = {};     ///< [m, n], finite; a cell that is 0 stays 0
  SparseTableView sparse_table = {};       ///< instead of `table`
  VectorView<double const> row_totals;     ///< u [m], finite
  VectorView<double const> column_totals;  ///< v [n], finite
  /// Warm start, multipliers of a similar problem [n], > 0 and finite; a 0 counts as 1; empty: 1.
  VectorView<double const> column_start = {};
  MatrixView<double> balanced = {};        ///< [m, n] X of a dense table; empty: not wanted
  VectorView<double> balanced_cells = {};  ///< [cells] X of a sparse table; empty: not wanted
};

struct BalanceOptions {
  BalanceMethod method = BalanceMethod::gras;  ///< a non-negative table has the same answer with both
  /// A margin is met when |sum - total| <= tolerance * max(|total|, sum of the |cells| of the margin).
  double tolerance = 1e-9;
  Index max_iterations = 10'000;  ///< sweeps of both margins and products of Newton's method: reads of the table
  bool over_relaxation = true;  ///< sweeps that go further than plain ones where these are slow (Thibault et al. 2021)
  /// Newton's method instead of many sweeps, where these would be slow even with over-relaxation (Knight and Ruiz
  /// 2013). Both off: the plain iteration.
  bool newton = true;
  /// Dense tables of more than 2^20 cells: the first sweeps read a copy of the table in single precision, half as long;
  /// the last ones the table itself, which alone decides about the result. Costs 4 bytes a cell of memory meanwhile.
  /// Tables with cells beyond single precision's range (1e-38 to 3e38) go without.
  bool single_precision_start = false;
  bool keep_history = false;  ///< keep the largest residual of every sweep
  Control control = {};
};

/// Why a problem is not solved, or not strictly.
enum class BalanceReason : std::uint8_t {
  none,
  totals_differ,  ///< rows and columns, of the table or of a part of it that is connected to no other, have other sums
  empty_margin,   ///< a margin without a cell that may change has a total other than 0
  sign,           ///< a margin whose cells have one sign only has a total of the other
  conflicting_margins,  ///< a set of rows needs more than the columns that its cells reach can take
  forced_zeros,         ///< solvable only if cells of the table become zero
  slow,                 ///< the limit of iterations came first
  rounding,             ///< double precision allows no more; the tolerance is smaller
};

/// "none", "totals_differ", ...: as they stand in files.
REGIO_API std::string_view name(BalanceReason reason) noexcept;

/// The position of a cell.
struct TableCell {
  Index row = 0, column = 0;
  friend bool operator==(TableCell const&, TableCell const&) = default;
};

/// What shows that a problem has no solution, or only one in the limit; a caller can verify it.
///
/// For every reason but forced_zeros: each positive cell of `rows` lies in `columns` and each negative cell of
/// `columns` lies in `rows`. Every table of this pattern of signs then has sum of u over rows <= sum of v over columns,
/// but the wanted totals exceed that by `deficit` (exact sums, rounded once). With `columns_need_more` rows and columns
/// exchange their roles in all of this.
struct BalanceEvidence {
  Index problem = 0;  ///< its position in the batch
  std::vector<Index> rows, columns;
  bool columns_need_more = false;
  double deficit = 0;
  std::vector<TableCell> forced_zeros;  ///< cells that are zero in every solution, by row
  /// Totals that the table can be given: of the rows when the columns' are kept, of the columns when the rows' are.
  /// conflicting_margins: the limits of the iteration, which are those of least information lost (Pukelsheim 2014);
  /// totals_differ: the one margin scaled to the sum of the other, part by part. Empty otherwise.
  std::vector<double> attainable_row_totals, attainable_column_totals;
};

/// Results of a batch; multipliers of problem b are reached through the accessors.
class REGIO_API BalanceReport {
 public:
  BalanceReport() = default;
  /// Lays the arrays out for a batch; balance_tables fills them.
  explicit BalanceReport(std::vector<BalanceProblem> const& problems);

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  /// r [m], s [n] with the largest s at 1; 0 for a margin whose cells all become zero.
  [[nodiscard]] VectorView<double const> row_multipliers(Index b) const noexcept;
  [[nodiscard]] VectorView<double const> column_multipliers(Index b) const noexcept;
  /// The evidence of problem b, or null.
  [[nodiscard]] BalanceEvidence const* evidence(Index b) const noexcept;

  std::vector<Outcome> outcome;         ///< [b] converged, boundary, infeasible, iteration_limit, stalled or cancelled
  std::vector<BalanceReason> reason;    ///< [b]
  std::vector<Index> iterations;        ///< [b] reads of the table: sweeps, and products of Newton's method
  std::vector<double> row_residual;     ///< [b] the largest |sum - total| / max(|total|, sum of |cells|) of the rows,
  std::vector<double> column_residual;  ///< [b] of the columns; from the result itself, in compensated arithmetic
  std::vector<double> gap;              ///< [b] sum of u - sum of v, in compensated arithmetic
  std::vector<double> rate;             ///< [b] by which a plain sweep multiplied the residual at the end; NaN: unknown
  std::vector<BalanceEvidence> all_evidence;  ///< by problem; problems without any are left out

  std::vector<double> all_row_multipliers, all_column_multipliers;
  std::vector<Index> row_offset, column_offset;  ///< one more than there are problems
  std::vector<std::vector<double>> history;      ///< [b] with keep_history: the largest residual after each read
};

/// Balances each table to its totals: the table of the same zeros and signs that is nearest to it in information.
/// Minimises sum of |a_ij| (z_ij ln(z_ij / e) + 1), z_ij = x_ij / a_ij, under sum_j x_ij = u_i and sum_i x_ij = v_j
/// (Lenzen, Wood and Gallego 2007; for a >= 0 the RAS of Stone 1961). Multipliers by turns: r_i is the positive root of
/// p_i r^2 - u_i r - n_i = 0 with p_i = sum of a_ij s_j over positive, n_i = sum of |a_ij| / s_j over negative cells
/// (Temurshoev, Miller and Bouwmeester 2013 for margins without a positive cell), s_j likewise. Only residuals of both
/// margins stop it. Throws ContractError naming the problem, row, column and value: shapes that differ, a number that
/// is not finite, a negative cell with BalanceMethod::ras, sparse rows out of order. Outcomes, with evidence in the
/// report: infeasible (totals that differ by more than tolerance times the sum of their magnitudes, a margin that is
/// empty or of one sign, conflicting margins); boundary (solvable only if some cells become zero: the result is that
/// limit); iteration_limit; stalled (at the precision of numbers); cancelled. Without a result (cancelled, or
/// infeasible but for conflicting margins) multipliers and cells are NaN. A disagreement of the totals within the
/// tolerance is none: the result meets the margins up to `gap`. Deterministic: the same bits for any number of threads,
/// any order of the batch, every SIMD target. Cost: one read of the table a sweep and one at the end; a table that fits
/// a core's cache is balanced there in one go; O(m + n) memory beside the table. On a CUDA device: without Newton's
/// method; the CPU's bits for a table that a block's shared memory holds, otherwise its cells within 1e-12 where both
/// converge to 1e-13.
REGIO_API BalanceReport balance_tables(Engine& engine, BalanceOptions const& options,
                                       std::vector<BalanceProblem> const& problems);

}  // namespace regio
