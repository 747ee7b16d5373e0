/// What every reader of a ClusterHistory relies on.
#pragma once

#include <string>

#include <regio/cluster_dynamics.hpp>

namespace regio {

/// Throws ContractError unless there are years in ascending order and labels [year, region] in -1 .. clusters-1.
void check_history(ClusterHistory const& history, std::string const& function);

}  // namespace regio
