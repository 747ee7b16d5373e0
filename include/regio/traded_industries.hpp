/// Which industries are traded between regions, which serve their own region only, and what the traded ones weigh.
///
/// Symbols of the literature and their words here: e_ri employment of industry i in region r, LQ location quotient.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/export.hpp>
#include <regio/regional_structure.hpp>
#include <regio/views.hpp>

namespace regio {

enum class IndustryClass : std::uint8_t {
  traded,       ///< every criterion holds: employment is concentrated far from where people live
  conditional,  ///< some criteria hold
  local,        ///< none holds: employment follows the people
};

/// "traded", "conditional", "local".
REGIO_API std::string_view name(IndustryClass industry) noexcept;

/// An industry is traded when all of these hold, local when none does.
struct TradedIndustryOptions {
  /// Least share of the industry's employment in regions with a location quotient of `specialised_quotient` or more.
  double specialised_share = 0.5;
  double specialised_quotient = 1;
  double leading_quotient = 2;  ///< least mean location quotient of the leading regions
  Index leading_regions = 5;    ///< all of them where there are fewer
  double gini = 0.3;            ///< least locational Gini coefficient
  /// Largest Pearson correlation of employment with population; 1: no criterion. Needs the population.
  double population_correlation = 1;
};

/// Classes and what they rest on, each [industries]; NaN for an industry without employment, which counts as local.
struct TradedIndustries {
  std::vector<IndustryClass> industry;
  std::vector<double> specialised_share, leading_quotient, gini;
  std::vector<double> population_correlation;  ///< NaN without population
};

/// Classes of industries from where their employment is (Porter 2003; Delgado, Bryden and Zyontz 2014).
/// employment [regions, industries], finite, >= 0; population [regions], finite, > 0, or empty. Throws ContractError
/// for shapes, values, and a criterion of population without population. Cost O(regions industries log regions).
REGIO_API TradedIndustries traded_industries(MatrixView<double const> employment,
                                             VectorView<double const> population = {},
                                             TradedIndustryOptions const& options = {});

/// What the traded industries are to each region, each [regions].
struct TradedSector {
  std::vector<Index> industries;             ///< traded industries with employment: how diversified the region is
  std::vector<double> employment_share;      ///< of the traded industries in the region's employment; NaN without any
  std::vector<double> product_share;         ///< in its product; NaN without product
  std::vector<double> productivity;          ///< product share / employment share
  std::vector<Concentration> concentration;  ///< of employment over all industries
  double national_employment_share = 0, national_product_share = 0;
};

/// The traded sector of each region. traded [industries]; employment [regions, industries]; product likewise, or empty.
/// Throws ContractError for shapes and values.
REGIO_API TradedSector traded_sector(VectorView<std::uint8_t const> traded, MatrixView<double const> employment,
                                     MatrixView<double const> product = {});

}  // namespace regio
