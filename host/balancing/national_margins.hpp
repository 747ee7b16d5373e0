/// The margins of a problem of national control: rows and columns of the regions, and national cells.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include <regio/national_control.hpp>

namespace regio {

/// Positions of all margins in one line: rows, region by region, then columns, region by region, then national cells,
/// row by row. Keeps a reference to the problem.
class NationalMargins {
 public:
  explicit NationalMargins(NationalControlProblem const& problem) : problem_(problem) {}

  [[nodiscard]] Index regions() const noexcept { return problem_.tables.count(); }
  [[nodiscard]] Index rows() const noexcept { return problem_.tables.rows(); }
  [[nodiscard]] Index columns() const noexcept { return problem_.tables.columns(); }
  [[nodiscard]] Index size() const noexcept { return first_national() + rows() * columns(); }
  [[nodiscard]] Index first_column() const noexcept { return regions() * rows(); }
  [[nodiscard]] Index first_national() const noexcept { return regions() * (rows() + columns()); }

  [[nodiscard]] Index row(Index k, Index i) const noexcept { return k * rows() + i; }
  [[nodiscard]] Index column(Index k, Index j) const noexcept { return first_column() + k * columns() + j; }
  [[nodiscard]] Index national(Index i, Index j) const noexcept { return first_national() + i * columns() + j; }
  [[nodiscard]] std::array<Index, 3> of_cell(Index k, Index i, Index j) const noexcept {
    return {row(k, i), column(k, j), national(i, j)};
  }

  /// NaN where a national cell is not controlled.
  [[nodiscard]] double total(Index margin) const noexcept {
    if (margin < first_column()) return problem_.row_totals(margin / rows(), margin % rows());
    if (margin < first_national()) {
      Index const place = margin - first_column();
      return problem_.column_totals(place / columns(), place % columns());
    }
    if (problem_.national.empty()) return std::nan("");
    Index const place = margin - first_national();
    return problem_.national(place / columns(), place % columns());
  }
  [[nodiscard]] bool is_controlled(Index margin) const noexcept { return !std::isnan(total(margin)); }
  [[nodiscard]] double cell(Index k, Index i, Index j) const noexcept { return problem_.tables(k, i, j); }

  /// Calls visit(region, row, column) for the cells of a margin, those that are 0 too.
  template <class Visit>
  void for_cells(Index margin, Visit const& visit) const {
    if (margin < first_column()) {
      for (Index j = 0; j < columns(); ++j) visit(margin / rows(), margin % rows(), j);
    } else if (margin < first_national()) {
      Index const place = margin - first_column();
      for (Index i = 0; i < rows(); ++i) visit(place / columns(), i, place % columns());
    } else {
      Index const place = margin - first_national();
      for (Index k = 0; k < regions(); ++k) visit(k, place / columns(), place % columns());
    }
  }

 private:
  NationalControlProblem const& problem_;
};

}  // namespace regio
