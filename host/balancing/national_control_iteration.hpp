/// The iteration of one problem of national control: sweeps of all three margins until they are met.
#pragma once

#include <tbb/cache_aligned_allocator.h>

#include <stop_token>
#include <vector>

#include "balancing/national_control_kernels.hpp"
#include "balancing/national_control_operation.hpp"
#include "balancing/table_chunks.hpp"

namespace regio {

/// Numbers that begin with a cache line: vectors of eight lie in one line each.
using LineVector = std::vector<double, tbb::cache_aligned_allocator<double>>;

/// Memory that the problems of a batch share, one after another.
struct NationalControlWorkspace {
  LineVector cells;  ///< [m, regions, P] of a small problem
  LineVector row_totals, column_totals, national_totals;
  LineVector rows, row_inverses, columns, column_inverses, national, national_inverses;
  LineVector next_columns, next_column_inverses;
  LineVector sums;  ///< of every chunk of rows
  std::vector<double> residuals;
  std::vector<CheckedResiduals> checked;
};

/// How an item's rows and all regions' columns are cut; a problem that stays in one core's cache is one chunk.
TableChunks chunks_of(NationalControlItem const& item, Workers* workers);

/// Iterates the item and finishes it. `stop` raised: the item's outcome is cancelled.
void control_nationally(NationalControlItem& item, double tolerance, NationalControlKernels const& kernels,
                        TableChunks const& chunks, std::stop_token const& stop, NationalControlWorkspace& space);

}  // namespace regio
