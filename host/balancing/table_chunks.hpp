/// A table cut for threads.
#pragma once

#include <algorithm>
#include <span>

#include <regio/views.hpp>

#include "balancing/margin_residual.hpp"
#include "core/workers.hpp"

namespace regio {

/// A table of at most so many cells stays in one core's cache, which is then faster than all cores sharing it.
inline constexpr Index cells_of_one_core = Index{1} << 17;

/// Runs the chunks of a table's rows and the ranges of its columns: here, or on all threads for a large one. Chunks and
/// the order in which their sums are added belong to the table's size alone.
class TableChunks {
 public:
  /// `workers` null: the calling thread does everything.
  TableChunks(Index rows, Index rows_of_chunk, Index columns, Workers* workers)
      : workers_(workers),
        rows_(rows),
        columns_(columns),
        rows_of_one_(rows_of_chunk),
        count_(std::max<Index>(1, (rows + rows_of_chunk - 1) / rows_of_chunk)) {}

  [[nodiscard]] Index count() const noexcept { return count_; }
  /// body(chunk, begin, end) for the rows.
  template <class Body>
  void for_each(Body&& body) const {
    run(count_, [&](Index c) { body(c, c * rows_of_one_, std::min(rows_, (c + 1) * rows_of_one_)); });
  }
  /// body(range, begin, end) for the columns, cut into ranges of whole vectors.
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
  Index rows_, columns_, rows_of_one_, count_;
};

/// The largest residual of those that chunks or ranges have left.
inline double largest_residual(std::span<double const> residuals) {
  double result = 0;
  for (double const residual : residuals) result = larger_residual(result, residual);
  return result;
}

}  // namespace regio
