/// How regions move between clusters through the years.
///
/// Works on labels alone, however they came about: from a study, or published (Polishchuk, Kotenko and Chepurda 2022,
/// Tables 3-5).
#pragma once

#include <cstdint>
#include <string>
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

enum class StabilityRule : std::uint8_t {
  modal,    ///< stable: modal share >= stable_share; unstable: at least unstable_clusters different clusters
  changes,  ///< stable: no change in a share of at least stable_share of the transitions; unstable: changes in half or
            ///< more
};
enum class StabilityClass : std::uint8_t { stable, slowly_changing, unstable };
REGIO_API std::string_view name(StabilityClass c) noexcept;

struct DynamicsOptions {
  StabilityRule classes = StabilityRule::modal;
  double stable_share = 0.9;
  Index unstable_clusters = 4;
};

/// One region's path.
struct RegionDynamics {
  Index changes = 0;   ///< number of consecutive years with a change of cluster
  Index distinct = 0;  ///< different clusters
  std::int32_t modal_cluster = 0;
  double modal_share = 0;
  StabilityClass stability = StabilityClass::stable;
};

/// Moves between two years.
struct Transition {
  Index from_year = 0, to_year = 0;  ///< positions
  std::vector<Index> counts;         ///< [from, to]
  Index moved = 0;
  double shorrocks = 0;  ///< (k - trace P) / (k - 1) over the clusters that have members (Shorrocks 1978)
  double adjusted_rand = 0;
};

enum class ClusterEventKind : std::uint8_t { appears, vanishes, splits, merges };
REGIO_API std::string_view name(ClusterEventKind kind) noexcept;

struct ClusterEvent {
  Index year = 0;
  ClusterEventKind kind = ClusterEventKind::appears;
  std::int32_t cluster = 0;
  std::vector<Index> regions;
};

struct REGIO_API DynamicsReport {
  std::vector<Index> counts;            ///< [year, cluster] (Table 4)
  std::vector<Transition> consecutive;  ///< [years - 1]
  Transition whole;                     ///< first to last year
  std::vector<double> probabilities;    ///< [from, to] of all consecutive moves; rows of clusters never left are 0
  std::vector<double> stationary;       ///< [cluster] of those probabilities; empty when not unique
  std::vector<RegionDynamics> regions;  ///< [region]
  std::vector<ClusterEvent> events;
};

/// Counts, transitions, mobility, stability classes and events of a history. Throws ContractError on labels out of
/// range.
REGIO_API DynamicsReport cluster_dynamics(ClusterHistory const& history, DynamicsOptions const& options);

/// Clusters of one year ranked by the mean of a target indicator (Table 5): rank 1 has the highest mean; clusters
/// without members have NaN and rank 0; equal means share the lower rank.
struct ClusterRanking {
  std::vector<double> mean;      ///< [year, cluster]
  std::vector<int> rank;         ///< [year, cluster]
  std::vector<int> region_rank;  ///< [year, region] within its cluster
};
/// target [year, region].
REGIO_API ClusterRanking rank_clusters(ClusterHistory const& history, MatrixView<double const> target);
/// Ranks of given means [year, cluster].
REGIO_API std::vector<int> rank_means(MatrixView<double const> means);

}  // namespace regio
