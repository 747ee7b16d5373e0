#include <regio/traded_industries.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/contract.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

void check(TradedIndustryOptions const& options, bool has_population) {
  std::string const where = "traded_industries: options.";
  if (options.leading_regions < 1) {
    refuse(where + "leading_regions", fmt::format("is {}; at least 1 is needed", options.leading_regions));
  }
  auto const check_number = [&](char const* argument, double value) {
    if (std::isnan(value)) refuse(where + argument, "is NaN");
  };
  check_number("specialised_share", options.specialised_share);
  check_number("specialised_quotient", options.specialised_quotient);
  check_number("leading_quotient", options.leading_quotient);
  check_number("gini", options.gini);
  check_number("population_correlation", options.population_correlation);
  if (options.population_correlation < 1 && !has_population) {
    refuse(where + "population_correlation", "needs the population of the regions");
  }
}

double correlation(MatrixView<double const> employment, Index industry, VectorView<double const> population) {
  auto const regions = static_cast<double>(population.size());
  double mean_e = 0, mean_p = 0;
  for (Index r = 0; r < population.size(); ++r) {
    mean_e += employment(r, industry) / regions;
    mean_p += population[r] / regions;
  }
  double product = 0, e_square = 0, p_square = 0;
  for (Index r = 0; r < population.size(); ++r) {
    double const e = employment(r, industry) - mean_e, p = population[r] - mean_p;
    product += e * p;
    e_square += e * e;
    p_square += p * p;
  }
  return product / std::sqrt(e_square * p_square);
}

/// Sum of the traded industries of a region.
double traded_part(MatrixView<double const> values, Index region, VectorView<std::uint8_t const> traded) {
  double sum = 0;
  for (Index i = 0; i < traded.size(); ++i) sum += traded[i] != 0 ? values(region, i) : 0;
  return sum;
}

double whole(MatrixView<double const> values, Index region) {
  return std::accumulate(values.row(region).begin(), values.row(region).end(), 0.0);
}

double share(double part, double all) { return all > 0 ? part / all : no_number; }

}  // namespace

std::string_view name(IndustryClass industry) noexcept {
  switch (industry) {
    case IndustryClass::traded: return "traded";
    case IndustryClass::conditional: return "conditional";
    case IndustryClass::local: return "local";
  }
  return "unknown";
}

TradedIndustries traded_industries(MatrixView<double const> employment, VectorView<double const> population,
                                   TradedIndustryOptions const& options) {
  check(options, !population.empty());
  Index const regions = employment.rows(), industries = employment.columns();
  if (!population.empty() && population.size() != regions) {
    refuse("traded_industries: population", fmt::format("has {} entries for {} regions", population.size(), regions));
  }
  for (Index r = 0; r < population.size(); ++r) {
    if (!(population[r] > 0) || !std::isfinite(population[r])) {
      refuse("traded_industries: population",
             fmt::format("[{}] is {}; a finite number above 0 is expected", r, number_text(population[r])));
    }
  }
  std::vector<double> const quotients = location_quotients(employment);
  TradedIndustries result;
  result.gini = locational_gini(employment);
  for (Index i = 0; i < industries; ++i) {
    double all = 0, specialised = 0;
    std::vector<double> leading;
    for (Index r = 0; r < regions; ++r) {
      double const quotient = quotients[static_cast<std::size_t>(r * industries + i)];
      all += employment(r, i);
      if (std::isnan(quotient)) continue;
      leading.push_back(quotient);
      if (quotient >= options.specialised_quotient) specialised += employment(r, i);
    }
    if (all == 0) {
      result.industry.push_back(IndustryClass::local);
      for (std::vector<double>* values :
           {&result.specialised_share, &result.leading_quotient, &result.population_correlation}) {
        values->push_back(no_number);
      }
      continue;
    }
    std::sort(leading.begin(), leading.end(), std::greater<>());
    leading.resize(std::min(leading.size(), static_cast<std::size_t>(options.leading_regions)));
    double const mean = std::accumulate(leading.begin(), leading.end(), 0.0) / static_cast<double>(leading.size());
    result.specialised_share.push_back(specialised / all);
    result.leading_quotient.push_back(mean);
    result.population_correlation.push_back(population.empty() ? no_number : correlation(employment, i, population));
    std::vector<bool> criteria{result.specialised_share.back() >= options.specialised_share,
                               mean >= options.leading_quotient,
                               result.gini[static_cast<std::size_t>(i)] >= options.gini};
    if (options.population_correlation < 1) {
      criteria.push_back(result.population_correlation.back() <= options.population_correlation);
    }
    auto const held = std::count(criteria.begin(), criteria.end(), true);
    result.industry.push_back(held == static_cast<std::ptrdiff_t>(criteria.size()) ? IndustryClass::traded
                              : held == 0                                          ? IndustryClass::local
                                                                                   : IndustryClass::conditional);
  }
  return result;
}

TradedSector traded_sector(VectorView<std::uint8_t const> traded, MatrixView<double const> employment,
                           MatrixView<double const> product) {
  if (traded.size() != employment.columns()) {
    refuse("traded_sector: traded",
           fmt::format("has {} entries for {} industries", traded.size(), employment.columns()));
  }
  bool const has_product = product.rows() > 0;
  if (has_product && (product.rows() != employment.rows() || product.columns() != employment.columns())) {
    refuse("traded_sector: product", fmt::format("is {} x {}, employment {} x {}", product.rows(), product.columns(),
                                                 employment.rows(), employment.columns()));
  }
  TradedSector result;
  double employed = 0, produced = 0, traded_employed = 0, traded_produced = 0;
  for (Index r = 0; r < employment.rows(); ++r) {
    result.concentration.push_back(concentration(employment.row(r)));
    Index count = 0;
    for (Index i = 0; i < traded.size(); ++i) count += traded[i] != 0 && employment(r, i) > 0 ? 1 : 0;
    result.industries.push_back(count);
    double const part = traded_part(employment, r, traded), all = whole(employment, r);
    traded_employed += part;
    employed += all;
    result.employment_share.push_back(share(part, all));
    if (!has_product) {
      result.product_share.push_back(no_number);
    } else {
      concentration(product.row(r));  // refuses what is no product
      double const product_part = traded_part(product, r, traded), product_all = whole(product, r);
      traded_produced += product_part;
      produced += product_all;
      result.product_share.push_back(share(product_part, product_all));
    }
    result.productivity.push_back(result.product_share.back() / result.employment_share.back());
  }
  result.national_employment_share = share(traded_employed, employed);
  result.national_product_share = share(traded_produced, produced);
  return result;
}

}  // namespace regio
