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

inline std::string synthetic_group(Index group) {
  return group == 0 ? "economy" : group == 1 ? "infrastructure" : "group " + std::to_string(group + 1);
}

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

/// Indicators "indicator 1", ... of each group; the value of region r in year y is 10 (i + 1) + r + y / 10.
inline Indicators synthetic_indicators(SyntheticShape const& shape) {
  Indicators indicators;
  for (Index r = 0; r < shape.regions; ++r) indicators.regions.push_back("R" + std::to_string(r + 1));
  for (Index y = 0; y < shape.years; ++y) indicators.years.push_back(shape.first_year + static_cast<int>(y));
  for (Index g = 0; g < shape.groups; ++g) {
    indicators.groups.push_back(synthetic_group(g));
    for (Index i = 0; i < shape.indicators; ++i) {
      std::string const number = std::to_string(g * shape.indicators + i + 1);
      indicators.definitions.push_back({.indicator = "indicator_" + number,
                                        .series = "series_" + number,
                                        .label = "Indicator " + number,
                                        .unit = "units",
                                        .group = synthetic_group(g)});
    }
  }
  auto const count = static_cast<Index>(indicators.definitions.size());
  for (Index y = 0; y < shape.years; ++y) {
    for (Index r = 0; r < shape.regions; ++r) {
      for (Index i = 0; i < count; ++i) {
        indicators.values.push_back(10.0 * static_cast<double>(i + 1) + static_cast<double>(r) +
                                    static_cast<double>(y) / 10);
        indicators.normalised.push_back(static_cast<double>(r) /
                                        static_cast<double>(std::max<Index>(1, shape.regions - 1)));
      }
    }
  }
  return indicators;
}

inline GroupStudy synthetic_group_study(SyntheticShape const& shape, Index g) {
  GroupStudy group;
  group.group = synthetic_group(g);
  group.history = synthetic_history(shape, g);
  group.dynamics = synthetic_dynamics(group.history);
  for (Index i = 0; i < shape.indicators; ++i) group.indicators.push_back(g * shape.indicators + i);
  group.chosen_by_criterion = {shape.clusters, 2, 2, 3, 0, shape.clusters};
  ClusterRanking ranking;
  for (Index y = 0; y < shape.years; ++y) {
    KSweep sweep;
    for (Index k = 1; k <= shape.clusters + 3; ++k) {
      double const size = static_cast<double>(k), undefined = k == 1 ? std::nan("") : 0;
      sweep.scores.push_back({.k = k,
                              .inertia = (20 + static_cast<double>(y)) / size,
                              .calinski_harabasz = 30 / size + undefined,
                              .davies_bouldin = 0.4 + size / 20 + undefined,
                              .silhouette = 0.6 - std::abs(size - 3) / 10 + undefined,
                              .gap = 0.1 * size,
                              .gap_error = 0.02,
                              .stability = 1 - size / 20 + undefined});
    }
    group.sweeps.push_back(std::move(sweep));
    YearFit fit{.k = shape.clusters,
                .inertia = 5 * (1 + 0.01 * static_cast<double>(y)),
                .best_inertia = 5,
                .iterations = 4,
                .restarts = 100};
    for (Index c = 0; c < shape.clusters; ++c) {
      for (Index i = 0; i < shape.indicators; ++i) {
        fit.centres.push_back(static_cast<double>((c + i + y) % shape.clusters) / static_cast<double>(shape.clusters));
        fit.means.push_back(10.0 * static_cast<double>(i + 1) + static_cast<double>(c));
      }
      group.shown_number.push_back(c + 1);
      ranking.mean.push_back(100 + 10 * static_cast<double>(c) + static_cast<double>(y));
      ranking.rank.push_back(static_cast<int>(shape.clusters - c));
    }
    fit.distance.assign(static_cast<std::size_t>(shape.regions), 0.25);
    group.years.push_back(std::move(fit));
  }
  ranking.region_rank.assign(static_cast<std::size_t>(shape.years * shape.regions), 1);
  group.ranking = std::move(ranking);
  BootstrapSummary bootstrap{.replicates = 50};
  for (Index y = 0; y < shape.years; ++y) {
    bootstrap.agreement.push_back(0.9 - 0.01 * static_cast<double>(y));
    for (Index c = 0; c < shape.clusters; ++c) bootstrap.jaccard.push_back(0.95 - 0.15 * static_cast<double>(c));
    for (Index r = 0; r < shape.regions; ++r)
      bootstrap.region_stability.push_back(1 - 0.04 * static_cast<double>(r % 10));
  }
  group.bootstrap = std::move(bootstrap);
  return group;
}

inline ClusterStudyReport synthetic_study(SyntheticShape const& shape) {
  ClusterStudyReport study;
  study.indicators = synthetic_indicators(shape);
  study.chosen_by_criterion = {shape.clusters, 2, 2, 3, 0, shape.clusters};
  study.target_label = "Output per worker";
  study.target_unit = "thousand USD";
  study.problems = 48;
  study.fits = 4800;
  for (Index g = 0; g < shape.groups; ++g) {
    study.groups.push_back(synthetic_group_study(shape, g));
    IntegralIndicator integral{.group = synthetic_group(g)};
    for (Index y = 0; y < shape.years; ++y) {
      for (Index r = 0; r < shape.regions; ++r) {
        Index const rank = (r + y * (g + 1)) % shape.regions;
        integral.ranks.push_back(static_cast<int>(rank) + 1);
        integral.values.push_back(static_cast<double>(rank) / static_cast<double>(shape.regions));
      }
    }
    study.integral.push_back(std::move(integral));
  }
  for (Index y = 0; y < shape.years && shape.groups > 1; ++y) {
    UnifiedYear unified;
    for (Index r = 0; r < shape.regions; ++r) {
      unified.labels.push_back(static_cast<std::int32_t>(r % shape.clusters));
      unified.agreement.push_back(r % 3 == 0 ? 0.5 : 1.0);
    }
    study.unified.push_back(std::move(unified));
  }
  for (Index r = 0; r < shape.regions; ++r) {
    for (Index i = 0; i < shape.groups * shape.indicators; ++i) {
      study.indicator_dynamics.push_back({.region = r,
                                          .indicator = i,
                                          .first = 10,
                                          .last = 12,
                                          .mean_growth = 0.03,
                                          .trend = 0.4,
                                          .volatility = 0.01 * static_cast<double>(r + 1)});
    }
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
