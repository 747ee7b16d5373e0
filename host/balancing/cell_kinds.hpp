/// What kinds of cells a dense table has, found in one read.
#pragma once

#include <regio/views.hpp>

#include "core/simd.hpp"

namespace regio {

struct CellKinds {
  bool finite = true, zero = false, negative = false;
};

/// The kinds of the cells of rows [begin, end).
using CellKindsOfRows = CellKinds (*)(MatrixView<double const> table, Index begin, Index end);

/// Compiled for each SIMD target with the same answer.
CellKindsOfRows cell_kinds_of_rows(SimdTarget target);

}  // namespace regio
