/// How regions move between clusters through the years.
///
/// Works on labels alone, however they came about: from a study, or published (Polishchuk, Kotenko and Chepurda 2022,
/// Tables 3-5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <regio/export.hpp>
#include <regio/views.hpp>

namespace regio {

/// Cluster of each region in each year; -1: the region has no label in that year.
struct REGIO_API ClusterHistory {
  std::vector<std::string> regions;
  std::vector<int> years;            ///< ascending
  Index clusters = 0;                ///< labels are 0 .. clusters-1
  std::vector<std::int32_t> labels;  ///< [year, region]

  [[nodiscard]] VectorView<std::int32_t const> year(Index y) const noexcept;
};

/// When a region counts as stable or unstable; what is neither changes slowly.
enum class StabilityRule : std::uint8_t {
  modal,    ///< stable: modal share >= stable_share; else unstable: at least unstable_clusters different clusters
  changes,  ///< stable: no change in a share of at least stable_share of the moves; else unstable: changes in half or
            ///< more
};
enum class StabilityClass : std::uint8_t { stable, slowly_changing, unstable };
/// "stable", "slowly changing", "unstable".
REGIO_API std::string_view name(StabilityClass c) noexcept;

struct DynamicsOptions {
  StabilityRule classes = StabilityRule::modal;
  double stable_share = 0.9;    ///< in (0, 1]
  Index unstable_clusters = 4;  ///< at least 2
};

/// One region's path. A move is a pair of consecutive years in which the region has a label both times; a year without
/// a label belongs to no move, so nothing is counted across it.
struct RegionDynamics {
  Index changes = 0;               ///< moves to another cluster
  Index distinct = 0;              ///< different clusters
  std::int32_t modal_cluster = 0;  ///< most frequent cluster, the lowest of equally frequent ones
  double modal_share = 0;          ///< of the years with a label
  StabilityClass stability = StabilityClass::stable;
};

/// Moves between two years, of the regions that have a label in both.
struct Transition {
  Index from_year = 0, to_year = 0;  ///< positions
  std::vector<Index> counts;         ///< [from, to]
  Index moved = 0;                   ///< regions in another cluster than before
  /// Mobility (k - trace P) / (k - 1) over the k clusters that regions start from, P the shares of each cluster's moves
  /// (Shorrocks 1978): 0 when nobody moves, 1 when all rows of P are equal. NaN when k < 2.
  double shorrocks = 0;
  double adjusted_rand = 0;  ///< between the two years; NaN when no region has a label in both
};

/// What happens to a cluster between two consecutive years. Splits and merges follow MONIC (Spiliopoulou et al. 2006)
/// with the overlap thresholds 1/2 and 1/4, over the regions that have a label in both years.
enum class ClusterEventKind : std::uint8_t {
  appears,   ///< has members and had none in the year before
  vanishes,  ///< had members in the year before and has none
  splits,    ///< no cluster takes more than half of its members, and at least two take a quarter or more each
  merges,    ///< takes more than half of the members of each of at least two clusters
};
/// "appears", "vanishes", "splits", "merges".
REGIO_API std::string_view name(ClusterEventKind kind) noexcept;

struct ClusterEvent {
  Index year = 0;  ///< position of the later year
  ClusterEventKind kind = ClusterEventKind::appears;
  std::int32_t cluster = 0;    ///< appears, merges: in the later year; vanishes, splits: in the earlier year
  std::vector<Index> regions;  ///< its members in that year; merges: those who came from the clusters that merged
};

struct REGIO_API DynamicsReport {
  std::vector<Index> counts;            ///< [year, cluster] (Table 4)
  std::vector<Transition> consecutive;  ///< [years - 1]
  Transition whole;                     ///< first to last year
  /// [from, to] shares of all consecutive moves that start in `from`; a row is 0 when none starts there.
  std::vector<double> probabilities;
  /// [cluster] distribution that those probabilities leave as it is. Empty when it is not unique, that is with several
  /// sets of clusters that are never left, or unknown because regions reach a cluster from which no move is seen.
  std::vector<double> stationary;
  std::vector<RegionDynamics> regions;  ///< [region]
  std::vector<ClusterEvent> events;     ///< by year, kind and cluster
};

/// Counts, transitions, mobility, stability classes and events of a history (Tables 3 and 4 of the paper).
///
/// Years are consecutive when they stand next to each other in history.years.
/// Throws ContractError: no years, labels of another shape or out of range, years not ascending, options out of range.
/// Throws InputError naming every region without any label. Deterministic.
/// Cost O(years (regions + clusters^2) + clusters^3).
REGIO_API DynamicsReport cluster_dynamics(ClusterHistory const& history, DynamicsOptions const& options);

/// Clusters of each year ranked by the mean of a target indicator (Table 5).
struct ClusterRanking {
  std::vector<double> mean;      ///< [year, cluster]; NaN without members
  std::vector<int> rank;         ///< [year, cluster] 1: highest mean; equal means share the lower number; 0: no mean
  std::vector<int> region_rank;  ///< [year, region] within its cluster, 1: highest value; 0: no label or no value
};
/// Ranks the clusters of each year, and the regions within them.
///
/// target [year, region]; a region whose value is NaN is left out. Throws ContractError: labels as in cluster_dynamics,
/// a target of another shape, an infinite value. Deterministic. Cost O(years (regions log regions + clusters^2)).
REGIO_API ClusterRanking rank_clusters(ClusterHistory const& history, MatrixView<double const> target);
/// Ranks of given means [year, cluster], as in ClusterRanking::rank. NaN: the cluster has no mean and gets 0.
REGIO_API std::vector<int> rank_means(MatrixView<double const> means);

}  // namespace regio
