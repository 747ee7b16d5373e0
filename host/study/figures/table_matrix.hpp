/// A table drawn as rectangles: which rows and columns are shown, their frame, and the same as a table of text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "study/figures/vega_lite.hpp"
#include "study/table_change.hpp"

namespace regio::study {

/// Rows and columns that a figure of a table shows, in the order of the figure.
struct ShownMargins {
  std::vector<Index> rows, columns;

  static constexpr std::size_t most = 60;

  /// Those of the table with the largest weights, in the table's order.
  static ShownMargins heaviest(std::vector<double> const& of_row, std::vector<double> const& of_column);
  /// These first, then others of the table while there is room.
  static ShownMargins with_first(TableChange const& table, std::vector<Index> const& rows,
                                 std::vector<Index> const& columns);

  /// " The figure shows 60 of 85 rows and 60 of 98 columns: " and `which`; "" when it shows all.
  [[nodiscard]] std::string note(TableChange const& table, std::string const& which) const;
};

/// Numbers [shown row, shown column]; NaN where there is none.
std::vector<double> shown_cells(TableChange const& table, ShownMargins const& shown,
                                std::function<double(double start, double balanced)> const& value);

/// Rectangles; every row of the data has the fields `row` and `column` with labels, and what `colour` and `tooltip`
/// name.
void table_matrix(Json& specification, TableChange const& table, ShownMargins const& shown, Json colour, Json tooltip);

/// The shown cells as a table of text.
ReportTable matrix_table(TableChange const& change, ShownMargins const& shown, std::vector<double> const& cells,
                         std::string name, std::string caption);

}  // namespace regio::study
