/// What a problem of balancing under any constraints must be like.
#pragma once

#include <string>

#include <regio/constrained_balance.hpp>

namespace regio {

/// Throws ContractError for options that mean nothing.
void check_constrained_options(ConstrainedBalanceOptions const& options);

/// Throws ContractError for a problem whose shapes or numbers break the contract; `where` names it.
void check_constrained_problem(std::string const& where, ConstrainedMethod method,
                               ConstrainedBalanceProblem const& problem);

}  // namespace regio
