/// How regions are made up of industries, how alike they are, and how their pairs trade.
///
/// Symbols of the literature and their words here: x_ri volume of industry i in region r, p_ri = x_ri / x_r share,
/// f_rs shipments from region r to region s, LQ location quotient, HHI Hirschman-Herfindahl index.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/export.hpp>
#include <regio/interaction_index.hpp>
#include <regio/shipments.hpp>
#include <regio/views.hpp>

namespace regio {

/// How alike two regions' shares of industries are.
enum class StructureMeasure : std::uint8_t {
  krugman,         ///< sum of |p_r - p_s|, 0 (equal) to 2 (nothing in common) (Krugman 1991)
  finger_kreinin,  ///< sum of min(p_r, p_s), 0 to 1 (equal) (Finger and Kreinin 1979)
  cosine,          ///< p_r . p_s / (|p_r| |p_s|), 0 to 1 (equal up to size)
  bray_curtis,     ///< sum of |p_r - p_s| / sum of (p_r + p_s), 0 (equal) to 1 (Bray and Curtis 1957); of shares: K / 2
};

/// "krugman", "finger-kreinin", "cosine", "bray-curtis".
REGIO_API std::string_view name(StructureMeasure measure) noexcept;
/// Whether larger values mean more alike.
REGIO_API bool is_similarity(StructureMeasure measure) noexcept;

/// The measure of every pair of regions [regions, regions], symmetric; of a region with itself: that of equal shares.
/// `volumes` [regions, industries], finite, >= 0. A region without volume has NaN. Throws ContractError on a value that
/// is negative or not finite. Cost O(regions^2 industries).
REGIO_API std::vector<double> structure_of_pairs(StructureMeasure measure, MatrixView<double const> volumes);

/// Interaction intensity f_rs f / (f_r f_s) of every ordered pair [regions, regions]: how many times more r ships to s
/// than if everybody's shipments were divided in proportion. Own shipments are left out of all sums; the diagonal, and
/// pairs where r ships or s receives nothing, are NaN. `flows` [regions, regions], finite, >= 0.
REGIO_API std::vector<double> interaction_intensity(MatrixView<double const> flows);

/// Two regions and what they ship to each other, a < b.
struct RegionPair {
  Index a = 0, b = 0;
  double volume = 0;  ///< both directions
  double a_to_b = 0, b_to_a = 0;
};

/// All pairs with shipments, the largest volume first, equal ones by a and b.
REGIO_API std::vector<RegionPair> region_pairs(MatrixView<double const> flows);

/// What two regions ship to each other, by industry.
struct PairTrade {
  std::vector<double> a_to_b, b_to_a;  ///< [industries]
  /// Trade within industries: 1 - sum of |a_to_b - b_to_a| / sum of both; 1: each industry goes both ways alike, 0:
  /// none does (Grubel and Lloyd 1971). NaN without shipments.
  [[nodiscard]] REGIO_API double grubel_lloyd() const;
  /// Industries by volume of both directions, the largest first, only those with any.
  [[nodiscard]] REGIO_API std::vector<Index> industries_by_volume() const;
};

/// The trade of each pair by industry, from one pass over the shipments. Throws ContractError for shapes that differ, a
/// code out of range, a pair that is not a < b.
REGIO_API std::vector<PairTrade> pair_trades(Shipments const& shipments, std::vector<RegionPair> const& pairs);

/// How a total divides among its parts.
struct Concentration {
  double hhi = 0;               ///< sum of squared shares, 1 / parts to 1
  double entropy = 0;           ///< - sum of p ln p, 0 to ln parts
  double effective_number = 0;  ///< exp(entropy): so many equal parts would be as diverse
  Index parts = 0;              ///< parts that are not zero
};

/// Of finite `values` >= 0; NaN and 0 parts where all are zero.
REGIO_API Concentration concentration(VectorView<double const> values);

/// LQ_ri = (x_ri / x_r) / (x_i / x): how much more of an industry a region has than the country [regions, industries];
/// NaN where the region or the industry is empty. `volumes` finite, >= 0.
REGIO_API std::vector<double> location_quotients(MatrixView<double const> volumes);

/// Locational Gini coefficient of each industry [industries]: twice the area between the diagonal and the curve of the
/// industry's share over the share of all industries, regions ordered by location quotient; 0: spread like everything,
/// towards 1: in one small region (Krugman 1991, appendix B). NaN for an empty industry.
REGIO_API std::vector<double> locational_gini(MatrixView<double const> volumes);

}  // namespace regio
