#include "balancing/national_control_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "balancing/compensated_sum.hpp"
#include "balancing/national_control_loop.hpp"

namespace regio {
namespace {

constexpr double not_controlled = std::numeric_limits<double>::quiet_NaN();

/// Rows of a chunk at least, so that the chunks' column sums, as large as a row of all regions, are little beside the
/// tables; at most 64 chunks.
constexpr Index least_rows = 16, most_chunks = 64;
/// Kinds of sums of a chunk: positive and negative cells in a sweep; values, errors and magnitudes of a result.
constexpr Index swept_kinds = 2, checked_kinds = 3;

class Iteration {
 public:
  Iteration(NationalControlItem& item, NationalControlKernels const& kernels, TableChunks const& chunks,
            NationalControlWorkspace& space)
      : item_(item), kernels_(kernels), chunks_(chunks), space_(space), padded_columns_(padded(item.columns())) {
    auto const rows = static_cast<std::size_t>(item.rows() * item.regions());
    auto const columns = static_cast<std::size_t>(all_columns());
    auto const national = static_cast<std::size_t>(item.rows() * padded_columns_);
    space.row_totals.resize(rows);
    space.column_totals.assign(columns, not_controlled);
    space.national_totals.assign(national, not_controlled);
    space.rows.resize(rows);
    space.columns.resize(columns);
    space.national.resize(national);
    space.next_columns.resize(columns);
    space.row_inverses.resize(item.is_signed ? rows : 0);
    space.column_inverses.resize(item.is_signed ? columns : 0);
    space.next_column_inverses.resize(item.is_signed ? columns : 0);
    space.national_inverses.resize(item.is_signed ? national : 0);
    space.sums.resize(static_cast<std::size_t>(chunks.count() * sums_of_chunk()));
    space.residuals.resize(static_cast<std::size_t>(std::max(chunks.count(), chunks.column_ranges())));
    space.checked.resize(space.residuals.size());
    take_cells();
    take_totals();
  }

  /// From the item's start.
  void begin() {
    for (LineVector* values : {&space_.rows, &space_.columns, &space_.national, &space_.row_inverses,
                               &space_.column_inverses, &space_.national_inverses}) {
      std::fill(values->begin(), values->end(), 1.0);
    }
    auto const set = [](LineVector& values, LineVector& inverses, std::size_t place, double value) {
      values[place] = value;
      if (!inverses.empty()) inverses[place] = value > 0 ? 1 / value : 0;
    };
    for_lines_of_columns(item_.regions(), [&](std::size_t place, Index k, Index j) {
      set(space_.columns, space_.column_inverses, place, item_.first_column_multiplier(k, j));
    });
    for_lines_of_columns(item_.rows(), [&](std::size_t place, Index i, Index j) {
      set(space_.national, space_.national_inverses, place, item_.first_national_multiplier(i, j));
    });
  }

  double sweep(RelaxationExponent exponent) {
    exponent_ = exponent;
    double const of_rows = sweep_rows();
    return larger_residual(of_rows, step_columns());
  }

  void take_columns(Index sweeps) {
    space_.columns.swap(space_.next_columns);
    if (item_.is_signed) space_.column_inverses.swap(space_.next_column_inverses);
    constexpr Index sweeps_between = 16;
    if (sweeps % sweeps_between == 0) keep_in_range();
  }

  /// The cells of the result and its residuals.
  CheckedResiduals check_result() {
    chunks_.for_each([&](Index c, Index begin, Index end) {
      CheckedNationalSums const sums{.columns = {column_sums(c, 0), column_sums(c, 1), column_sums(c, 2)},
                                     .national = {national_sums(c, 0), national_sums(c, 1), national_sums(c, 2)}};
      std::fill_n(column_sums(c, 0), checked_kinds * all_columns(), 0.0);
      space_.checked[static_cast<std::size_t>(c)] =
          kernels_.finish(input(), begin, end, multipliers(), item_.balanced, sums);
    });
    CheckedResiduals result;
    for (Index c = 0; c < chunks_.count(); ++c) result.note(space_.checked[static_cast<std::size_t>(c)]);
    for_lines_of_columns(item_.regions(), [&](std::size_t place, Index, Index) {
      CompensatedSum sum;
      double magnitude = 0;
      for (Index c = 0; c < chunks_.count(); ++c) {
        sum.add(column_sums(c, 0)[place], column_sums(c, 1)[place]);
        magnitude += column_sums(c, 2)[place];
      }
      double const given = space_.column_totals[place], wanted = std::isinf(given) ? 0 : given;
      result.note(result.columns, sum.minus(wanted), item_.is_signed ? magnitude : sum.value(), wanted, item_.slack);
    });
    return result;
  }

  void give_multipliers() {
    for_rows([&](std::size_t place, Index k, Index i) { item_.row_multipliers(k, i) = space_.rows[place]; });
    for_lines_of_columns(item_.regions(), [&](std::size_t place, Index k, Index j) {
      item_.column_multipliers(k, j) = space_.columns[place];
    });
    for_lines_of_columns(item_.rows(), [&](std::size_t place, Index i, Index j) {
      item_.national_multipliers(i, j) = space_.national[place];
    });
  }

 private:
  [[nodiscard]] Index all_columns() const noexcept { return item_.regions() * padded_columns_; }
  /// Calls visit(place in the workspace, region, row) for the rows.
  template <class Visit>
  void for_rows(Visit&& visit) const {
    for (Index k = 0; k < item_.regions(); ++k) {
      for (Index i = 0; i < item_.rows(); ++i) visit(static_cast<std::size_t>(i * item_.regions() + k), k, i);
    }
  }
  /// Calls visit(place in the workspace, line, column) for the columns of all regions, or the national cells.
  template <class Visit>
  void for_lines_of_columns(Index lines, Visit&& visit) const {
    for (Index line = 0; line < lines; ++line) {
      for (Index j = 0; j < item_.columns(); ++j) {
        visit(static_cast<std::size_t>(line * padded_columns_ + j), line, j);
      }
    }
  }

  /// The cells as they are, or of a small problem a copy that lies as it is read: row by row of all regions, in whole
  /// vectors.
  void take_cells() {
    Index const regions = item_.regions(), rows = item_.rows(), columns = item_.columns();
    cells_ = {.first = item_.tables.data_handle(),
              .regions = regions,
              .columns = columns,
              .row_step = columns,
              .region_step = rows * columns,
              .ask_ahead = true};
    if (item_.cells() > cells_of_one_core) return;
    space_.cells.resize(static_cast<std::size_t>(rows * regions * padded_columns_));
    double* next = space_.cells.data();
    for (Index i = 0; i < rows; ++i) {
      for (Index k = 0; k < regions; ++k, next += padded_columns_) {
        std::fill(std::copy_n(&item_.tables(k, i, 0), columns, next), next + padded_columns_, 0.0);
      }
    }
    cells_ = {.first = space_.cells.data(),
              .regions = regions,
              .columns = padded_columns_,
              .row_step = regions * padded_columns_,
              .region_step = padded_columns_};
  }

  void take_totals() {
    for_rows([&](std::size_t place, Index k, Index i) { space_.row_totals[place] = item_.row_total(k, i); });
    for_lines_of_columns(item_.regions(), [&](std::size_t place, Index k, Index j) {
      space_.column_totals[place] = item_.column_total(k, j);
    });
    for_lines_of_columns(item_.rows(), [&](std::size_t place, Index i, Index j) {
      space_.national_totals[place] = item_.national_total(i, j);
    });
  }

  [[nodiscard]] NationalSweepInput input() const {
    return {.cells = cells_,
            .padded_columns = padded_columns_,
            .row_totals = space_.row_totals.data(),
            .national = space_.national_totals.data(),
            .column_multipliers = space_.columns.data(),
            .column_inverses = space_.column_inverses.data(),
            .exponent = exponent_,
            .slack = item_.slack};
  }
  [[nodiscard]] NationalMultipliers multipliers() const {
    bool const is_signed = item_.is_signed;
    return {.rows = space_.rows.data(),
            .row_inverses = is_signed ? space_.row_inverses.data() : nullptr,
            .national = space_.national.data(),
            .national_inverses = is_signed ? space_.national_inverses.data() : nullptr};
  }

  /// A chunk's sums: of the columns, kind by kind, then of a row of national cells, kind by kind.
  [[nodiscard]] Index sums_of_chunk() const noexcept { return checked_kinds * (all_columns() + padded_columns_); }
  [[nodiscard]] double* column_sums(Index chunk, Index kind) const {
    return space_.sums.data() + chunk * sums_of_chunk() + kind * all_columns();
  }
  [[nodiscard]] double* national_sums(Index chunk, Index kind) const {
    return column_sums(chunk, checked_kinds) + kind * padded_columns_;
  }
  [[nodiscard]] Index kinds() const noexcept { return item_.is_signed ? swept_kinds : 1; }

  double sweep_rows() {
    chunks_.for_each([&](Index c, Index begin, Index end) {
      NationalSums const sums{.columns = {column_sums(c, 0), column_sums(c, 1)},
                              .national = {national_sums(c, 0), national_sums(c, 1)}};
      std::fill_n(column_sums(c, 0), kinds() * all_columns(), 0.0);
      auto const sweep = item_.is_signed ? kernels_.signed_sweep : kernels_.sweep;
      space_.residuals[static_cast<std::size_t>(c)] = sweep(input(), begin, end, multipliers(), sums);
    });
    return worst(chunks_.count());
  }

  [[nodiscard]] double worst(Index count) const {
    return largest_residual({space_.residuals.data(), static_cast<std::size_t>(count)});
  }

  /// The columns' next multipliers; they wait in next_columns, since the old ones may be the result. Returns the
  /// largest residual of these.
  double step_columns() {
    chunks_.for_columns([&](Index range, Index begin, Index end) {
      for (Index kind = 0; kind < kinds(); ++kind) {
        double* const sum = column_sums(0, kind);
        for (Index c = 1; c < chunks_.count(); ++c) {
          double const* const part = column_sums(c, kind);
          for (Index j = begin; j < end; ++j) sum[j] += part[j];
        }
      }
      space_.residuals[static_cast<std::size_t>(range)] =
          item_.is_signed || !exponent_.plain()
              ? step_one_by_one(begin, end)
              : kernels_.plain_step(space_.column_totals.data() + begin, item_.slack, end - begin,
                                    column_sums(0, 0) + begin, space_.columns.data() + begin,
                                    space_.next_columns.data() + begin);
    });
    return worst(chunks_.column_ranges());
  }

  double step_one_by_one(Index begin, Index end) {
    double result = 0;
    for (Index j = begin; j < end; ++j) {
      auto const place = static_cast<std::size_t>(j);
      double const p = column_sums(0, 0)[j], n = item_.is_signed ? -column_sums(0, 1)[j] : 0;
      Multiplier const old{space_.columns[place], item_.is_signed ? space_.column_inverses[place] : 0};
      double const total = space_.column_totals[place];
      result = larger_residual(result, margin_residual_under(old, p, n, total, item_.slack));
      Multiplier const moved = margin_step(old.value, p, n, total, exponent_);
      space_.next_columns[place] = moved.value;
      if (item_.is_signed) space_.next_column_inverses[place] = moved.inverse;
    }
    return result;
  }

  /// Multiplying a region's r and dividing its s by one number changes no cell; a power of two changes no digit either.
  /// Without it multipliers of some problems leave the range of numbers.
  void keep_in_range() {
    for (Index k = 0; k < item_.regions(); ++k) {
      double const* const s = space_.columns.data() + k * padded_columns_;
      double const largest = *std::max_element(s, s + item_.columns());
      int exponent = 0;
      std::frexp(largest, &exponent);
      constexpr int unimportant = 64;
      if (std::abs(exponent) <= unimportant || !std::isfinite(largest) || largest <= 0) continue;
      move_to_rows(k, std::ldexp(1.0, exponent - 1));
    }
  }

  void move_to_rows(Index region, double factor) {
    auto const scale = [](LineVector& values, std::size_t place, double by) {
      if (!values.empty()) values[place] *= by;
    };
    for (Index j = 0; j < item_.columns(); ++j) {
      auto const place = static_cast<std::size_t>(region * padded_columns_ + j);
      scale(space_.columns, place, 1 / factor);
      scale(space_.column_inverses, place, factor);
    }
    for (Index i = 0; i < item_.rows(); ++i) {
      auto const place = static_cast<std::size_t>(i * item_.regions() + region);
      scale(space_.rows, place, factor);
      if (item_.is_signed) space_.row_inverses[place] /= factor;
    }
  }

  NationalControlItem& item_;
  NationalControlKernels const& kernels_;
  TableChunks const& chunks_;
  NationalControlWorkspace& space_;
  Index padded_columns_;
  NationalCells cells_;
  RelaxationExponent exponent_;
};

}  // namespace

TableChunks chunks_of(NationalControlItem const& item, Workers* workers) {
  Index const rows = item.rows(), columns = item.regions() * padded(item.columns());
  if (item.cells() <= cells_of_one_core) return {rows, rows, columns, workers};
  Index const chunks = std::clamp((rows + least_rows - 1) / least_rows, Index{1}, most_chunks);
  return {rows, (rows + chunks - 1) / chunks, columns, workers};
}

void control_nationally(NationalControlItem& item, double tolerance, NationalControlKernels const& kernels,
                        TableChunks const& chunks, std::stop_token const& stop, NationalControlWorkspace& space) {
  Iteration iteration(item, kernels, chunks, space);
  iterate_national_control(item, tolerance, stop, iteration);
}

}  // namespace regio
