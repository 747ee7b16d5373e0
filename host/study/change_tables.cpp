#include "study/change_tables.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace regio::study {

using format::ReportTable;

ReportTable movement_table(CellMovement const& movement) {
  ReportTable table{.name = "movement",
                    .caption = "How far the cells moved",
                    .columns = {"Moved by", "Cells", "Share of the cells, %", "Share of the table's value, %"},
                    .note =
                        "Up or down alike: by 100 % is twice the start, or half of it. Value: the sizes of the "
                        "cells before balancing."};
  double below = 0;
  for (auto const& step : movement.steps) {
    std::string const range =
        std::isinf(step.most)
            ? fmt::format("{:g} % or more", 100 * below)
            : fmt::format("{}{:g} %", below == 0 ? "less than " : fmt::format("{:g} to ", 100 * below),
                          100 * step.most);
    below = step.most;
    table.rows.push_back({range, static_cast<double>(step.cells),
                          100 * static_cast<double>(step.cells) / static_cast<double>(movement.cells),
                          100 * step.value / movement.value});
  }
  return table;
}

ReportTable largest_changes_table(TableChange const& change, CellMovement const& movement, std::string file) {
  ReportTable table{.name = "largest-changes",
                    .caption = "The cells that moved furthest",
                    .columns = {"Row", "Column", "Before", "Balanced", "Ratio"},
                    .digits = 4,
                    .file = std::move(file)};
  for (auto const& cell : movement.largest) {
    table.rows.push_back({change.label(Margin::rows, cell.row), change.label(Margin::columns, cell.column), cell.start,
                          cell.balanced, cell.ratio()});
  }
  if (movement.cells > std::ssize(movement.largest)) {
    table.note = "The first " + std::to_string(movement.largest.size()) + " of " + std::to_string(movement.cells) +
                 " cells other than zero.";
  }
  return table;
}

}  // namespace regio::study
