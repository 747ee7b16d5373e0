/// What a problem of national control must be like.
#pragma once

#include <string>

#include <regio/national_control.hpp>

#include "balancing/cell_kinds.hpp"
#include "core/workers.hpp"

namespace regio {

/// Throws ContractError for a problem whose shapes or numbers break the contract; `where` names it. Returns what kinds
/// of cells its tables have. With `workers` they are read by all threads.
CellKinds check_national_control_problem(std::string const& where, BalanceMethod method,
                                         NationalControlProblem const& problem, Workers* workers);

}  // namespace regio
