/// What shows that totals of any kind cannot be met together, in words and as a table: totals, each with a multiplier.
///
/// The multipliers are such that the weighted sum of what a table has is at most some limit, whatever its cells become
/// (0 where cells have no bounds); the weighted sum of the wanted totals exceeds the limit by the deficit (Farkas
/// 1902).
#pragma once

#include <string>
#include <vector>

#include "format/report.hpp"

namespace regio::study {

/// A total and its multiplier, which is not 0.
struct CertificateTerm {
  std::string margin;  ///< "row", "column", "national cell", "constraint"
  std::string region;  ///< empty: of no region
  std::string label;   ///< "farms", or "farms to bread" for a cell
  double total = 0, multiplier = 0;
};

/// Totals that cannot be met together.
struct Certificate {
  std::vector<CertificateTerm> terms;
  double deficit = 0;
  bool has_bounds = false;  ///< of cells: they belong to what leaves too little room

  /// "rows 'a', 'b' of region 'north' need 8 together, but column 'x' of region 'north' leaves room for 6 only: 2 too
  /// much".
  [[nodiscard]] std::string conflict() const;
  /// What changes of totals would do.
  /// `cells_help`: so would a number in a cell that is zero.
  [[nodiscard]] std::string repair(bool cells_help) const;
  /// The terms, largest first.
  [[nodiscard]] format::ReportTable table() const;

 private:
  /// Terms with multipliers above (1) or below (-1) 0.
  struct Side;
  [[nodiscard]] Side side(int sign) const;
  [[nodiscard]] bool has_weights() const;
};

}  // namespace regio::study
