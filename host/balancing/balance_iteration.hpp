/// The iteration of one table: sweeps of both margins until they are met.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "balancing/balance_kernels.hpp"
#include "balancing/balance_operation.hpp"
#include "balancing/newton_finisher.hpp"
#include "core/workers.hpp"

namespace regio {

/// Memory that the tables of a batch share, one after another.
struct BalanceWorkspace {
  std::vector<double> row_inverses, column_multipliers, column_inverses, next_multipliers;
  std::vector<double> sums;  ///< column sums of every chunk of rows
  std::vector<double> residuals;
  std::unique_ptr<float[]> single_cells;  ///< the table in single precision
  NewtonFinisher newton;
  std::vector<double> row_magnitudes, column_factors, column_inverse_factors;  ///< for Newton's method
};

/// Runs the chunks of a table: here, or on all threads for a large one. Chunks and the order in which their sums are
/// added belong to the table's size alone.
class TableChunks {
 public:
  /// `workers` null: the calling thread does everything.
  TableChunks(BalanceItem const& item, Workers* workers);

  [[nodiscard]] Index count() const noexcept { return count_; }
  template <class Body>
  void for_each(Body&& body) const {
    run(count_, [&](Index c) { body(c, c * rows_of_one_, std::min(rows_, (c + 1) * rows_of_one_)); });
  }
  /// body(begin, end) for the columns, cut into ranges of whole vectors.
  template <class Body>
  void for_columns(Body&& body) const {
    run(column_ranges(), [&](Index c) { body(c, c * columns_of_one, std::min(columns_, (c + 1) * columns_of_one)); });
  }
  [[nodiscard]] Index column_ranges() const noexcept { return (columns_ + columns_of_one - 1) / columns_of_one; }

 private:
  static constexpr Index columns_of_one = 1024;

  template <class Body>
  void run(Index chunks, Body&& body) const {
    if (workers_ == nullptr) {
      for (Index c = 0; c < chunks; ++c) body(c);
    } else {
      workers_->for_each(chunks, [&](Index c, int) { body(c); });
    }
  }

  Workers* workers_;
  Index rows_, columns_, rows_of_one_ = 1, count_ = 1;
};

/// What a table's place in its batch asks for.
struct BatchPlace {
  MatrixView<double const> next = {};  ///< the table that is read next, brought near meanwhile; empty: none
  bool results_past_cache = false;     ///< the batch has too many results for the caches
};

/// Iterates the item, then finishes it. `stop` raised: the item's outcome is cancelled.
void balance(BalanceItem& item, double tolerance, BalanceKernels const& kernels, TableChunks const& chunks,
             std::stop_token const& stop, BalanceWorkspace& space, BatchPlace const& place = {});

}  // namespace regio
