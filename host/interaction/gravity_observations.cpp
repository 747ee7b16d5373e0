#include "interaction/gravity_observations.hpp"

#include <cmath>

namespace regio {
namespace {

/// How many flows above zero, and flows at all, each region has in one role.
struct RoleCounts {
  explicit RoleCounts(Index regions)
      : positive(static_cast<std::size_t>(regions)), all(static_cast<std::size_t>(regions)) {}
  void add(Index region, double flow) {
    ++all[static_cast<std::size_t>(region)];
    if (flow > 0) ++positive[static_cast<std::size_t>(region)];
  }
  [[nodiscard]] bool is_empty(Index region) const {
    auto const r = static_cast<std::size_t>(region);
    return all[r] > 0 && positive[r] == 0;
  }

  std::vector<Index> positive, all;
};

/// Leaves out regions without any flow above zero. Their flows are zeros, so that no other region becomes empty by it.
void drop_empty_regions(Index regions, GravityObservations& observations) {
  RoleCounts origins(regions), destinations(regions);
  for (std::size_t c = 0; c < observations.cells.size(); ++c) {
    origins.add(observations.cells[c].origin, observations.flows[c]);
    destinations.add(observations.cells[c].destination, observations.flows[c]);
  }
  bool any = false;
  for (Index region = 0; region < regions; ++region) {
    if (origins.is_empty(region)) observations.dropped_origins.push_back(region);
    if (destinations.is_empty(region)) observations.dropped_destinations.push_back(region);
    any = any || origins.is_empty(region) || destinations.is_empty(region);
  }
  if (!any) return;
  std::size_t kept = 0;
  for (std::size_t c = 0; c < observations.cells.size(); ++c) {
    FlowCell const cell = observations.cells[c];
    if (origins.is_empty(cell.origin) || destinations.is_empty(cell.destination)) {
      ++observations.dropped_flows;
      continue;
    }
    observations.cells[kept] = cell;
    observations.flows[kept++] = observations.flows[c];
  }
  observations.cells.resize(kept);
  observations.flows.resize(kept);
}

}  // namespace

GravityObservations gravity_observations(GravityProblem const& problem, GravityOptions const& options) {
  GravityObservations observations;
  Index const n = problem.flows.rows();
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      double const flow = problem.flows(i, j);
      if (std::isnan(flow) || (i == j && !options.own_flows)) continue;
      if (flow == 0 && options.method == GravityMethod::log_linear) {
        ++observations.left_out_zeros;
        continue;
      }
      observations.cells.push_back({i, j});
      observations.flows.push_back(flow);
    }
  }
  if (options.effects) drop_empty_regions(n, observations);
  return observations;
}

}  // namespace regio
