#include "cuda/streamed_rows.hpp"

#include <algorithm>

#include "cuda/cuda_error.hpp"
#include "cuda/transfer.hpp"

namespace regio::cuda {
namespace {

constexpr Index number = sizeof(float);

/// A copy of such a part takes about a millisecond, a hundred times what its calls take.
constexpr Index bytes_of_part = Index{64} << 20;

/// Whole units of rows in so many bytes, at least one.
Index whole_units(Index bytes, Index columns) {
  Index const rows = bytes / (number * columns);
  return std::max(StreamedRows::rows_of_unit, rows / StreamedRows::rows_of_unit * StreamedRows::rows_of_unit);
}

}  // namespace

StreamedRows::StreamedRows(CudaBackend& backend, MatrixView<float const> rows, Index reserved_bytes)
    : backend_(backend), rows_(rows) {
  Index const all = rows.rows() * rows.columns();
  // A tenth stays for what kernels and copies need beside.
  Index const free = static_cast<Index>(backend.free_memory()) / 10 * 9 - reserved_bytes;
  part_rows_ = std::min(rows.rows(), whole_units(bytes_of_part, rows.columns()));
  bool fits = all * number <= free;
  if (fits) {
    try {
      resident_ = DeviceBuffer<float>(backend.stream(), all);
    } catch (OutOfDeviceMemory const&) {
      fits = false;
    }
  }
  if (!fits) take_parts(std::min(bytes_of_part, free / 4));
  for (PinnedBuffer<float>& staging : staging_) {
    staging = PinnedBuffer<float>(backend.copy_stream(), part_rows_ * rows.columns());
  }
  // The copies use memory that is there in the order of the kernels.
  used_[0].record(backend.stream());
  backend.copy_stream().wait_for(used_[0]);
  if (!fits) return;
  for (Index part = 0; part * part_rows_ < rows.rows(); ++part) {
    copy(part, resident_.data() + part * part_rows_ * rows.columns());
  }
  for (Event const& copied : copied_) backend.stream().wait_for(copied);
}

void StreamedRows::take_parts(Index bytes) {
  for (part_rows_ = std::min(part_rows_, whole_units(std::max<Index>(bytes, 0), rows_.columns()));;) {
    try {
      for (DeviceBuffer<float>& part : parts_on_device_) {
        part = {};
        part = DeviceBuffer<float>(backend_.stream(), part_rows_ * rows_.columns());
      }
      return;
    } catch (OutOfDeviceMemory const&) {
      if (part_rows_ <= rows_of_unit) throw;
      part_rows_ = whole_units(part_rows_ * rows_.columns() * number / 2, rows_.columns());
    }
  }
}

Index StreamedRows::parts() const noexcept { return resident() ? 1 : (rows_.rows() + part_rows_ - 1) / part_rows_; }

Index StreamedRows::rows_in(Index part) const noexcept {
  return std::min(part_rows_, rows_.rows() - part * part_rows_);
}

void StreamedRows::fill(Index first, Index count, float* to) const {
  constexpr Index rows_at_once = 4096;
  Index const columns = rows_.columns();
  backend_.workers().for_chunks(count, rows_at_once, [&](Index begin, Index end, int) {
    if (rows_.stride(0) == columns) {
      float const* const from = &rows_(first + begin, 0);
      std::copy(from, from + (end - begin) * columns, to + begin * columns);
      return;
    }
    for (Index i = begin; i < end; ++i) {
      std::copy(rows_.row(first + i).begin(), rows_.row(first + i).end(), to + i * columns);
    }
  });
}

/// Queues the copy of a part behind the kernels that read what lay there before.
void StreamedRows::copy(Index part, float* to) {
  auto const slot = static_cast<std::size_t>(part % 2);
  Stream const& copies = backend_.copy_stream();
  copied_[slot].wait();
  fill(part * part_rows_, rows_in(part), staging_[slot].data());
  copies.wait_for(used_[slot]);
  copy_to_device(copies, to, staging_[slot].span().first(static_cast<std::size_t>(rows_in(part) * rows_.columns())));
  copied_[slot].record(copies);
}

void StreamedRows::for_parts(std::function<bool(RowsPart const&)> const& body) {
  if (resident()) {
    body({.number = 0, .first = 0, .count = rows_.rows(), .rows = resident_.data()});
    return;
  }
  auto const place = [&](Index part) { return parts_on_device_[static_cast<std::size_t>(part % 2)].data(); };
  copy(0, place(0));
  for (Index part = 0; part < parts(); ++part) {
    auto const slot = static_cast<std::size_t>(part % 2);
    backend_.stream().wait_for(copied_[slot]);
    bool const goes_on =
        body({.number = part, .first = part * part_rows_, .count = rows_in(part), .rows = place(part)});
    used_[slot].record(backend_.stream());
    if (!goes_on) return;
    if (part + 1 < parts()) copy(part + 1, place(part + 1));
  }
}

}  // namespace regio::cuda
