/// Ranks with ties.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/views.hpp>

namespace regio {

enum class RankOrder : std::uint8_t { highest_first, lowest_first };

/// Rank of each value, 1 for the first; equal values share the lower number; NaN gets 0.
std::vector<int> ranks(VectorView<double const> values, RankOrder order);

}  // namespace regio
