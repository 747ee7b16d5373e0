/// The loops over the cells of a dense table, compiled for each SIMD target with the same bits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <regio/views.hpp>

#include "balancing/margin_residual.hpp"
#include "balancing/multiplier_step.hpp"
#include "core/simd.hpp"

namespace regio {

/// Vectors by column are padded with zeros to a whole number of lanes.
inline constexpr Index column_lanes = 8;
constexpr Index padded(Index columns) { return (columns + column_lanes - 1) / column_lanes * column_lanes; }

/// Memory to bring near while a sweep computes, a stretch for each row.
struct Lookahead {
  std::byte const* begin = nullptr;
  Index bytes_of_row = 0;
};

/// What a sweep reads besides the table: the old multipliers of both margins.
struct SweepInput {
  MatrixView<double const> table;
  MatrixView<float const> single_table;  ///< read in its place where it is not empty
  double const* row_totals = nullptr;
  std::uint8_t const* wiped_rows = nullptr;    ///< null: none
  double const* column_multipliers = nullptr;  ///< [padded n]
  double const* column_inverses = nullptr;     ///< [padded n], for signed tables
  RelaxationExponent exponent;
  double slack = 0;
  Lookahead lookahead;
};

/// What a sweep makes of the rows: [m] each.
struct RowResults {
  double* multipliers = nullptr;  ///< in and out
  double* inverses = nullptr;     ///< of signed tables
  double* magnitudes = nullptr;   ///< sums of the |cells| under the new multipliers; null: not wanted
};

/// What multiplies a table's cells between a direction by column and its product, see BalanceKernels::product.
struct ProductInput {
  MatrixView<double const> table;
  double const* column_factors = nullptr;          ///< [padded n]
  double const* column_inverse_factors = nullptr;  ///< [padded n], for signed tables
  RowResults rows;                                 ///< of the last sweep
};

/// The sums that a chunk of rows contributes to the columns, under the new row multipliers.
struct ColumnSums {
  double* positive = nullptr;  ///< [padded n]
  double* negative = nullptr;  ///< [padded n], at most 0; for signed tables
};

/// Sums of the result's cells in twice the precision: value + error; and the sum of their magnitudes.
struct CheckedColumnSums {
  double* value = nullptr;  ///< [padded n] each
  double* error = nullptr;
  double* magnitude = nullptr;  ///< of signed tables; elsewhere it is the value
};

/// part / whole; 0 of a row of zeros.
inline double share(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

struct BalanceKernels {
  /// Rows [begin, end): their new multipliers (both read the old ones from where they write), and their part of the
  /// column sums, in one read of the table: a row stays in cache between its own sum and its part in the columns'.
  /// Returns the largest residual of the rows under the new row and the old column multipliers.
  double (*sweep)(SweepInput const& input, Index begin, Index end, RowResults const& rows, ColumnSums const& sums);
  double (*signed_sweep)(SweepInput const& input, Index begin, Index end, RowResults const& rows,
                         ColumnSums const& sums);
  /// The part of rows [begin, end) in |X|' E^-1 |X| p but for the columns' own multipliers, in one read of the table;
  /// column factors are s p (and p / s), E the rows' magnitudes.
  void (*product)(ProductInput const& input, Index begin, Index end, ColumnSums const& sums);
  void (*signed_product)(ProductInput const& input, Index begin, Index end, ColumnSums const& sums);
  /// A plain step of the columns [begin, end) of a table without negative cells: their new multipliers from the column
  /// sums (a multiple of the lanes; sums and multipliers padded). Returns the largest residual of the old ones.
  double (*column_step)(VectorView<double const> totals, double slack, Index begin, Index end, double const* sums,
                        double const* old_multipliers, double* multipliers);
  /// Cells of rows [begin, end) under final multipliers: written to `balanced` where it is not empty, summed by row
  /// (the largest residual is returned) and into the column sums. `past_cache`: results too many for the caches need
  /// not go through them; the rows of a narrow table without gaps then do not.
  double (*finish)(SweepInput const& input, Index begin, Index end, double const* multipliers, double const* inverses,
                   MatrixView<double> balanced, bool past_cache, CheckedColumnSums const& sums);
};

BalanceKernels const& balance_kernels(SimdTarget target);

}  // namespace regio
