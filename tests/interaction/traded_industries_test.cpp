#include <regio/error.hpp>
#include <regio/traded_industries.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace regio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Six regions; industry 0 follows the people, 1 to 3 stand in one region each, 4 leans to one region, 5 is empty.
struct Country {
  std::vector<double> population{10, 20, 30, 20, 10, 10};
  std::vector<double> employment{
      100, 50, 0,   0,   5,  0,  //
      200, 0,  100, 0,   10, 0,  //
      300, 0,  0,   150, 15, 0,  //
      200, 0,  0,   0,   10, 0,  //
      100, 0,  0,   0,   5,  0,  //
      100, 0,  0,   0,   25, 0,
  };
  [[nodiscard]] MatrixView<double const> table() const { return {employment.data(), 6, 6}; }
};

TEST(TradedIndustries, FollowPortersCriteria) {
  Country const country;
  TradedIndustries const found = traded_industries(country.table(), country.population, {.leading_regions = 2});
  // Industry 3 stands in the largest region, where a quotient cannot be large.
  EXPECT_THAT(found.industry,
              ElementsAre(IndustryClass::local, IndustryClass::traded, IndustryClass::traded,
                          IndustryClass::conditional, IndustryClass::conditional, IndustryClass::local));
  // Industry 0 has a quotient above 1 in the last three regions only.
  EXPECT_DOUBLE_EQ(found.specialised_share[0], 0.4);
  EXPECT_DOUBLE_EQ(found.specialised_share[1], 1);
  EXPECT_NEAR(found.leading_quotient[1], 50.0 / 155 / (50.0 / 1370) / 2, 1e-13);
  EXPECT_NEAR(found.gini[1], 1 - 155.0 / 1370, 1e-14);
  EXPECT_GT(found.population_correlation[0], 0.99);
  EXPECT_LT(found.population_correlation[1], 0);
  EXPECT_TRUE(std::isnan(found.gini[5]) && std::isnan(found.leading_quotient[5]));
}

TEST(TradedIndustries, ThresholdsAreOptions) {
  Country const country;
  auto const classes = [&](TradedIndustryOptions const& options) {
    return traded_industries(country.table(), country.population, options).industry;
  };
  EXPECT_EQ(classes({})[1], IndustryClass::conditional);  // the mean over five regions is below 2
  EXPECT_EQ(classes({.leading_quotient = 2, .leading_regions = 1})[1], IndustryClass::traded);
  EXPECT_EQ(classes({.leading_regions = 2, .gini = 0.95})[1], IndustryClass::conditional);
  EXPECT_EQ(classes({.specialised_share = 0, .leading_quotient = 0, .gini = 0})[0], IndustryClass::traded);
  EXPECT_EQ(classes({.specialised_share = 0, .leading_quotient = 0, .gini = 0, .population_correlation = 0.5})[0],
            IndustryClass::conditional);
}

TEST(TradedSector, HasSharesDiversificationAndProductivity) {
  Country const country;
  std::vector<std::uint8_t> const traded{0, 1, 1, 1, 1, 0};
  std::vector<double> product = country.employment;
  for (std::size_t k = 1; k < product.size(); k += 6) product[k] *= 3;
  TradedSector const sector = traded_sector(traded, country.table(), {product.data(), 6, 6});
  EXPECT_THAT(sector.industries, ElementsAre(2, 2, 2, 1, 1, 1));
  EXPECT_DOUBLE_EQ(sector.employment_share[0], 55.0 / 155);
  EXPECT_DOUBLE_EQ(sector.product_share[0], 155.0 / 255);
  EXPECT_DOUBLE_EQ(sector.productivity[0], 155.0 / 255 / (55.0 / 155));
  EXPECT_DOUBLE_EQ(sector.national_employment_share, 370.0 / 1370);
  EXPECT_DOUBLE_EQ(sector.concentration[1].hhi, (200.0 * 200 + 100.0 * 100 + 100) / (310.0 * 310));
  TradedSector const without = traded_sector(traded, country.table());
  EXPECT_TRUE(std::isnan(without.product_share[0]) && std::isnan(without.national_product_share));
}

TEST(TradedIndustriesContract, NamesWhatIsWrong) {
  Country country;
  auto const message = [&](auto const& call) -> std::string {
    try {
      call();
    } catch (ContractError const& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_THAT(message([&] { (void)traded_industries(country.table(), {}, {.population_correlation = 0.5}); }),
              HasSubstr("needs the population"));
  EXPECT_THAT(message([&] { (void)traded_industries(country.table(), {}, {.leading_regions = 0}); }),
              HasSubstr("leading_regions is 0"));
  std::vector<double> const few{1, 2};
  EXPECT_THAT(message([&] { (void)traded_industries(country.table(), few); }), HasSubstr("2 entries for 6 regions"));
  country.population[3] = 0;
  EXPECT_THAT(message([&] { (void)traded_industries(country.table(), country.population); }),
              HasSubstr("population [3] is 0"));
  std::vector<std::uint8_t> const traded{1, 0};
  EXPECT_THAT(message([&] { (void)traded_sector(traded, country.table()); }), HasSubstr("2 entries for 6 industries"));
  country.employment[7] = -1;
  EXPECT_THAT(message([&] { (void)traded_industries(country.table()); }), HasSubstr("[1, 1] is -1"));
}

}  // namespace
}  // namespace regio
