/// A table whose cells are marked by what they are to a finding.
#pragma once

#include <vector>

#include "study/figures/table_matrix.hpp"

namespace regio::study {

inline constexpr char const* strong_colour = "#be6500";
inline constexpr char const* second_colour = "#3154a9";
inline constexpr char const* quiet_colour = "#98a4ad";
inline constexpr char const* empty_colour = "#f0d9b8";

/// Kinds of cells, what they are called in the legend, and their colours.
struct CellKind {
  char const* name;
  char const* colour;
};

/// The encoding of colour, with a legend.
Json colour_of_kinds(std::vector<CellKind> const& kinds);

Json kind_tooltip();

/// The data of the shown cell `at`; `start` NaN: there is no cell.
Json marked_cell(TableChange const& table, ShownMargins const& shown, std::size_t at, double start,
                 CellKind const& kind);

}  // namespace regio::study
