#include <regio/cluster_dynamics.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>

#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/cluster_events.hpp"
#include "cluster/cluster_history.hpp"
#include "cluster/stationary_distribution.hpp"

namespace regio {

VectorView<std::int32_t const> ClusterHistory::year(Index y) const noexcept {
  auto const n = static_cast<Index>(regions.size());
  return {labels.data() + y * n, n};
}

std::string_view name(StabilityClass c) noexcept {
  switch (c) {
    case StabilityClass::stable: return "stable";
    case StabilityClass::slowly_changing: return "slowly changing";
    case StabilityClass::unstable: break;
  }
  return "unstable";
}

void check_history(ClusterHistory const& history, std::string const& function) {
  if (history.years.empty()) throw ContractError(function + ": history.years", "is empty");
  if (!std::is_sorted(history.years.begin(), history.years.end(), std::less_equal<>())) {
    throw ContractError(function + ": history.years", "must ascend without repetition");
  }
  if (history.clusters < 1) {
    throw ContractError(function + ": history.clusters", "is " + std::to_string(history.clusters) + "; at least 1");
  }
  std::size_t const expected = history.years.size() * history.regions.size();
  if (history.labels.size() != expected) {
    throw ContractError(function + ": history.labels", "has " + std::to_string(history.labels.size()) +
                                                           " labels; years x regions are " + std::to_string(expected));
  }
  for (std::size_t i = 0; i < expected; ++i) {
    std::int32_t const label = history.labels[i];
    if (label >= -1 && label < history.clusters) continue;
    throw ContractError(function + ": history.labels",
                        "region '" + history.regions[i % history.regions.size()] + "' has the label " +
                            std::to_string(label) + " in " + std::to_string(history.years[i / history.regions.size()]) +
                            "; labels must be -1 or in 0 .. " + std::to_string(history.clusters - 1));
  }
}

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check_options(DynamicsOptions const& options) {
  if (!(options.stable_share > 0 && options.stable_share <= 1)) {
    throw ContractError("cluster_dynamics: options.stable_share",
                        "is " + std::to_string(options.stable_share) + "; must be above 0 and at most 1");
  }
  if (options.unstable_clusters < 2) {
    throw ContractError("cluster_dynamics: options.unstable_clusters",
                        "is " + std::to_string(options.unstable_clusters) + "; must be at least 2");
  }
}

/// A region that never has a label is a mistake in the data, not in the call.
void check_every_region_has_a_label(ClusterHistory const& history) {
  std::vector<InputProblem> problems;
  for (std::size_t region = 0; region < history.regions.size(); ++region) {
    bool labelled = false;
    for (std::size_t at = region; at < history.labels.size(); at += history.regions.size()) {
      labelled = labelled || history.labels[at] >= 0;
    }
    if (!labelled) {
      problems.push_back({.expected = "region '" + history.regions[region] + "' has no cluster in any year"});
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

std::vector<Index> members_per_cluster(ClusterHistory const& history) {
  std::vector<Index> counts(history.years.size() * static_cast<std::size_t>(history.clusters), 0);
  for (std::size_t y = 0; y < history.years.size(); ++y) {
    for (std::int32_t label : history.year(static_cast<Index>(y))) {
      if (label >= 0) ++counts[y * static_cast<std::size_t>(history.clusters) + static_cast<std::size_t>(label)];
    }
  }
  return counts;
}

/// Shares of each row; rows without counts stay 0.
std::vector<double> row_shares(std::vector<Index> const& counts, Index clusters) {
  auto const k = static_cast<std::size_t>(clusters);
  std::vector<double> shares(counts.size(), 0.0);
  for (std::size_t from = 0; from < k; ++from) {
    Index sum = 0;
    for (std::size_t to = 0; to < k; ++to) sum += counts[from * k + to];
    if (sum == 0) continue;
    for (std::size_t to = 0; to < k; ++to) {
      shares[from * k + to] = static_cast<double>(counts[from * k + to]) / static_cast<double>(sum);
    }
  }
  return shares;
}

double shorrocks_mobility(std::vector<Index> const& counts, Index clusters) {
  auto const k = static_cast<std::size_t>(clusters);
  std::vector<double> const shares = row_shares(counts, clusters);
  Index origins = 0;
  double trace = 0;
  for (std::size_t c = 0; c < k; ++c) {
    bool const left =
        std::any_of(counts.begin() + static_cast<std::ptrdiff_t>(c * k),
                    counts.begin() + static_cast<std::ptrdiff_t>((c + 1) * k), [](Index n) { return n > 0; });
    if (left) ++origins;
    trace += shares[c * k + c];
  }
  if (origins < 2) return nan;
  return (static_cast<double>(origins) - trace) / static_cast<double>(origins - 1);
}

Transition transition(ClusterHistory const& history, Index from_year, Index to_year) {
  Transition result;
  result.from_year = from_year;
  result.to_year = to_year;
  result.counts.assign(static_cast<std::size_t>(history.clusters * history.clusters), 0);
  std::vector<std::int32_t> before;
  std::vector<std::int32_t> after;
  auto const from = history.year(from_year);
  auto const to = history.year(to_year);
  for (Index region = 0; region < from.size(); ++region) {
    if (from[region] < 0 || to[region] < 0) continue;
    before.push_back(from[region]);
    after.push_back(to[region]);
    ++result.counts[static_cast<std::size_t>(from[region] * history.clusters + to[region])];
    if (from[region] != to[region]) ++result.moved;
  }
  result.shorrocks = shorrocks_mobility(result.counts, history.clusters);
  result.adjusted_rand = before.empty() ? nan : adjusted_rand(before, after);
  return result;
}

StabilityClass stability_class(RegionDynamics const& region, Index moves, DynamicsOptions const& options) {
  bool stable = false;
  bool unstable = false;
  if (options.classes == StabilityRule::modal) {
    stable = region.modal_share >= options.stable_share;
    unstable = region.distinct >= options.unstable_clusters;
  } else {
    double const kept = moves == 0 ? 1.0 : static_cast<double>(moves - region.changes) / static_cast<double>(moves);
    stable = kept >= options.stable_share;
    unstable = 2 * region.changes >= moves;
  }
  if (stable) return StabilityClass::stable;
  return unstable ? StabilityClass::unstable : StabilityClass::slowly_changing;
}

RegionDynamics region_dynamics(ClusterHistory const& history, Index region, DynamicsOptions const& options) {
  RegionDynamics result;
  std::vector<Index> years_in(static_cast<std::size_t>(history.clusters), 0);
  Index labelled = 0;
  Index moves = 0;
  std::int32_t before = -1;
  for (Index y = 0; y < static_cast<Index>(history.years.size()); ++y) {
    std::int32_t const label = history.year(y)[region];
    if (label >= 0) {
      ++labelled;
      if (years_in[static_cast<std::size_t>(label)]++ == 0) ++result.distinct;
      if (before >= 0) {
        ++moves;
        if (label != before) ++result.changes;
      }
    }
    before = label;
  }
  auto const modal = std::max_element(years_in.begin(), years_in.end());
  result.modal_cluster = static_cast<std::int32_t>(modal - years_in.begin());
  result.modal_share = static_cast<double>(*modal) / static_cast<double>(labelled);
  result.stability = stability_class(result, moves, options);
  return result;
}

}  // namespace

DynamicsReport cluster_dynamics(ClusterHistory const& history, DynamicsOptions const& options) {
  check_history(history, "cluster_dynamics");
  check_options(options);
  check_every_region_has_a_label(history);

  DynamicsReport report;
  report.counts = members_per_cluster(history);
  auto const last = static_cast<Index>(history.years.size()) - 1;
  std::vector<Index> all_moves(static_cast<std::size_t>(history.clusters * history.clusters), 0);
  for (Index y = 0; y < last; ++y) {
    report.consecutive.push_back(transition(history, y, y + 1));
    auto const& counts = report.consecutive.back().counts;
    std::transform(all_moves.begin(), all_moves.end(), counts.begin(), all_moves.begin(), std::plus<>());
  }
  report.whole = transition(history, 0, last);
  report.probabilities = row_shares(all_moves, history.clusters);
  report.stationary = stationary_distribution({report.probabilities.data(), history.clusters, history.clusters});
  for (Index region = 0; region < static_cast<Index>(history.regions.size()); ++region) {
    report.regions.push_back(region_dynamics(history, region, options));
  }
  report.events = cluster_events(history);
  return report;
}

}  // namespace regio
