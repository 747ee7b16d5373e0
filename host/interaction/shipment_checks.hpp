/// What is wrong with shipments, told with problem, position and value.
#pragma once

#include <string>

#include <regio/shipments.hpp>

namespace regio {

/// Throws ContractError for shapes that do not fit. `where` names the problem.
void check_shapes(std::string const& where, Shipments const& shipments);

/// Throws ContractError for the first shipment that is negative, not finite, or of a code out of range; there is one.
[[noreturn]] void refuse_shipments(std::string const& where, Shipments const& shipments);

}  // namespace regio
