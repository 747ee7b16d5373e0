/// How a table that a block balances is laid out in shared memory.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace regio::cuda {

/// Lanes in which a row is summed, and what rows of columns are padded to: the CPU's.
inline constexpr int balance_lanes = 8;

/// Rows whose part of the column sums stands alone before it is added to the others': the CPU's (chunks_of).
REGIO_HOST_DEVICE constexpr std::int64_t balance_chunk_rows(std::int64_t rows) {
  constexpr std::int64_t least_rows = 32, most_chunks = 64;
  std::int64_t const share = (rows + most_chunks - 1) / most_chunks;
  return share < least_rows ? least_rows : share;
}

/// Positions are in doubles from the beginning.
template <class Offset>
struct BalanceLayout {
  Offset rows = 0, columns = 0;
  bool is_signed = false;

  REGIO_HOST_DEVICE constexpr Offset padded() const {
    return (columns + balance_lanes - 1) / balance_lanes * balance_lanes;
  }
  /// From row to row: an odd number of lanes, so that the lanes of two rows meet different banks.
  REGIO_HOST_DEVICE constexpr Offset stride() const {
    return padded() + (padded() / balance_lanes % 2 == 0 ? balance_lanes : 0);
  }
  REGIO_HOST_DEVICE constexpr Offset chunk_rows() const { return static_cast<Offset>(balance_chunk_rows(rows)); }
  REGIO_HOST_DEVICE constexpr Offset chunks() const { return (rows + chunk_rows() - 1) / chunk_rows(); }
  /// Kinds of numbers by margin: of positive cells, of negative ones.
  REGIO_HOST_DEVICE constexpr Offset kinds() const { return is_signed ? 2 : 1; }

  /// [kinds, rows] multipliers, then their inverses.
  REGIO_HOST_DEVICE constexpr Offset row_multipliers() const { return rows * stride(); }
  /// [kinds, padded]
  REGIO_HOST_DEVICE constexpr Offset column_multipliers() const { return row_multipliers() + kinds() * rows; }
  /// [rows]
  REGIO_HOST_DEVICE constexpr Offset row_totals() const { return column_multipliers() + kinds() * padded(); }
  /// [columns]
  REGIO_HOST_DEVICE constexpr Offset column_totals() const { return row_totals() + rows; }
  /// [chunks, kinds, padded]
  REGIO_HOST_DEVICE constexpr Offset sums() const { return column_totals() + columns; }
  /// Even, so that what stands behind it is aligned to 16 bytes.
  REGIO_HOST_DEVICE constexpr Offset doubles() const {
    Offset const all = sums() + chunks() * kinds() * padded();
    return all + all % 2;
  }
};

}  // namespace regio::cuda
