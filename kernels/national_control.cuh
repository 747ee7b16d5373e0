/// The launches of the sweeps of national control, for the host.
///
/// Row i of all regions is a slab, contiguous in memory [m][regions][n]. A block takes whole ranges of rows: it reads a
/// slab once into shared memory where that fits, fits the rows and the national cells of it, and adds its part to the
/// columns of all regions, whose sums by range a second kernel adds in the ranges' order: no atomic operation, and the
/// same bits however blocks are scheduled.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "balancing/multiplier_step.hpp"

namespace regio::cuda {

/// One problem and its iteration (host/balancing/national_control_operation.hpp). All pointers are the device's.
struct NationalControlArguments {
  double* cells;                                ///< [m, regions, n]
  double const* row_totals;                     ///< [m, regions]
  double const* column_totals;                  ///< [regions, n]
  double const* national_totals;                ///< [m, n]
  double *rows, *row_inverses;                  ///< multipliers, [m, regions]; inverses null: there is no negative cell
  double *columns, *column_inverses;            ///< [regions, n]
  double *next_columns, *next_column_inverses;  ///< [regions, n], out of a sweep
  double *national, *national_inverses;         ///< [m, n]
  double* parts;      ///< [ranges, kinds, regions, n] of a sweep; [ranges, 3, regions, n] of a check
  double* residuals;  ///< [ranges + column blocks]; of a check [3 ranges + 2 column blocks]
  std::int64_t regions, row_count, column_count;
  std::int64_t rows_of_range, ranges;
  RelaxationExponent exponent;
  double slack;
  bool is_signed;
  bool in_shared_memory;  ///< slab, columns and their sums fit there
  bool writes_cells;      ///< of a check: the cells become the result
};

/// Shared memory of a block with the slab in it.
std::int64_t national_slab_bytes(std::int64_t regions, std::int64_t columns, bool is_signed);
/// Shared memory of a block without.
std::int64_t national_row_bytes(std::int64_t regions, std::int64_t columns, bool is_signed);
/// Blocks of the kernels that take columns.
std::int64_t national_column_blocks(std::int64_t regions, std::int64_t columns);

/// A sweep: "national_rows" or "national_rows_signed" reads the cells once if they are in_shared_memory, three times
/// otherwise; then "national_columns".
cudaError_t launch_national_sweep(cudaStream_t stream, NationalControlArguments const& arguments);
/// Residuals of the result in twice the precision, and its cells: "national_check_rows", "national_check_columns".
cudaError_t launch_national_check(cudaStream_t stream, NationalControlArguments const& arguments);

}  // namespace regio::cuda
