/// What a certificate says of each cell of a table.
#pragma once

#include <vector>

#include "study/constrained_results.hpp"
#include "study/national_results.hpp"

namespace regio::study {

/// Of each cell the multipliers of the totals in conflict that it belongs to, each times the cell's coefficient.
struct CertificateCells {
  Index columns = 0;
  std::vector<double> needing;  ///< [rows, columns]: the sum of those above 0, from totals that need more
  std::vector<double> giving;   ///< [rows, columns]: the sum of those below 0, from totals that leave too little room
  /// Rows and columns that have a total in conflict, or a cell in one that is no margin's; ascending.
  std::vector<Index> named_rows, named_columns;
};

/// Empty when there is no evidence.
CertificateCells certificate_cells(ConstrainedTable const& result);
/// Of all regions' tables, one below the other: row i of region k is row k * rows + i.
CertificateCells certificate_cells(NationalBalance const& result);

}  // namespace regio::study
