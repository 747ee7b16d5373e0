#include "study/certificate_cells.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace regio::study {
namespace {

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Adds totals up, one after another.
class CellWeights {
 public:
  CellWeights(Index rows, Index columns)
      : rows_(rows), columns_(columns), row_is_named_(position(rows)), column_is_named_(position(columns)) {
    cells_.columns = columns;
    cells_.needing.assign(position(rows * columns), 0.0);
    cells_.giving = cells_.needing;
  }

  void add_row(Index row, double multiplier) {
    if (!is_term(multiplier)) return;
    row_is_named_[position(row)] = true;
    for (Index column = 0; column < columns_; ++column) add(row, column, multiplier);
  }
  /// The total of a column's rows [begin, end).
  void add_column(Index column, Index begin, Index end, double multiplier) {
    if (!is_term(multiplier)) return;
    column_is_named_[position(column)] = true;
    for (Index row = begin; row < end; ++row) add(row, column, multiplier);
  }
  /// One cell of a total that is no margin's.
  void add_cell(Index row, Index column, double weight) {
    if (!is_term(weight)) return;
    row_is_named_[position(row)] = column_is_named_[position(column)] = true;
    add(row, column, weight);
  }

  CertificateCells take() {
    cells_.named_rows = named(row_is_named_);
    cells_.named_columns = named(column_is_named_);
    return std::move(cells_);
  }

  [[nodiscard]] Index rows() const noexcept { return rows_; }

 private:
  static bool is_term(double weight) { return weight != 0 && !std::isnan(weight); }
  static std::vector<Index> named(std::vector<bool> const& is_named) {
    std::vector<Index> positions;
    for (std::size_t i = 0; i < is_named.size(); ++i) {
      if (is_named[i]) positions.push_back(static_cast<Index>(i));
    }
    return positions;
  }

  void add(Index row, Index column, double weight) {
    (weight > 0 ? cells_.needing : cells_.giving)[position(row * columns_ + column)] += weight;
  }

  Index rows_, columns_;
  CertificateCells cells_;
  std::vector<bool> row_is_named_, column_is_named_;
};

}  // namespace

CertificateCells certificate_cells(ConstrainedTable const& result) {
  ConstrainedEvidence const* const evidence = result.report.evidence(0);
  if (evidence == nullptr) return {};
  CellWeights weights(result.table.rows.size(), result.table.columns.size());
  for (std::size_t i = 0; i < evidence->row_multipliers.size(); ++i) {
    weights.add_row(static_cast<Index>(i), evidence->row_multipliers[i]);
  }
  for (std::size_t j = 0; j < evidence->column_multipliers.size(); ++j) {
    weights.add_column(static_cast<Index>(j), 0, weights.rows(), evidence->column_multipliers[j]);
  }
  ConstraintsFile const& constraints = result.constraints;
  for (std::size_t g = 0; g < evidence->group_multipliers.size(); ++g) {
    for (Index term = constraints.start[g]; term < constraints.start[g + 1]; ++term) {
      TableCell const& cell = constraints.cell[position(term)];
      weights.add_cell(cell.row, cell.column, evidence->group_multipliers[g] * constraints.coefficient[position(term)]);
    }
  }
  return weights.take();
}

CertificateCells certificate_cells(NationalBalance const& result) {
  NationalEvidence const* const evidence = result.report.evidence(0);
  if (evidence == nullptr) return {};
  Index const regions = result.tables.regions.size(), rows = result.tables.rows.size();
  CellWeights weights(regions * rows, result.tables.columns.size());
  for (auto const& [region, row, value] : evidence->rows) weights.add_row(region * rows + row, value);
  for (auto const& [region, column, value] : evidence->columns) {
    weights.add_column(column, region * rows, (region + 1) * rows, value);
  }
  for (auto const& [cell, value] : evidence->national) {
    for (Index region = 0; region < regions; ++region) weights.add_cell(region * rows + cell.row, cell.column, value);
  }
  return weights.take();
}

}  // namespace regio::study
