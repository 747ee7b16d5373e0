/// The iteration of one problem of national control: sweeps of all three margins until they are met.
#pragma once

#include <tbb/cache_aligned_allocator.h>

#include <algorithm>
#include <stop_token>
#include <vector>

#include "balancing/national_control_kernels.hpp"
#include "balancing/national_control_operation.hpp"
#include "core/workers.hpp"

namespace regio {

/// A problem of at most so many cells stays in one core's cache, which is then faster than all cores sharing it: it is
/// one chunk.
inline constexpr Index cells_of_one_core = Index{1} << 17;

/// Numbers that begin with a cache line: vectors of eight lie in one line each.
using LineVector = std::vector<double, tbb::cache_aligned_allocator<double>>;

/// Memory that the problems of a batch share, one after another.
struct NationalControlWorkspace {
  LineVector cells;  ///< [m, regions, P] of a small problem
  LineVector row_totals, column_totals, national_totals;
  LineVector rows, row_inverses, columns, column_inverses, national, national_inverses;
  LineVector next_columns, next_column_inverses;
  LineVector sums;  ///< of every chunk of rows
  std::vector<double> residuals;
  std::vector<CheckedResiduals> checked;
};

/// Runs the chunks of a problem's rows: here, or on all threads for a large one. Chunks and the order in which their
/// sums are added belong to the problem's size alone.
class NationalControlChunks {
 public:
  /// `workers` null: the calling thread does everything.
  NationalControlChunks(NationalControlItem const& item, Workers* workers);

  [[nodiscard]] Index count() const noexcept { return count_; }
  /// body(chunk, begin, end) for the rows.
  template <class Body>
  void for_each(Body&& body) const {
    run(count_, [&](Index c) { body(c, c * rows_of_one_, std::min(rows_, (c + 1) * rows_of_one_)); });
  }
  /// body(range, begin, end) for all regions' columns, cut into ranges of whole vectors.
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
  Index rows_, columns_;  ///< columns: of all regions, padded
  Index rows_of_one_ = 1, count_ = 1;
};

/// Iterates the item and finishes it. `stop` raised: the item's outcome is cancelled.
void control_nationally(NationalControlItem& item, double tolerance, NationalControlKernels const& kernels,
                        NationalControlChunks const& chunks, std::stop_token const& stop,
                        NationalControlWorkspace& space);

}  // namespace regio
