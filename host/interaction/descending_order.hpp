/// Numbers in descending order.
#pragma once

#include <vector>

#include <regio/views.hpp>

namespace regio {

/// A number and where it comes from.
struct NumberAt {
  double number = 0;
  Index position = 0;
};

/// Sorts numbers >= 0 (infinity is one, NaN is none), the largest first; equal ones stay in their order. Radix sort by
/// digits of 11 bits: six passes at most, memory for the numbers once more.
void sort_descending(std::vector<NumberAt>& numbers);

}  // namespace regio
