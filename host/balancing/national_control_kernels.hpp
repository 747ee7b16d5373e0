/// The loops over the cells of many regions' tables, compiled for each SIMD target with the same bits.
///
/// A slab is row i of all regions' tables: all that one sweep needs of them to fit the rows i of all regions and the
/// national cells of row i, and to add their part to the regions' columns. It stays in the core's cache meanwhile.
#pragma once

#include <cmath>

#include <regio/views.hpp>

#include "balancing/balance_kernels.hpp"
#include "balancing/multiplier_step.hpp"
#include "balancing/national_step.hpp"
#include "core/simd.hpp"

namespace regio {

/// The cells: row i of region k begins at first + i * row_step + k * region_step.
struct NationalCells {
  double const* first = nullptr;
  Index regions = 0, columns = 0;
  Index row_step = 0, region_step = 0;
  bool ask_ahead = false;  ///< fetch the next row's cells while those of one are used: they come from far away
};

/// What a sweep reads besides the multipliers of rows and national cells. Totals are finite, or NaN where a margin is
/// not controlled, or in tables with negative cells infinite where all cells of the margin become zero.
struct NationalSweepInput {
  NationalCells cells;
  Index padded_columns = 0;                    ///< P; vectors by column are padded to it, their totals with NaN
  double const* row_totals = nullptr;          ///< [m, regions]
  double const* national = nullptr;            ///< [m, P]
  double const* column_multipliers = nullptr;  ///< [regions, P]
  double const* column_inverses = nullptr;     ///< [regions, P], for signed tables
  RelaxationExponent exponent;
  double slack = 0;
};

/// Multipliers that a sweep moves; with `inverses`, for signed tables, what negative cells are multiplied by.
struct NationalMultipliers {
  double* rows = nullptr;  ///< [m, regions]
  double* row_inverses = nullptr;
  double* national = nullptr;  ///< [m, P]
  double* national_inverses = nullptr;
};

/// What a chunk of rows gives: its part of the columns' sums, and room for the sums of one row of national cells.
struct NationalSums {
  ColumnSums columns;   ///< [regions, P]
  ColumnSums national;  ///< [P]
};

/// Sums of the result's cells as in CheckedColumnSums.
struct CheckedNationalSums {
  CheckedColumnSums columns;   ///< [regions, P]
  CheckedColumnSums national;  ///< [P]
};

struct NationalControlKernels {
  /// Rows [begin, end) of all regions: fits r under the old s and t, then t under the new r, then adds up the columns
  /// under both. Returns the largest residual: of the national cells before their step, of the rows after theirs where
  /// it does not meet the total.
  double (*sweep)(NationalSweepInput const& input, Index begin, Index end, NationalMultipliers const& multipliers,
                  NationalSums const& sums);
  double (*signed_sweep)(NationalSweepInput const& input, Index begin, Index end,
                         NationalMultipliers const& multipliers, NationalSums const& sums);
  /// A plain step of `count` margins (a multiple of the lanes) of tables without negative cells; totals >= 0, or NaN
  /// where not controlled. Returns the largest residual before it.
  double (*plain_step)(double const* totals, double slack, Index count, double const* sums,
                       double const* old_multipliers, double* multipliers);
  /// Cells of rows [begin, end) under final multipliers: written to `balanced` where it is not empty, added to the
  /// columns' sums; residuals of rows and national cells.
  CheckedResiduals (*finish)(NationalSweepInput const& input, Index begin, Index end,
                             NationalMultipliers const& multipliers, BatchView<double> balanced,
                             CheckedNationalSums const& sums);
};

NationalControlKernels const& national_control_kernels(SimdTarget target);

}  // namespace regio
