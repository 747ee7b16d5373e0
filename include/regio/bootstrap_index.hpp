/// How sure the index of interregional interaction is: its bootstrap over shipments.
///
/// Symbols of the literature and their words here: S index, Q industries, A supplies, V volume, R links.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <regio/interaction_index.hpp>

namespace regio {

struct BootstrapIndexOptions {
  InteractionOptions index = {};  ///< how the index is computed; its `control` is that of the bootstrap
  Index replicates = 10'000;
  double confidence = 0.95;  ///< of the percentile intervals
  std::uint64_t seed = 1;
};

/// What varies from replicate to replicate.
enum class InteractionSeries : std::uint8_t { industries, supplies, volume, links, index, rank };
inline constexpr std::size_t interaction_series_count = 6;

/// Distribution of one series over the replicates, each [regions]. Replicates without the number (NaN, no rank) are
/// left out; NaN where fewer than two have it.
struct ReplicateDistribution {
  std::vector<double> mean, standard_deviation;
  std::vector<double> low, high;  ///< quantiles (1 -+ confidence) / 2, interpolated between neighbours
};

struct BootstrapIndexReport {
  std::vector<Outcome> outcome;            ///< [b] converged or cancelled
  std::vector<InteractionIndex> estimate;  ///< [b] from the shipments themselves
  std::vector<Index> shipments;            ///< [b] that were drawn from
  std::vector<std::array<ReplicateDistribution, interaction_series_count>> distribution;  ///< [b] by InteractionSeries
};

/// Bootstrap of the index: each replicate draws as many shipments (origin, destination, industry, use; of those above 0
/// between different regions) as there are, with replacement, and computes the index anew (Efron 1979).
/// A shipment that is not drawn is missing from its replicate, so numbers of industries and links can only fall: their
/// intervals say how much they rest on single shipments, and lie below the estimate. Throws ContractError as
/// interaction_index, and for replicates < 2 or a confidence outside (0, 1). Outcomes: converged, cancelled.
/// Deterministic: draw t of replicate b is a function of seed, b and t (Philox); the same bits for any number of
/// threads, on every engine and SIMD target. Cost: replicates x shipments draws and sums; memory 80 bytes x replicates
/// x regions.
REGIO_API BootstrapIndexReport bootstrap_index(Engine& engine, BootstrapIndexOptions const& options,
                                               std::vector<InteractionProblem> const& problems);

}  // namespace regio
