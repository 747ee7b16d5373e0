/// What can be said of a table's totals by looking at one margin, or one connected part of the table, at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "balancing/margin_network.hpp"

namespace regio {

struct MarginChecks {
  std::optional<MarginConflict> conflict;               ///< empty_margin, sign or totals_differ
  std::vector<std::uint8_t> wiped_rows, wiped_columns;  ///< 1: every cell of this margin is zero in every solution
  bool any_wiped = false;
};

/// Wipes margins that can only be zero, then looks for margins that no cells of their sign can meet and for connected
/// parts of the table whose totals disagree.
///
/// A margin whose remaining cells have one sign, or that has none, is wiped if its total is 0; its cells then leave
/// the other margins, which may wipe those in turn. A total of the other sign is a conflict (`empty_margin`, `sign`),
/// but counts as 0 up to `allowance` and to 2^-40 of the sum of |totals|, which is what rounding leaves of a zero. What
/// remains falls into connected parts; row and column totals of a part may differ by its share of the allowance, else
/// the part with the largest difference is a conflict (`totals_differ`; of a table that is one part: all margins).
/// The first conflict found ends the search. Evidence holds for the whole of `support`: it includes the wiped margins
/// that its cells reach. Totals [rows], [columns] finite; allowance >= 0 is the tolerance times the sum of |totals|.
/// Deterministic. O(cells); memory too if a column is wiped, else O(rows + columns) and what negative cells need.
MarginChecks check_margins(TableSupport const& support, VectorView<double const> row_totals,
                           VectorView<double const> column_totals, double allowance);

/// `support` without the cells of wiped margins.
TableSupport without_wiped(TableSupport const& support, MarginChecks const& checks);

/// A conflict found in without_wiped(support, ...) as evidence for `support`: with the wiped margins that its cells
/// reach. O(cells).
MarginConflict with_wiped_margins(MarginConflict const& conflict, TableSupport const& support,
                                  VectorView<double const> row_totals, VectorView<double const> column_totals);

}  // namespace regio
