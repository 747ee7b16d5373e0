/// The flows that a gravity regression rests on.
#pragma once

#include <vector>

#include <regio/gravity.hpp>

#include "interaction/two_way_effects.hpp"

namespace regio {

struct GravityObservations {
  std::vector<FlowCell> cells;
  std::vector<double> flows;  ///< [cells]
  Index left_out_zeros = 0, dropped_flows = 0;
  std::vector<Index> dropped_origins, dropped_destinations;
};

/// Leaves out what is not observed, what the method cannot use, and, with effects, regions without any flow above zero
/// in one of their roles.
GravityObservations gravity_observations(GravityProblem const& problem, GravityOptions const& options);

}  // namespace regio
