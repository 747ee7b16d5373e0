#include "balancing/balance_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "balancing/compensated_sum.hpp"
#include "balancing/relaxation.hpp"
#include "balancing/sparse_sweep.hpp"

namespace regio {
namespace {

/// Rows of a chunk, so that the chunks' column sums are little beside the table: at most 64 chunks.
constexpr Index least_rows = 32, most_chunks = 64;

/// Sweeps over which the next table is brought near.
constexpr Index sweeps_to_look_ahead = 4;

/// Tables below are read from the caches, where half the bytes gain little.
constexpr Index least_cells_in_single_precision = Index{1} << 20;
/// Below this residual a table in single precision is another one.
constexpr double single_rounding = 0x1p-24;

/// Vectors of column sums that the check of a result keeps, more than a sweep: values, errors, magnitudes.
constexpr Index checked_kinds = 3;

class Iteration final : private NewtonTable {
 public:
  Iteration(BalanceItem& item, double tolerance, BalanceKernels const& kernels, TableChunks const& chunks,
            BalanceWorkspace& space, BatchPlace const& place)
      : item_(item),
        tolerance_(tolerance),
        kernels_(kernels),
        chunks_(chunks),
        space_(space),
        columns_(padded(item.columns())),
        place_(place),
        relaxation_(false, tolerance) {
    space.next_multipliers.assign(static_cast<std::size_t>(columns_), 0.0);
    space.sums.resize(static_cast<std::size_t>(chunks.count() * checked_kinds * columns_));
    space.residuals.resize(static_cast<std::size_t>(std::max(chunks.count(), chunks.column_ranges())));
    space.column_multipliers.assign(static_cast<std::size_t>(columns_), 0.0);
    if (item.is_signed) {
      space.row_inverses.resize(static_cast<std::size_t>(item.rows()));
      space.column_inverses.assign(static_cast<std::size_t>(columns_), 0.0);
    }
    begin(item.over_relaxation, item.newton);
    if (item.single_precision_start) enter_single_precision();
  }

  void run(std::stop_token const& stop) {
    stop_ = stop;
    item_.outcome = Outcome::iteration_limit;
    item_.iterations = 0;
    while (item_.iterations < item_.max_iterations) {
      if (stop.stop_requested()) {
        item_.outcome = Outcome::cancelled;
        return;
      }
      if (relaxation_.asks_for_newton()) {
        if (finish_by_newton()) {
          item_.outcome = Outcome::converged;
          break;
        }
        relaxation_.without_newton();
        continue;
      }
      double const row_residual = sweep_rows(rows());
      // The residual belongs to the new row and the old column multipliers; these are the result when it is small
      // enough.
      bool const plain = is_plain();
      double const residual = larger_residual(row_residual, plain ? plain_column_step() : column_residual());
      count_read(residual);
      if (!std::isfinite(residual) && !relaxation_.exponent().plain()) {
        begin(false, false);
        continue;
      }
      relaxation_.observe(residual);
      if (!single_table_.empty()) {
        bool const failed = relaxation_.stalled() || !std::isfinite(residual);
        if (failed || relaxation_.asks_for_newton() || residual <= std::max(single_rounding, tolerance_)) {
          leave_single_precision();
        }
        if (failed) {
          begin(item_.over_relaxation, item_.newton);
          continue;
        }
      } else if (residual <= tolerance_) {
        item_.outcome = Outcome::converged;
        break;
      } else if (relaxation_.stalled() || std::isnan(residual)) {
        item_.outcome = Outcome::stalled;
        break;
      }
      if (plain) {
        space_.column_multipliers.swap(space_.next_multipliers);
      } else {
        step_columns();
      }
      keep_in_range();
    }
    item_.rate = relaxation_.rate();
    finish();
  }

 private:
  /// From the item's start; again, and with plain sweeps alone, where over-relaxation has left the range of numbers.
  void begin(bool over_relaxation, bool newton) {
    relaxation_ = Relaxation(over_relaxation, tolerance_, newton);
    std::fill(item_.row_multipliers.begin(), item_.row_multipliers.end(), 1.0);
    if (item_.is_signed) std::fill(space_.row_inverses.begin(), space_.row_inverses.end(), 1.0);
    for (Index j = 0; j < item_.columns(); ++j) set_column(j, wiped_column(j) ? 0.0 : item_.column_multipliers[j]);
  }

  /// Sweeps read a copy of half the length from now on, if the table is large and its cells have a place there.
  void enter_single_precision() {
    if (item_.is_sparse() || item_.rows() * item_.columns() <= least_cells_in_single_precision) return;
    Index const columns = item_.columns();
    space_.single_cells = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(item_.rows() * columns));
    std::vector<std::uint8_t> in_range(static_cast<std::size_t>(chunks_.count()), 1);
    chunks_.for_each([&](Index c, Index begin, Index end) {
      bool fits = true;
      for (Index i = begin; i < end; ++i) {
        double const* const cells = &item_.table(i, 0);
        float* const singles = space_.single_cells.get() + i * columns;
        for (Index j = 0; j < columns; ++j) {
          double const magnitude = std::abs(cells[j]);
          fits &= magnitude == 0 ||
                  (magnitude >= std::numeric_limits<float>::min() && magnitude <= std::numeric_limits<float>::max());
          singles[j] = static_cast<float>(cells[j]);
        }
      }
      in_range[static_cast<std::size_t>(c)] = fits ? 1 : 0;
    });
    single_table_ = {space_.single_cells.get(), item_.rows(), columns};
    if (std::find(in_range.begin(), in_range.end(), 0) != in_range.end()) leave_single_precision();
  }
  void leave_single_precision() {
    single_table_ = {};
    space_.single_cells.reset();
  }

  [[nodiscard]] bool wiped_column(Index j) const { return !item_.wiped_columns.empty() && item_.wiped_columns[j] != 0; }
  [[nodiscard]] SweepInput input() const {
    return {.table = item_.table,
            .single_table = single_table_,
            .row_totals = item_.row_totals.data_handle(),
            .wiped_rows = item_.wiped_rows.data_handle(),
            .column_multipliers = space_.column_multipliers.data(),
            .column_inverses = space_.column_inverses.data(),
            .exponent = relaxation_.exponent(),
            .slack = item_.slack,
            .lookahead = lookahead()};
  }
  /// The next table's share of this sweep: most tables take more than four.
  [[nodiscard]] Lookahead lookahead() const noexcept {
    if (place_.next.empty() || item_.iterations >= sweeps_to_look_ahead) return {};
    auto const bytes = static_cast<Index>(sizeof(double)) * place_.next.rows() * place_.next.stride(0);
    Index const rows = sweeps_to_look_ahead * item_.rows(), bytes_of_row = (bytes + rows - 1) / rows;
    return {.begin = reinterpret_cast<std::byte const*>(place_.next.data_handle()) +
                     item_.iterations * item_.rows() * bytes_of_row,
            .bytes_of_row = bytes_of_row};
  }
  /// The k-th vector of column sums of a chunk.
  [[nodiscard]] double* sums(Index chunk, Index k, Index kinds) const {
    return space_.sums.data() + (chunk * kinds + k) * columns_;
  }
  [[nodiscard]] Index kinds() const noexcept { return item_.is_signed ? 2 : 1; }
  [[nodiscard]] double* inverses() const noexcept { return item_.is_signed ? space_.row_inverses.data() : nullptr; }

  void set_column(Index j, double multiplier) {
    space_.column_multipliers[static_cast<std::size_t>(j)] = multiplier;
    if (item_.is_signed) {
      space_.column_inverses[static_cast<std::size_t>(j)] = multiplier > 0 ? 1 / multiplier : 0;
    }
  }

  [[nodiscard]] RowResults rows(double* magnitudes = nullptr) const noexcept {
    return {.multipliers = item_.row_multipliers.data_handle(), .inverses = inverses(), .magnitudes = magnitudes};
  }

  /// The sums of a chunk by columns, emptied.
  [[nodiscard]] ColumnSums new_sums(Index chunk) const {
    ColumnSums const columns{sums(chunk, 0, kinds()), item_.is_signed ? sums(chunk, 1, kinds()) : nullptr};
    std::fill_n(columns.positive, kinds() * columns_, 0.0);
    return columns;
  }

  double sweep_rows(RowResults const& rows) {
    chunks_.for_each([&](Index c, Index begin, Index end) {
      ColumnSums const columns = new_sums(c);
      double& residual = space_.residuals[static_cast<std::size_t>(c)];
      if (item_.is_sparse()) {
        residual = sparse_sweep(item_.sparse_table, input(), begin, end, rows, columns);
      } else if (item_.is_signed) {
        residual = kernels_.signed_sweep(input(), begin, end, rows, columns);
      } else {
        residual = kernels_.sweep(input(), begin, end, rows, columns);
      }
    });
    return worst(chunks_.count());
  }

  [[nodiscard]] double worst(Index count) const {
    return largest_residual({space_.residuals.data(), static_cast<std::size_t>(count)});
  }

  /// Adds the chunks' column sums up, in the chunks' order, into those of the first one.
  void add_chunks(Index begin, Index end, Index kind_count) const {
    for (Index k = 0; k < kind_count; ++k) {
      double* const total = sums(0, k, kind_count);
      for (Index c = 1; c < chunks_.count(); ++c) {
        double const* const part = sums(c, k, kind_count);
        for (Index j = begin; j < end; ++j) total[j] += part[j];
      }
    }
  }

  /// The largest residual of the columns; of a range of them `residual_of(begin, end)` gives it.
  template <class ResidualOfRange>
  double worst_of_columns(ResidualOfRange&& residual_of) {
    chunks_.for_columns([&](Index range, Index begin, Index end) {
      space_.residuals[static_cast<std::size_t>(range)] = residual_of(begin, end);
    });
    return worst(chunks_.column_ranges());
  }

  /// What a column's positive cells sum to, and its negative ones' magnitudes, from the sums of all chunks.
  struct ColumnParts {
    double above = 0, below = 0;
  };
  [[nodiscard]] ColumnParts column_parts(Index j) const {
    auto const at = static_cast<std::size_t>(j);
    return {.above = space_.column_multipliers[at] * sums(0, 0, kinds())[j],
            .below = item_.is_signed ? -space_.column_inverses[at] * sums(0, 1, 2)[j] : 0};
  }
  [[nodiscard]] double column_residual(Index j, ColumnParts const& parts) const {
    return margin_residual(parts.above - parts.below, parts.above + parts.below, item_.column_totals[j], item_.slack);
  }

  double column_residual() {
    return worst_of_columns([&](Index begin, Index end) {
      add_chunks(begin, end, kinds());
      double result = 0;
      for (Index j = begin; j < end; ++j) result = larger_residual(result, column_residual(j, column_parts(j)));
      return result;
    });
  }

  /// Whether the columns need nothing but total / sum.
  [[nodiscard]] bool is_plain() const noexcept {
    return !item_.is_signed && item_.wiped_columns.empty() && relaxation_.exponent().plain();
  }

  /// Residual and step in one go; the new multipliers wait in next_multipliers, since the old ones may be the result.
  double plain_column_step() {
    return worst_of_columns([&](Index begin, Index end) {
      add_chunks(begin, end, 1);
      return kernels_.column_step(item_.column_totals, item_.slack, begin, end, sums(0, 0, 1),
                                  space_.column_multipliers.data(), space_.next_multipliers.data());
    });
  }

  void step_columns() {
    RelaxationExponent const exponent = relaxation_.exponent();
    chunks_.for_columns([&](Index, Index begin, Index end) {
      for (Index j = begin; j < end; ++j) {
        if (wiped_column(j)) continue;
        double const p = sums(0, 0, kinds())[j], n = item_.is_signed ? -sums(0, 1, 2)[j] : 0;
        double const old = space_.column_multipliers[static_cast<std::size_t>(j)];
        set_column(j, relaxed_step(old, margin_root(p, n, item_.column_totals[j]), exponent));
      }
    });
  }

  /// Multiplying r and dividing s by one number changes no cell; a power of two changes no digit either. Without it the
  /// multipliers of a problem without solution leave the range of numbers, and those of others may.
  void keep_in_range() {
    constexpr double unimportant = 0x1p64;
    double const largest = largest_column_multiplier();
    if (!(largest > unimportant || (largest > 0 && largest < 1 / unimportant)) || std::isinf(largest)) return;
    int exponent = 0;
    std::frexp(largest, &exponent);
    move_to_rows(std::ldexp(1.0, exponent - 1));
  }

  [[nodiscard]] double largest_column_multiplier() const {
    // One running maximum for each lane: compilers do not rearrange a single one.
    double largest[column_lanes] = {};
    for (Index j = 0; j < columns_; j += column_lanes) {
      double const* const s = space_.column_multipliers.data() + j;
      for (Index lane = 0; lane < column_lanes; ++lane)
        largest[lane] = s[lane] > largest[lane] ? s[lane] : largest[lane];
    }
    return *std::max_element(largest, largest + column_lanes);
  }

  /// Divides the column multipliers by a factor and multiplies those of the rows by it.
  void move_to_rows(double factor) {
    for (Index j = 0; j < item_.columns(); ++j) {
      set_column(j, space_.column_multipliers[static_cast<std::size_t>(j)] / factor);
    }
    for (Index i = 0; i < item_.rows(); ++i) {
      double& r = item_.row_multipliers[i];
      r *= factor;
      if (item_.is_signed) space_.row_inverses[static_cast<std::size_t>(i)] = r > 0 ? 1 / r : 0;
    }
  }

  bool finish_by_newton() {
    for (std::vector<double>* const factors : {&space_.column_factors, &space_.column_inverse_factors}) {
      factors->assign(static_cast<std::size_t>(columns_), 0.0);
    }
    space_.row_magnitudes.resize(static_cast<std::size_t>(item_.rows()));
    std::vector<double> multipliers(space_.column_multipliers.begin(),
                                    space_.column_multipliers.begin() + item_.columns());
    bool const met = space_.newton.finish(*this, item_.column_totals, tolerance_, multipliers);
    for (Index j = 0; j < item_.columns(); ++j) set_column(j, multipliers[static_cast<std::size_t>(j)]);
    keep_in_range();
    return met;
  }

  bool may_go_on() override { return item_.iterations < item_.max_iterations && !stop_.stop_requested(); }

  double sweep(VectorView<double const> column_multipliers, VectorView<double> column_sums,
               VectorView<double> magnitudes) override {
    for (Index j = 0; j < item_.columns(); ++j) set_column(j, column_multipliers[j]);
    double const row_residual = sweep_rows(rows(space_.row_magnitudes.data()));
    double const residual = worst_of_columns([&](Index begin, Index end) {
      add_chunks(begin, end, kinds());
      double result = 0;
      for (Index j = begin; j < end; ++j) {
        ColumnParts const parts = column_parts(j);
        column_sums[j] = parts.above - parts.below;
        magnitudes[j] = parts.above + parts.below;
        result = larger_residual(result, column_residual(j, parts));
      }
      return result;
    });
    count_read(larger_residual(row_residual, residual));
    return larger_residual(row_residual, residual);
  }

  void product(VectorView<double const> direction, VectorView<double> result) override {
    std::vector<double>& factors = space_.column_factors;
    std::vector<double>& inverse_factors = space_.column_inverse_factors;
    for (Index j = 0; j < item_.columns(); ++j) {
      auto const at = static_cast<std::size_t>(j);
      factors[at] = space_.column_multipliers[at] * direction[j];
      if (item_.is_signed) inverse_factors[at] = space_.column_inverses[at] * direction[j];
    }
    ProductInput const input{.table = item_.table,
                             .column_factors = factors.data(),
                             .column_inverse_factors = inverse_factors.data(),
                             .rows = rows(space_.row_magnitudes.data())};
    chunks_.for_each([&](Index c, Index begin, Index end) {
      ColumnSums const columns = new_sums(c);
      if (item_.is_sparse()) {
        sparse_product(item_.sparse_table, input, begin, end, columns);
      } else {
        (item_.is_signed ? kernels_.signed_product : kernels_.product)(input, begin, end, columns);
      }
    });
    chunks_.for_columns([&](Index, Index begin, Index end) {
      add_chunks(begin, end, kinds());
      for (Index j = begin; j < end; ++j) {
        ColumnParts const parts = column_parts(j);
        result[j] = parts.above + parts.below;
      }
    });
    count_read(last_residual_);
  }

  /// A read of the table, by a sweep or by a product; a product's residual is that of the sweep before.
  void count_read(double residual) {
    ++item_.iterations;
    last_residual_ = residual;
    if (item_.history != nullptr) item_.history->push_back(residual);
  }

  void finish() {
    fix_gauge();
    chunks_.for_each([&](Index c, Index begin, Index end) {
      CheckedColumnSums const columns{sums(c, 0, checked_kinds), sums(c, 1, checked_kinds), sums(c, 2, checked_kinds)};
      std::fill_n(columns.value, checked_kinds * columns_, 0.0);
      double const* const r = item_.row_multipliers.data_handle();
      space_.residuals[static_cast<std::size_t>(c)] =
          item_.is_sparse()
              ? sparse_finish(item_.sparse_table, input(), begin, end, r, inverses(), item_.balanced_cells, columns)
              : kernels_.finish(input(), begin, end, r, inverses(), item_.balanced, place_.results_past_cache, columns);
    });
    item_.row_residual = worst(chunks_.count());
    item_.column_residual = worst_of_columns([&](Index begin, Index end) {
      double result = 0;
      for (Index j = begin; j < end; ++j) result = larger_residual(result, checked_column_residual(j));
      return result;
    });
    for (Index j = 0; j < item_.columns(); ++j) {
      item_.column_multipliers[j] = space_.column_multipliers[static_cast<std::size_t>(j)];
    }
  }

  [[nodiscard]] double checked_column_residual(Index j) const {
    CompensatedSum sum;
    double magnitude = 0;
    for (Index c = 0; c < chunks_.count(); ++c) {
      sum.add(sums(c, 0, checked_kinds)[j], sums(c, 1, checked_kinds)[j]);
      magnitude += sums(c, 2, checked_kinds)[j];
    }
    if (!item_.is_signed) magnitude = sum.value();
    double const total = item_.column_totals[j];
    return checked_residual(sum.minus(total), magnitude, total);
  }

  /// The largest column multiplier becomes 1.
  void fix_gauge() {
    double const largest = largest_column_multiplier();
    if (largest > 0 && std::isfinite(largest) && largest != 1) move_to_rows(largest);
  }

  BalanceItem& item_;
  double tolerance_;
  BalanceKernels const& kernels_;
  TableChunks const& chunks_;
  BalanceWorkspace& space_;
  Index columns_;
  BatchPlace place_;
  Relaxation relaxation_;
  MatrixView<float const> single_table_;  ///< empty: the table itself is read
  std::stop_token stop_;
  double last_residual_ = 0;
};

}  // namespace

TableChunks chunks_of(BalanceItem const& item, Workers* workers) {
  Index const rows = item.rows(), columns = item.columns();
  Index rows_of_chunk = std::max(least_rows, (rows + most_chunks - 1) / most_chunks);
  if (item.is_sparse() && rows > 0) {
    // A chunk's column sums are as long as a row is wide: they must not outweigh the cells that it reads.
    Index const cells_of_row = std::max<Index>(1, item.sparse_table.column.size() / rows);
    rows_of_chunk = std::max(rows_of_chunk, 4 * columns / cells_of_row);
  }
  return {rows, rows_of_chunk, columns, workers};
}

void balance(BalanceItem& item, double tolerance, BalanceKernels const& kernels, TableChunks const& chunks,
             std::stop_token const& stop, BalanceWorkspace& space, BatchPlace const& place) {
  Iteration(item, tolerance, kernels, chunks, space, place).run(stop);
}

}  // namespace regio
