/// How far the cells of a table moved, as tables of a report.
#pragma once

#include <string>

#include "format/report.hpp"
#include "study/balance_explanation.hpp"
#include "study/table_change.hpp"

namespace regio::study {

/// How many cells moved by how much.
format::ReportTable movement_table(CellMovement const& movement);
/// The cells that moved furthest; `file` has all.
format::ReportTable largest_changes_table(TableChange const& change, CellMovement const& movement, std::string file);

}  // namespace regio::study
