/// Numbers centred at their mean and divided by their norm, so that a correlation is a plain sum of products.
#pragma once

#include <vector>

namespace regio {

/// Replaces the values, of any size that double precision holds; false when they are all equal, which leaves them.
bool standardise(std::vector<double>& values);

}  // namespace regio
