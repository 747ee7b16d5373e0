#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <regio/error.hpp>
#include <regio/partition.hpp>

namespace regio {
namespace {

/// Least-cost perfect matching of a square table, by shortest augmenting paths with prices.
///
/// Prices keep every reduced cost cost(r, c) - row_price[r] - column_price[c] at 0 or above, and at 0 for matched
/// pairs; pairs at 0 are called tight. A matching is optimal exactly when all its pairs are tight, so the optimal
/// matchings are the perfect matchings of the tight pairs.
class SquareAssignment {
 public:
  SquareAssignment(std::vector<double> cost, Index n)
      : n_(n),
        cost_(std::move(cost)),
        row_price_(size(), 0.0),
        column_price_(size(), 0.0),
        column_of_(size(), none),
        row_of_(size(), none) {
    for (Index row = 0; row < n_; ++row) match(row);
    for (Index row = 0; row < n_; ++row) move_to_first_column(row);
  }

  [[nodiscard]] Index column_of(Index row) const noexcept { return column_of_[at(row)]; }

 private:
  static constexpr Index none = -1;

  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(n_); }
  static std::size_t at(Index i) noexcept { return static_cast<std::size_t>(i); }
  [[nodiscard]] double reduced_cost(Index row, Index column) const noexcept {
    return cost_[at(row * n_ + column)] - row_price_[at(row)] - column_price_[at(column)];
  }

  /// Finds the shortest path in reduced costs from an unmatched row to an unmatched column (Dijkstra), lifts the prices
  /// along it and exchanges the pairs on it.
  void match(Index start) {
    std::vector<double> distance(size(), std::numeric_limits<double>::infinity());
    std::vector<Index> previous_row(size(), none);
    std::vector<bool> done(size(), false);
    std::vector<Index> reached;
    double length = 0;
    Index row = start;
    Index column = none;
    for (;;) {
      column = none;
      for (Index c = 0; c < n_; ++c) {
        if (done[at(c)]) continue;
        double const through_row = length + reduced_cost(row, c);
        if (through_row < distance[at(c)]) {
          distance[at(c)] = through_row;
          previous_row[at(c)] = row;
        }
        if (column == none || distance[at(c)] < distance[at(column)]) column = c;
      }
      length = distance[at(column)];
      done[at(column)] = true;
      if (row_of_[at(column)] == none) break;
      reached.push_back(column);
      row = row_of_[at(column)];
    }
    row_price_[at(start)] += length;
    for (Index c : reached) {
      double const slack = length - distance[at(c)];
      row_price_[at(row_of_[at(c)])] += slack;
      column_price_[at(c)] -= slack;
    }
    while (column != none) {
      Index const owner = previous_row[at(column)];
      row_of_[at(column)] = owner;
      std::swap(column, column_of_[at(owner)]);
    }
  }

  [[nodiscard]] double tie_tolerance() const noexcept {
    double largest = 0;
    for (double c : cost_) largest = std::max(largest, std::abs(c));
    return 4 * static_cast<double>(n_) * std::numeric_limits<double>::epsilon() * largest;
  }

  /// Gives `row` the lowest column that it has in any optimal matching in which all rows before it keep theirs.
  void move_to_first_column(Index row) {
    // Search backwards from the row's own column: which columns come free when their owners move along tight pairs?
    Index const own = column_of_[at(row)];
    std::vector<Index> moves_to(size(), none);
    std::vector<bool> comes_free(size(), false);
    std::vector<Index> queue{own};
    comes_free[at(own)] = true;
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (Index other = row + 1; other < n_; ++other) {
        Index const current = column_of_[at(other)];
        if (comes_free[at(current)] || reduced_cost(other, queue[next]) > tolerance_) continue;
        comes_free[at(current)] = true;
        moves_to[at(current)] = queue[next];
        queue.push_back(current);
      }
    }
    Index column = 0;
    while (column < own && !(comes_free[at(column)] && reduced_cost(row, column) <= tolerance_)) ++column;
    Index owner = row;
    while (owner != none) {
      Index const displaced = row_of_[at(column)];
      row_of_[at(column)] = owner;
      column_of_[at(owner)] = column;
      if (column == own) break;
      column = moves_to[at(column)];
      owner = displaced;
    }
  }

  Index n_;
  std::vector<double> cost_;
  std::vector<double> row_price_, column_price_;
  std::vector<Index> column_of_, row_of_;
  double tolerance_ = tie_tolerance();
};

}  // namespace

std::vector<Index> least_cost_assignment(MatrixView<double const> cost) {
  // Rows or columns of cost 0 make the table square; they stand last, so that real columns come first.
  Index const n = std::max(cost.rows(), cost.columns());
  std::vector<double> square(static_cast<std::size_t>(n * n), 0.0);
  for (Index row = 0; row < cost.rows(); ++row) {
    for (Index column = 0; column < cost.columns(); ++column) {
      double const value = cost(row, column);
      if (!std::isfinite(value)) {
        throw ContractError("least_cost_assignment: cost", "row " + std::to_string(row) + ", column " +
                                                               std::to_string(column) + " is " + std::to_string(value) +
                                                               "; costs must be finite");
      }
      square[static_cast<std::size_t>(row * n + column)] = value;
    }
  }
  SquareAssignment const assignment(std::move(square), n);
  std::vector<Index> columns(static_cast<std::size_t>(cost.rows()), -1);
  for (Index row = 0; row < cost.rows(); ++row) {
    Index const column = assignment.column_of(row);
    if (column < cost.columns()) columns[static_cast<std::size_t>(row)] = column;
  }
  return columns;
}

}  // namespace regio
