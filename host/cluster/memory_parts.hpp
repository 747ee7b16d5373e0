/// Cutting a batch into parts that stay within a limit of memory.
#pragma once

#include <cstdint>
#include <limits>

#include <regio/views.hpp>

namespace regio {

inline constexpr std::uint64_t unlimited_memory = std::numeric_limits<std::uint64_t>::max();

/// Bytes that `taken` leaves of an option's `memory`, in which 0 stands for no limit.
constexpr std::uint64_t memory_left(std::uint64_t memory, std::uint64_t taken) {
  if (memory == 0) return unlimited_memory;
  return memory > taken ? memory - taken : 0;
}

/// End of the longest part begin .. end-1 of `count` members that stays within `limit`, of one member at the least;
/// bytes_of(i) are those of member i.
template <class Bytes>
Index end_of_part(Index begin, Index count, std::uint64_t limit, Bytes const& bytes_of) {
  Index end = begin;
  for (std::uint64_t taken = 0; end < count; ++end) {
    taken += bytes_of(end);
    if (end > begin && taken > limit) break;
  }
  return end;
}

}  // namespace regio
