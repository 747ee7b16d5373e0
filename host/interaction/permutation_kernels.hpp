/// The sum of a permutation statistic, compiled for each SIMD target with the same bits.
#pragma once

#include <cstdint>

#include "core/simd.hpp"
#include "interaction/permutation_form.hpp"

namespace regio {

/// The statistic under `positions` [padded_places(n)], of which those behind the n-th are 0.
using PermutationStatistic = double (*)(PermutationForm const& form, std::int64_t const* positions);

PermutationStatistic permutation_statistic(SimdTarget target);

}  // namespace regio
