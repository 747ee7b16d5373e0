/// Rounding to whole numbers with the same bits on every target: one addition and one subtraction.
#pragma once

#include "core/host_device.hpp"

namespace regio {

/// Added to a number of magnitude up to 2^51, it leaves the nearest whole number, the even one of two, in the last
/// digits; taken away again, that number remains.
inline constexpr double whole_number_offset = 0x1.8p52;

/// The nearest whole number, the even one of two; |value| <= 2^51.
REGIO_HOST_DEVICE inline double nearest_whole(double value) {
  return (value + whole_number_offset) - whole_number_offset;
}

}  // namespace regio
