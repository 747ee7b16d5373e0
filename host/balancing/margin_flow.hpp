/// Whether a table with given zeros and signs can meet its totals at all, and which of its cells it then needs.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "balancing/margin_network.hpp"

namespace regio {

struct FlowResult {
  std::optional<MarginConflict> conflict;  ///< conflicting_margins
  std::vector<TableCell> forced_zeros;     ///< none with a conflict; by row, then column
};

/// Decides by a maximal flow whether totals can be met, with evidence, and names the cells that are zero in every
/// solution.
///
/// A conflict is a set of rows that need more than all columns that its cells reach can take, or of columns that need
/// more than their rows can give (BalanceEvidence), by more than its share of `allowance`: the part of all |totals|
/// that are its own. Without conflict there is a table whose every total differs from the wanted one by no more than
/// that share. If several conflict, the one around the margin that lacks most. A cell is zero in every solution unless
/// it carries flow or lies on a cycle of what could still be sent (strongly connected components); forced zeros are
/// exact for totals that differ from the wanted ones by rounding (a part of 2^-40, or less with a smaller allowance) in
/// each margin, so totals that are only nearly at their bound count as being there. At most `largest_forced_zeros`
/// cells are returned.
/// `support` is without the cells of wiped margins (without_wiped); margins without cells are not looked at. Totals
/// [rows], [columns] finite; allowance >= 0 is the tolerance times the sum of |totals|. Flows are exact in units of
/// at most 2^-122 (rows + columns) max |total|, and a conflict is confirmed in exact sums of the totals themselves.
/// Deterministic.
/// Cost: O(cells) for each phase of Dinic's algorithm, of which full tables need a few and narrow bands up to their
/// length; O(rows + columns) memory and what negative cells need. Ford and Fulkerson 1956; Dinic 1970; Tarjan 1972.
FlowResult check_flow(TableSupport const& support, VectorView<double const> row_totals,
                      VectorView<double const> column_totals, double allowance,
                      Index largest_forced_zeros = std::numeric_limits<Index>::max());

}  // namespace regio
