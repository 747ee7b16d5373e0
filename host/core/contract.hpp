/// How a front door refuses what breaks its contract.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

#include <regio/error.hpp>

namespace regio {

[[noreturn]] inline void refuse(std::string const& where, std::string const& message) {
  throw ContractError(where, message);
}

/// A number found, as the message of a ContractError names it.
inline std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
  return fmt::format("{}", value);
}

}  // namespace regio
