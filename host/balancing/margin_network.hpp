/// A table's margins as a network, which is how its feasibility is decided.
///
/// Rows and columns are nodes. A positive cell (i, j) is an arc from row i to column j, a negative one an arc from
/// column j to row i; a row has u_i to give, a column -v_j (it takes v_j). A table with these signs and totals is a
/// flow: what an arc carries is |x_ij|, without any upper limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <regio/balance.hpp>

#include "balancing/table_support.hpp"

namespace regio {

/// The part of a sum that rounding of its terms may have made of it, as totals are published and added up: thousands of
/// roundings in double precision, less than a cent of 10^10.
constexpr double rounding_share = 0x1p-40;

/// A conflict of totals; rows, columns, columns_need_more and deficit as in BalanceEvidence.
struct MarginConflict {
  BalanceReason reason = BalanceReason::none;
  std::vector<Index> rows, columns;
  bool columns_need_more = false;
  double deficit = 0;
};

/// Node i < rows is row i, node rows + j is column j. Keeps references to its arguments.
class MarginNetwork {
 public:
  using Node = std::size_t;
  enum class Direction : std::uint8_t { out, in };
  static constexpr Node no_node = static_cast<Node>(-1);

  /// Totals [rows], [columns]. O(cells).
  MarginNetwork(TableSupport const& support, VectorView<double const> row_totals,
                VectorView<double const> column_totals);

  [[nodiscard]] std::size_t rows() const noexcept { return static_cast<std::size_t>(support_.rows); }
  [[nodiscard]] std::size_t size() const noexcept { return rows() + static_cast<std::size_t>(support_.columns); }
  [[nodiscard]] Node column_node(Index column) const noexcept { return rows() + static_cast<std::size_t>(column); }

  /// u_i of a row, -v_j of a column.
  [[nodiscard]] double supply(Node node) const noexcept;

  /// The part of the totals' magnitude that `allowance` is, at most 1.
  [[nodiscard]] double tolerance(double allowance) const noexcept;

  /// Lists the arcs into columns if they are not; columns have no Direction::in before. O(cells), memory too.
  void list_arcs_into_columns();

  /// Places of the arcs at `node`, to be asked of neighbour().
  struct Places {
    std::size_t first, last;
  };
  [[nodiscard]] Places places(Node node, Direction direction) const noexcept;
  /// The other end of an arc, or no_node where the place is that of an arc of the other direction.
  [[nodiscard]] Node neighbour(Node node, std::size_t place, Direction direction) const noexcept;

  template <class Visit>
  void for_each_neighbour(Node node, Direction direction, Visit const& visit) const {
    Places const all = places(node, direction);
    for (std::size_t place = all.first; place < all.last; ++place) {
      Node const other = neighbour(node, place, direction);
      if (other != no_node) visit(other);
    }
  }

  /// Calls visit(column's node, whether the arc leaves the row) for the cells of `row`.
  template <class Visit>
  void for_each_cell(Node row, Visit const& visit) const {
    Places const all = places(row, Direction::out);
    for (std::size_t cell = all.first; cell < all.last; ++cell) {
      visit(column_node(support_.column[cell]), support_.sign[cell] > 0);
    }
  }

  /// The sum of the supplies of `nodes`, exact and rounded once.
  [[nodiscard]] double surplus(std::span<Node const> nodes) const noexcept;
  /// Whether `deficit` > 0 is beyond `tolerance` times the magnitude of the totals of `nodes`.
  [[nodiscard]] bool exceeds(std::span<Node const> nodes, double deficit, double tolerance) const noexcept;

  /// Evidence against `nodes` and all that they reach: along arcs (out) for nodes that have more to give than those
  /// they reach can take, against them (in) for nodes that take more.
  [[nodiscard]] MarginConflict conflict(BalanceReason reason, std::vector<Node> nodes, Direction direction);

 private:
  /// The rows of the cells of one sign, column by column.
  struct ColumnCells {
    std::vector<std::size_t> start;  ///< [columns + 1]
    std::vector<std::size_t> row;
  };
  [[nodiscard]] ColumnCells cells_by_column(std::int8_t sign) const;

  TableSupport const& support_;
  VectorView<double const> row_totals_, column_totals_;
  ColumnCells negative_, positive_;
};

inline double MarginNetwork::supply(Node node) const noexcept {
  return node < rows() ? row_totals_[static_cast<Index>(node)] : -column_totals_[static_cast<Index>(node - rows())];
}

inline MarginNetwork::Places MarginNetwork::places(Node node, Direction direction) const noexcept {
  if (node < rows()) {
    return {static_cast<std::size_t>(support_.row_start[node]), static_cast<std::size_t>(support_.row_start[node + 1])};
  }
  ColumnCells const& cells = direction == Direction::out ? negative_ : positive_;
  return {cells.start[node - rows()], cells.start[node - rows() + 1]};
}

inline MarginNetwork::Node MarginNetwork::neighbour(Node node, std::size_t place, Direction direction) const noexcept {
  if (node >= rows()) return (direction == Direction::out ? negative_ : positive_).row[place];
  bool const leaves = support_.sign[place] > 0;
  return leaves == (direction == Direction::out) ? column_node(support_.column[place]) : no_node;
}

}  // namespace regio
