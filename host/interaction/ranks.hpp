/// Ranks of values.
#pragma once

#include <span>
#include <vector>

namespace regio {

/// Ranks from 1 on; equal values share the mean of their ranks.
std::vector<double> mean_ranks(std::span<double const> values);

}  // namespace regio
