/// The index of interregional interaction and the totals of shipments that it comes from.
///
/// Symbols of the literature and their words here: f_rsi shipments, S index, Q industries, A supplies, V volume, R
/// links.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/progress.hpp>
#include <regio/shipments.hpp>
#include <regio/views.hpp>

namespace regio {

/// Which regions a region interacts with.
enum class InteractionLinks : std::uint8_t {
  outgoing,  ///< those it ships to (the article's counts are odd in sum, so no symmetric rule made them)
  incoming,  ///< those that ship to it
  either,    ///< both of these together
};

/// "outgoing", "incoming", "either".
REGIO_API std::string_view name(InteractionLinks links) noexcept;

/// How the four components become one index.
enum class InteractionAggregation : std::uint8_t {
  sum,      ///< S = sum of weight * component (Zhailauov and others 2023, equation 1)
  product,  ///< S = product of component ^ weight
  z_score,  ///< S = sum of weight * (component - mean) / standard deviation over the regions
};

/// "sum", "product", "z-score".
REGIO_API std::string_view name(InteractionAggregation aggregation) noexcept;

struct InteractionOptions {
  InteractionLinks links = InteractionLinks::outgoing;
  /// A link counts when it carries more than this share of the region's deliveries (out, or in for incoming links).
  double link_threshold = 0;
  InteractionAggregation aggregation = InteractionAggregation::sum;
  std::array<double, 4> weights = {1, 1, 1, 1};  ///< of Q, A, V, R; finite
  Control control = {};
};

/// The shipments of one period, and which industries count as traded.
struct InteractionProblem {
  Shipments shipments;
  VectorView<std::uint8_t const> traded = {};  ///< [industries] 1: traded; empty: all are
};

/// Totals of the shipments of one period; shipments within a region stand on the diagonal of `flows` only.
struct ShipmentTotals {
  Index regions = 0, industries = 0;
  std::vector<double> flows;            ///< f_rs [regions, regions] sum over industries, from row to column
  std::vector<double> out_by_industry;  ///< [regions, industries] to other regions
  std::vector<double> in_by_industry;   ///< [regions, industries] from other regions
  std::vector<double> supplies_in;      ///< [regions] raw materials and supplies from other regions
  std::vector<double> deliveries_out, deliveries_in;  ///< [regions] to and from other regions

  [[nodiscard]] MatrixView<double const> flow_matrix() const noexcept { return {flows.data(), regions, regions}; }
};

/// The components and the index of every region of one period.
struct InteractionIndex {
  std::vector<double> industries;  ///< Q [regions]
  std::vector<double> supplies;    ///< A [regions]; NaN without deliveries into the region
  std::vector<double> volume;      ///< V [regions]; NaN when no region ships anything
  std::vector<double> links;       ///< R [regions]
  std::vector<double> index;       ///< S [regions]; NaN where a component with a weight is
  std::vector<Index> rank;         ///< [regions] 1 for the largest S, equal ones share the better rank; 0 for NaN
};

struct InteractionReport {
  std::vector<Outcome> outcome;               ///< [b] converged or cancelled
  std::vector<ShipmentTotals> totals;         ///< [b]
  std::vector<InteractionIndex> interaction;  ///< [b]
};

/// The index of interregional interaction of every region, for many periods at once.
/// Q_r = traded industries in which r ships to other regions / traded industries; A_r = raw materials and supplies /
/// all deliveries into r; V_r = deliveries out of r / their mean over the regions; R_r = regions that r interacts with
/// / all regions; S = Q + A + V + R with the default options. Shipments within a region never count. A region without
/// any shipment has Q = R = V = 0 and no A. Throws ContractError naming the problem, position and value: a code beyond
/// the regions or industries, a shipment that is negative or not finite, shapes that differ, no region, no traded
/// industry. Outcomes: converged, cancelled. Deterministic: the same bits for any number of threads, any order of the
/// batch, every SIMD target, and on a CUDA device. Cost: one pass over the shipments, three
/// over a list that is not in the order of its origins; memory for 17 sets of totals beside them, 33 of a list with
/// uses, and on the CPU 16 bytes an entry of a list in another order. Source: Zhailauov, Omar, Ulybyshev and Kuttybaeva
/// 2023, equation 1.
REGIO_API InteractionReport interaction_index(Engine& engine, InteractionOptions const& options,
                                              std::vector<InteractionProblem> const& problems);

/// The components and the index from totals alone, as interaction_index computes them: for totals that were merged,
/// resampled or taken from elsewhere. Throws ContractError for shapes that differ.
REGIO_API InteractionIndex interaction_of(ShipmentTotals const& totals, VectorView<std::uint8_t const> traded,
                                          InteractionOptions const& options);

/// Totals of merged regions: region r becomes part of `into[r]`, an index of the merged regions; shipments between
/// parts of one are then shipments within it. Exact where the flows between parts are known by industry and use, so the
/// shipments themselves are asked for. Throws ContractError for a code that is out of range.
struct MergedShipments {
  Index regions = 0;
  std::vector<std::int32_t> origin, destination, industry;
  std::vector<double> value;
  std::vector<std::uint8_t> is_raw;
};
REGIO_API MergedShipments merge_regions(Shipments const& shipments, std::vector<std::int32_t> const& into);

}  // namespace regio
