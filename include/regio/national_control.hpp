/// Balancing of the tables of many regions to their own row and column totals and to a national table at once.
///
/// Symbols of the literature and their words here: a_kij table of region k, u_ki its row totals, v_kj its column
/// totals, n_ij national cells, r_ki, s_kj, t_ij multipliers of the three margins, x_kij balanced tables.
#pragma once

#include <vector>

#include <regio/balance.hpp>
#include <regio/views.hpp>

namespace regio {

/// Tables of regions, their totals and the national table. Views are only read, `balanced` is written.
struct NationalControlProblem {
  BatchView<double const> tables = {};          ///< [regions, m, n], finite; a cell that is 0 stays 0
  MatrixView<double const> row_totals = {};     ///< u [regions, m], finite
  MatrixView<double const> column_totals = {};  ///< v [regions, n], finite
  /// n [m, n], what the regions' cells sum to; NaN: not controlled; empty: no cell is.
  MatrixView<double const> national = {};
  /// Warm start, multipliers of a similar problem, > 0 and finite; a 0 counts as 1; empty: 1.
  MatrixView<double const> column_start = {};    ///< s [regions, n]
  MatrixView<double const> national_start = {};  ///< t [m, n]; 1 where not controlled
  BatchView<double> balanced = {};               ///< [regions, m, n] x; empty: not wanted
};

/// What shows that three families of margins cannot be met together: multipliers g [regions, m] of the rows, h
/// [regions, n] of the columns, f [m, n] of the national cells with g_ki + h_kj + f_ij <= 0 for every positive and
/// >= 0 for every negative cell. Then sum of g u + h v + f n <= 0 for every table of this pattern of signs (Farkas
/// 1902), but the wanted totals make it `deficit` > 0 (exact sums, rounded once).
struct NationalEvidence {
  Index problem = 0;  ///< its position in the batch
  struct Multiplier {
    Index region = 0, index = 0;  ///< row or column `index` of the region
    double value = 0;
  };
  struct CellMultiplier {
    TableCell cell;
    double value = 0;
  };
  std::vector<Multiplier> rows, columns;  ///< those that are not 0
  std::vector<CellMultiplier> national;   ///< those that are not 0
  double deficit = 0;
};

/// Results of a batch; multipliers of problem b are reached through the accessors.
class REGIO_API NationalControlReport {
 public:
  NationalControlReport() = default;
  /// Lays the arrays out for a batch; national_control fills them.
  explicit NationalControlReport(std::vector<NationalControlProblem> const& problems);

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  /// Of the multipliers that give the same tables those with r_1i = 1 and s_1j = 1 for the first region in each row i
  /// and column j whose national cells are all controlled, and the largest s of each region 1. Then t is what the first
  /// region's cells are multiplied by. 0 for a margin whose cells all become zero.
  [[nodiscard]] MatrixView<double const> row_multipliers(Index b) const noexcept;     ///< r [regions, m]
  [[nodiscard]] MatrixView<double const> column_multipliers(Index b) const noexcept;  ///< s [regions, n]
  [[nodiscard]] MatrixView<double const> national_multipliers(
      Index b) const noexcept;  ///< t [m, n]; 1 where not controlled
  /// The evidence of problem b, or null.
  [[nodiscard]] NationalEvidence const* evidence(Index b) const noexcept;

  std::vector<Outcome> outcome;       ///< [b] converged, infeasible, iteration_limit, stalled or cancelled
  std::vector<BalanceReason> reason;  ///< [b]
  std::vector<Index> iterations;      ///< [b] sweeps of all three margins
  /// [b] the largest |sum - total| / max(|total|, sum of |cells|) of each family; from the result itself, in
  /// compensated arithmetic.
  std::vector<double> row_residual, column_residual, national_residual;
  std::vector<double> gap;   ///< [b] the largest disagreement of totals that should be equal, its magnitude
  std::vector<double> rate;  ///< [b] by which a plain sweep multiplied the residual at the end; NaN: unknown
  std::vector<NationalEvidence> all_evidence;  ///< by problem; problems without any are left out

  std::vector<double> all_row_multipliers, all_column_multipliers, all_national_multipliers;
  std::vector<Index> row_offset, column_offset, national_offset;  ///< one more than there are problems
  std::vector<std::vector<double>> history;  ///< [b] with keep_history: the largest residual that each sweep met

 private:
  std::vector<Index> regions_;  ///< [b]
};

/// Balances the tables of regions to row totals, column totals and national cells: the nearest in information (with
/// BalanceMethod::gras also signed ones). Minimises sum of |a_kij| (z_kij ln(z_kij / e) + 1), z_kij = x_kij / a_kij,
/// under sum_j x_kij = u_ki, sum_i x_kij = v_kj, sum_k x_kij = n_ij. x_kij = r_ki s_kj t_ij a_kij for positive and
/// a_kij / (r_ki s_kj t_ij) for negative cells, found by turns from the three margins; one sweep of all three reads the
/// tables once. Throws ContractError naming the problem, region, row, column and value. Outcomes, with evidence:
/// infeasible (totals of regions and nation that disagree, empty margins, signs, and conflicts that a verified Farkas
/// ray shows); iteration_limit with the rate; stalled; cancelled. There is no combinatorial test for three margins (De
/// Loera and Onn 2006): a problem whose conflict no ray was found for ends with iteration_limit or stalled.
/// Deterministic: the same bits for any number of threads, any order of the batch, every SIMD target. Options as for
/// balance_tables. Cost: one read of the tables a sweep and one at the end. Source: Holy and Safr 2017
/// (multidimensional RAS); Ershov and others 2021 (multi-stage biproportional correction).
REGIO_API NationalControlReport national_control(Engine& engine, BalanceOptions const& options,
                                                 std::vector<NationalControlProblem> const& problems);

}  // namespace regio
