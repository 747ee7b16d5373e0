/// Where a table has cells that may be other than zero, and of which sign.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/views.hpp>

namespace regio {

/// The pattern of signs of a table, row by row.
struct TableSupport {
  Index rows = 0, columns = 0;
  std::vector<Index> row_start;   ///< [rows + 1]
  std::vector<Index> column;      ///< [cells], ascending within a row
  std::vector<std::int8_t> sign;  ///< [cells] +1 or -1
};

}  // namespace regio
