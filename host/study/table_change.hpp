/// A table before and after, cell by cell: what figures and sentences about its cells need, whatever balanced it.
#pragma once

#include <functional>
#include <string>

#include "study/region_codes.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// Refers to a table and its result, which must outlive it.
struct TableChange {
  using Visit = std::function<void(Index row, Index column, double start, double balanced)>;

  RegionCodes const& rows;
  RegionCodes const& columns;
  std::function<void(Visit const&)> for_each_cell;  ///< every cell that is not zero at the start, row by row

  [[nodiscard]] RegionCodes const& labels(Margin margin) const { return margin == Margin::rows ? rows : columns; }
  [[nodiscard]] std::string const& label(Margin margin, Index i) const {
    return labels(margin).codes()[static_cast<std::size_t>(i)];
  }
};

}  // namespace regio::study
