// One problem after the other: its tables go to the device once, row by row of all regions; the host leads the
// iteration, by two launches and one copy of residuals a sweep.
#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "balancing/national_control_loop.hpp"
#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/transfer.hpp"
#include "kernels/national_control.cuh"

namespace regio::cuda {
namespace {

/// Rows of a range at least, and ranges at most, so that their column sums are little beside the tables.
constexpr Index least_rows = 4, most_ranges = 1024;
/// What static arrays and the driver keep of a block's shared memory.
constexpr Index kept_of_block = 2048;
constexpr Index checked_kinds = 3;

/// The sweeps of one item, for iterate_national_control().
class Sweeps {
 public:
  Sweeps(CudaBackend& backend, NationalControlItem& item)
      : backend_(backend),
        item_(item),
        slab_(item.regions() * item.columns()),
        column_blocks_(national_column_blocks(item.regions(), item.columns())) {
    Index const rows = item.rows() * item.regions(), national = item.rows() * item.columns();
    Index const inverses = item.is_signed ? 1 : 0;
    row_totals_ = image_.add<double>(rows);
    column_totals_ = image_.add<double>(slab_);
    national_totals_ = image_.add<double>(national);
    // The start, which comes again where over-relaxation has left the range of numbers.
    start_ = image_.bytes();
    rows_ = image_.add<double>(rows);
    row_inverses_ = image_.add<double>(inverses * rows);
    columns_ = image_.add<double>(slab_);
    column_inverses_ = image_.add<double>(inverses * slab_);
    national_ = image_.add<double>(national);
    national_inverses_ = image_.add<double>(inverses * national);
    fill_image();
    place();
  }

  void begin() {
    std::span<std::byte const> const bytes(host_image_);
    auto const first = static_cast<std::size_t>(begun_ ? start_ : 0);
    copy_to_device(backend_.stream(), device_image_.data() + first, bytes.subspan(first));
    // Of two buffers the first is the image's, whichever is in use.
    arguments_.columns = columns_.in(device_image_.data());
    arguments_.next_columns = next_columns_.data();
    arguments_.column_inverses = inverse(column_inverses_);
    arguments_.next_column_inverses = item_.is_signed ? next_columns_.data() + slab_ : nullptr;
    begun_ = true;
  }

  double sweep(RelaxationExponent exponent) {
    arguments_.exponent = exponent;
    check(launch_national_sweep(backend_.stream().handle(), arguments_), "launch_national_sweep");
    double worst = 0;
    for (double const residual : residuals(arguments_.ranges + column_blocks_)) {
      worst = larger_residual(worst, residual);
    }
    return worst;
  }

  CheckedResiduals check_result(bool writes_cells = false) {
    arguments_.writes_cells = writes_cells;
    check(launch_national_check(backend_.stream().handle(), arguments_), "launch_national_check");
    std::span<double const> const found = residuals(checked_kinds * arguments_.ranges + 2 * column_blocks_);
    CheckedResiduals result;
    auto const ranges = static_cast<std::size_t>(arguments_.ranges);
    for (std::size_t range = 0; range < ranges; ++range) {
      std::span<double const> const of_range = found.subspan(3 * range, 3);
      result.note({.rows = of_range[0], .national = of_range[1], .beyond_slack = of_range[2]});
    }
    for (std::size_t at = 3 * ranges; at < found.size(); at += 2) {
      result.note({.columns = found[at], .beyond_slack = found[at + 1]});
    }
    return result;
  }

  void take_columns(Index) {
    std::swap(arguments_.columns, arguments_.next_columns);
    std::swap(arguments_.column_inverses, arguments_.next_column_inverses);
  }

  void give_multipliers() {
    auto const fetch = [&](double const* from, Index count) {
      std::vector<double> values(static_cast<std::size_t>(count));
      copy_to_host(backend_.stream(), std::span<double>(values), from);
      return values;
    };
    std::vector<double> const rows = fetch(arguments_.rows, row_totals_.count);
    std::vector<double> const columns = fetch(arguments_.columns, slab_);
    std::vector<double> const national = fetch(arguments_.national, national_.count);
    for (Index i = 0; i < item_.rows(); ++i) {
      for (Index k = 0; k < item_.regions(); ++k) {
        item_.row_multipliers(k, i) = rows[static_cast<std::size_t>(i * item_.regions() + k)];
      }
    }
    auto const take = [&](MatrixView<double> to, std::vector<double> const& values) {
      for (Index line = 0; line < to.rows(); ++line) {
        std::copy_n(values.data() + line * item_.columns(), item_.columns(), to.row(line).begin());
      }
    };
    take(item_.column_multipliers, columns);
    take(item_.national_multipliers, national);
  }

  /// The cells of the result, once it stands.
  void give_cells() {
    if (item_.balanced.empty()) return;
    (void)check_result(true);
    copy_to_host(backend_.stream(), std::span<double>(cells_), arguments_.cells);
    for_slab_rows([&](Index i, Index k, double* row) { std::copy_n(row, item_.columns(), &item_.balanced(k, i, 0)); });
  }

 private:
  [[nodiscard]] double* inverse(Section<double> const& section) {
    return item_.is_signed ? section.in(device_image_.data()) : nullptr;
  }

  /// Calls visit(row, region, its cells as they lie on the device).
  template <class Visit>
  void for_slab_rows(Visit const& visit) {
    for (Index i = 0; i < item_.rows(); ++i) {
      for (Index k = 0; k < item_.regions(); ++k) visit(i, k, cells_.data() + i * slab_ + k * item_.columns());
    }
  }

  void fill_image() {
    host_image_.resize(static_cast<std::size_t>(image_.bytes()));
    std::byte* const image = host_image_.data();
    auto const set = [&](Section<double> const& values, Section<double> const& inverses, Index place, double value) {
      values.in(image)[place] = value;
      if (inverses.count > 0) inverses.in(image)[place] = value > 0 ? 1 / value : 0;
    };
    for (Index k = 0; k < item_.regions(); ++k) {
      for (Index i = 0; i < item_.rows(); ++i) {
        Index const place = i * item_.regions() + k;
        row_totals_.in(image)[place] = item_.row_total(k, i);
        set(rows_, row_inverses_, place, 1);
      }
      for (Index j = 0; j < item_.columns(); ++j) {
        Index const place = k * item_.columns() + j;
        column_totals_.in(image)[place] = item_.column_total(k, j);
        set(columns_, column_inverses_, place, item_.first_column_multiplier(k, j));
      }
    }
    for (Index i = 0; i < item_.rows(); ++i) {
      for (Index j = 0; j < item_.columns(); ++j) {
        Index const place = i * item_.columns() + j;
        national_totals_.in(image)[place] = item_.national_total(i, j);
        set(national_, national_inverses_, place, item_.first_national_multiplier(i, j));
      }
    }
  }

  void place() {
    Stream const& stream = backend_.stream();
    Index const regions = item_.regions(), rows = item_.rows(), columns = item_.columns();
    Index const rows_of_range = std::max(least_rows, (rows + most_ranges - 1) / most_ranges);
    Index const ranges = (rows + rows_of_range - 1) / rows_of_range;
    device_image_ = DeviceBuffer<std::byte>(stream, image_.bytes());
    device_cells_ = DeviceBuffer<double>(stream, item_.cells());
    next_columns_ = DeviceBuffer<double>(stream, (item_.is_signed ? 2 : 1) * slab_);
    parts_ = DeviceBuffer<double>(stream, checked_kinds * ranges * slab_);
    device_residuals_ = DeviceBuffer<double>(stream, checked_kinds * ranges + 2 * column_blocks_);
    residuals_.resize(static_cast<std::size_t>(device_residuals_.size()));
    cells_.resize(static_cast<std::size_t>(item_.cells()));
    for_slab_rows([&](Index i, Index k, double* row) { std::copy_n(&item_.tables(k, i, 0), columns, row); });
    copy_to_device(stream, device_cells_.data(), std::span<double const>(cells_));
    std::byte* const image = device_image_.data();
    arguments_ = {.cells = device_cells_.data(),
                  .row_totals = row_totals_.in(image),
                  .column_totals = column_totals_.in(image),
                  .national_totals = national_totals_.in(image),
                  .rows = rows_.in(image),
                  .row_inverses = inverse(row_inverses_),
                  .national = national_.in(image),
                  .national_inverses = inverse(national_inverses_),
                  .parts = parts_.data(),
                  .residuals = device_residuals_.data(),
                  .regions = regions,
                  .row_count = rows,
                  .column_count = columns,
                  .rows_of_range = rows_of_range,
                  .ranges = ranges,
                  .slack = item_.slack,
                  .is_signed = item_.is_signed};
    auto const shared = static_cast<Index>(backend_.properties().shared_bytes_per_block) - kept_of_block;
    arguments_.in_shared_memory = national_slab_bytes(regions, columns, item_.is_signed) <= shared;
  }

  /// The first `count` residuals that a launch has left.
  std::span<double const> residuals(Index count) {
    std::span<double> const found = std::span(residuals_).first(static_cast<std::size_t>(count));
    copy_to_host(backend_.stream(), found, arguments_.residuals);
    return found;
  }

  CudaBackend& backend_;
  NationalControlItem& item_;
  Index slab_, column_blocks_;
  MemoryImage image_;
  Index start_ = 0;  ///< where what begin() sets again stands in the image
  Section<double> row_totals_, column_totals_, national_totals_;
  Section<double> rows_, row_inverses_, columns_, column_inverses_, national_, national_inverses_;
  std::vector<std::byte> host_image_;
  std::vector<double> cells_, residuals_;
  DeviceBuffer<std::byte> device_image_;
  DeviceBuffer<double> device_cells_, next_columns_, parts_, device_residuals_;
  NationalControlArguments arguments_{};
  bool begun_ = false;
};

}  // namespace

void execute(CudaBackend& backend, NationalControlOperation& operation) {
  std::stop_token const& stop = operation.control.stop;
  ProgressMeter meter(operation.control.progress, "balancing", static_cast<Index>(operation.items.size()), "problems");
  for (NationalControlItem& item : operation.items) {
    item.outcome = Outcome::cancelled;
    if (stop.stop_requested()) continue;
    Sweeps sweeps(backend, item);
    iterate_national_control(item, operation.tolerance, stop, sweeps);
    bool const more_follows = item.outcome == Outcome::iteration_limit && !item.is_last;
    if (item.outcome != Outcome::cancelled && !more_follows) sweeps.give_cells();
    meter.advance(1);
  }
}

}  // namespace regio::cuda
