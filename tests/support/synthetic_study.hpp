/// A small study made by rule, for tests of the report: no fit stands behind it, every number is known in advance.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "study/cluster_report.hpp"

namespace regio::test {

struct SyntheticShape {
  Index regions = 12;
  Index years = 6;
  Index clusters = 4;
  Index groups = 2;
  Index indicators = 3;  ///< of each group
  int first_year = 2001;
};

/// Regions "R1", "R2", ... stand in cluster (r mod clusters); every third region moves to the next cluster at the
/// middle of the period, and every fifth visits it in the second year only.
inline ClusterHistory synthetic_history(SyntheticShape const& shape, Index group) {
  ClusterHistory history;
  history.clusters = shape.clusters;
  for (Index r = 0; r < shape.regions; ++r) history.regions.push_back("R" + std::to_string(r + 1));
  for (Index y = 0; y < shape.years; ++y) {
    history.years.push_back(shape.first_year + static_cast<int>(y));
    for (Index r = 0; r < shape.regions; ++r) {
      bool const moved = r % 3 == group % 3 && 2 * y >= shape.years;
      bool const visits = r % 5 == 4 && y == 1;
      history.labels.push_back(static_cast<std::int32_t>((r + (moved || visits ? 1 : 0)) % shape.clusters));
    }
  }
  return history;
}

/// Textbook counts of a history, apart from regio's own.
inline DynamicsReport synthetic_dynamics(ClusterHistory const& history) {
  auto const k = static_cast<std::size_t>(history.clusters), n = history.regions.size(), years = history.years.size();
  auto const label = [&](std::size_t y, std::size_t r) { return history.labels[y * n + r]; };
  DynamicsReport report;
  report.counts.assign(years * k, 0);
  for (std::size_t y = 0; y < years; ++y) {
    for (std::size_t r = 0; r < n; ++r) ++report.counts[y * k + static_cast<std::size_t>(label(y, r))];
  }
  std::vector<double> moves(k * k, 0.0);
  for (std::size_t y = 1; y < years; ++y) {
    Transition step{.from_year = static_cast<Index>(y) - 1, .to_year = static_cast<Index>(y)};
    step.counts.assign(k * k, 0);
    for (std::size_t r = 0; r < n; ++r) {
      std::size_t const cell = static_cast<std::size_t>(label(y - 1, r)) * k + static_cast<std::size_t>(label(y, r));
      ++step.counts[cell];
      ++moves[cell];
      step.moved += label(y - 1, r) != label(y, r) ? 1 : 0;
    }
    step.shorrocks = static_cast<double>(step.moved) / static_cast<double>(n);
    step.adjusted_rand = 1 - step.shorrocks;
    report.consecutive.push_back(step);
  }
  for (std::size_t from = 0; from < k; ++from) {
    double sum = 0;
    for (std::size_t to = 0; to < k; ++to) sum += moves[from * k + to];
    for (std::size_t to = 0; to < k; ++to) report.probabilities.push_back(sum == 0 ? 0 : moves[from * k + to] / sum);
  }
  for (std::size_t r = 0; r < n; ++r) {
    RegionDynamics region;
    std::vector<Index> seen(k, 0);
    for (std::size_t y = 0; y < years; ++y) {
      ++seen[static_cast<std::size_t>(label(y, r))];
      if (y > 0 && label(y, r) != label(y - 1, r)) ++region.changes;
    }
    region.distinct =
        static_cast<Index>(std::count_if(seen.begin(), seen.end(), [](Index years_there) { return years_there > 0; }));
    auto const modal = std::max_element(seen.begin(), seen.end());
    region.modal_cluster = static_cast<std::int32_t>(modal - seen.begin());
    region.modal_share = static_cast<double>(*modal) / static_cast<double>(years);
    region.stability = region.changes == 0 ? StabilityClass::stable : StabilityClass::slowly_changing;
    report.regions.push_back(region);
  }
  return report;
}

inline ClusterStudyReport synthetic_study(SyntheticShape const& shape) {
  ClusterStudyReport study;
  for (Index g = 0; g < shape.groups; ++g) {
    GroupStudy group;
    group.group = g == 0 ? "economy" : g == 1 ? "infrastructure" : "group " + std::to_string(g + 1);
    group.history = synthetic_history(shape, g);
    group.dynamics = synthetic_dynamics(group.history);
    study.groups.push_back(std::move(group));
  }
  return study;
}

/// Square regions side by side, eight in a row, from 20 degrees east and 45 north.
inline std::vector<format::Boundary> synthetic_boundaries(Index regions) {
  std::vector<format::Boundary> boundaries;
  for (Index r = 0; r < regions; ++r) {
    double const west = 20 + 2.0 * static_cast<double>(r % 8), south = 45 + 1.5 * static_cast<double>(r / 8);
    boundaries.push_back(
        {"R" + std::to_string(r + 1),
         "",
         {{{{west, south}, {west + 2, south}, {west + 2, south + 1.5}, {west, south + 1.5}, {west, south}}}}});
  }
  return boundaries;
}

}  // namespace regio::test
