/// The whole study: clusters of regions through time, from a panel in memory to every table of the report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <regio/choice_of_k.hpp>
#include <regio/cluster_dynamics.hpp>
#include <regio/kmeans.hpp>
#include <regio/panel.hpp>
#include <regio/partition.hpp>

namespace regio {

enum class KScope : std::uint8_t { all, group, year };
enum class Chain : std::uint8_t {
  warm,         ///< year t starts from the centres of year t-1 (the paper's rule); the first year from the best restart
  independent,  ///< best restart of each year, labels aligned to the year before it in the chain
  guarded,      ///< warm, but replaced by the aligned restart optimum when that is better by more than guard_share
  pooled,       ///< one typology over all years
};
enum class ChainDirection : std::uint8_t { forward, backward };
enum class LabelOrder : std::uint8_t { mean_distance, target, size, none };
enum class OrderScope : std::uint8_t { anchor, each_year };
enum class Alignment : std::uint8_t { overlap, centroids };

/// Keeps finished blocks of a long bootstrap, so that an interrupted one need not start again. The bytes mean something
/// to the same study with the same options and data alone; who implements this keeps those of different studies apart.
class BootstrapStore {
 public:
  virtual ~BootstrapStore() = default;
  /// What was saved of a block; empty: nothing. Bytes that were cut short are taken for nothing.
  virtual std::string load(Index block) = 0;
  /// A block is finished. Blocks are saved in order, from the calling thread.
  virtual void save(Index block, std::string_view bytes) = 0;
};

struct ClusterStudyOptions {
  IndicatorOptions indicators = {};
  Index k = 0;  ///< 0: chosen by `criterion`
  KCriterion criterion = KCriterion::elbow;
  ChoiceOfKOptions choice = {};  ///< k range, restarts, init, tolerance, gap references, seed
  KScope k_scope = KScope::all;
  Chain chain = Chain::warm;
  ChainDirection direction = ChainDirection::forward;
  std::optional<int> start_year;  ///< where the chain starts; years on the other side are chained the other way
  LabelOrder order = LabelOrder::mean_distance;
  OrderScope order_scope = OrderScope::anchor;
  Alignment alignment = Alignment::overlap;
  double guard_share = 0.05;
  DynamicsOptions dynamics = {};
  std::string target;                         ///< indicator or series that ranks the clusters; empty: none
  Index bootstrap = 0;                        ///< replicates of the whole chain on resampled regions; 0: none
  Index bootstrap_restarts = 0;               ///< restarts of the fits of a replicate; 0: as in choice.kmeans
  BootstrapStore* bootstrap_store = nullptr;  ///< not owned; results are the same bytes with and without interruption
  IntegralMethod integral = IntegralMethod::mean_deviation;
  Index unified_clusters = 0;  ///< of the consensus over groups; 0: the largest k of the groups
  std::uint64_t seed = 1;      ///< takes the place of choice.kmeans.seed
  Control control = {};        ///< takes the place of choice.kmeans.control
  std::uint64_t memory = 0;    ///< bytes that the study may take beside the panel; 0: no limit. Takes the place of
                               ///< choice.memory; results do not depend on it
};

/// The fit of one group in one year as the study uses it.
struct YearFit {
  Index k = 0;
  double inertia = 0;
  double best_inertia = 0;  ///< of the independent restarts: what the chain costs is inertia / best_inertia - 1
  Index iterations = 0;
  Index restarts = 0;
  Outcome outcome = Outcome::converged;
  bool guarded = false;          ///< guarded chain: broken here in favour of the restart optimum
  std::vector<double> centres;   ///< [cluster, indicator of the group], normalised; cluster in 0 .. history.clusters-1;
                                 ///< NaN for a number that no cluster of this year has (different k per year)
  std::vector<double> means;     ///< as centres, in the indicators' units: means of the members; NaN without members
  std::vector<double> distance;  ///< [region] to its centre
};

/// How sure the clusters of a group are under resampling of the regions. A replicate draws as many regions as there
/// are, with replacement, the same ones for every year and group, and runs the whole chain on them; regions not drawn
/// get the nearest centre. Its numbers are those that agree with the study's own labels in as many (year, region) as
/// possible.
struct BootstrapSummary {
  Index replicates = 0;
  std::vector<double> agreement;  ///< [year] mean adjusted Rand index with the study's own labels
  std::vector<double> jaccard;    ///< [year, cluster] mean best Jaccard similarity among the regions drawn (Hennig
                                  ///< 2007); NaN for a cluster without members
  std::vector<double> region_stability;  ///< [year, region] share of replicates that give the region its own label
};

struct GroupStudy {
  std::string group;
  std::vector<Index> indicators;           ///< positions in Indicators::definitions
  std::vector<KSweep> sweeps;              ///< [year]
  std::vector<Index> chosen_by_criterion;  ///< [KCriterion] k that each criterion would choose in this group
  std::vector<YearFit> years;              ///< [year]
  ClusterHistory history;                  ///< numbers that clusters keep through the years
  std::vector<Index> shown_number;         ///< [year, cluster] number that a reader sees, from 1; cluster + 1 but for
                                           ///< OrderScope::each_year; 0: the year has no such cluster
  DynamicsReport dynamics;
  std::optional<ClusterRanking> ranking;
  std::vector<JoinCount> contiguity;  ///< [year]; empty when the study was given no neighbours
  std::optional<BootstrapSummary> bootstrap;
};

/// Two regions that touch, by code; their order does not matter.
struct NeighbouringRegions {
  std::string first, second;
};

struct UnifiedYear {
  std::vector<std::int32_t> labels;  ///< [region]
  std::vector<double> agreement;     ///< [region]
};

struct REGIO_API ClusterStudyReport {
  Indicators indicators;
  std::vector<IndicatorDynamics> indicator_dynamics;
  std::vector<IntegralIndicator> integral;
  std::vector<GroupStudy> groups;
  std::vector<UnifiedYear> unified;        ///< [year]; with at least two groups
  std::vector<Index> chosen_by_criterion;  ///< [KCriterion] over all groups and years
  std::vector<double> target;              ///< [year, region]; empty without a target
  std::string target_label, target_unit;
  std::vector<std::string> warnings;
  Index problems = 0, fits = 0;  ///< k-means problems and runs made
};

/// Runs the study: indicators, normalisation, fits for every group, year and k, choice of k, chain, order, dynamics,
/// ranking, contiguity, integral indicators, unified clusters, bootstrap.
///
/// `neighbours` may name a pair of regions once or more often; they serve the contiguity alone.
/// The criteria are computed for k = 1 .. the largest of the k range, a given k included, and capped by the number of
/// regions; they choose within the range, and one that no k satisfies gives the largest candidate and a warning. Where
/// k differs between neighbouring years, a warm chain takes the best restart there, aligned. Chain::pooled needs one k
/// a group. Throws InputError where the panel cannot serve (gaps under MissingPolicy::error, fewer regions than k, a
/// group without indicators, a start year outside, unknown target, unknown neighbour), options.memory is less than the
/// study needs or options do not go together, ContractError on options out of range, Interrupted when the stop token is
/// raised. Fits that end at the iteration limit are outcomes in the report. Deterministic as kmeans_fit. Sources:
/// docs/methods/choice-of-k.md, docs/methods/chains.md.
REGIO_API ClusterStudyReport cluster_study(Engine& engine, ClusterStudyOptions const& options, Panel const& panel,
                                           std::vector<IndicatorDefinition> const& definitions,
                                           std::vector<NeighbouringRegions> const& neighbours = {});

}  // namespace regio
