#include <regio/error.hpp>
#include <regio/regional_structure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "tests/interaction/shipment_data.hpp"

namespace regio {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double exact = 1e-15;

MatrixView<double const> matrix(std::vector<double> const& values, Index rows) {
  return {values.data(), rows, static_cast<Index>(values.size()) / rows};
}

TEST(StructureOfPairs, HasTheTextbooksValues) {
  std::vector<double> const volumes{1, 1, 2,   //
                                    5, 5, 10,  //
                                    0, 3, 1};
  auto const value = [&](StructureMeasure measure, std::size_t r, std::size_t s) {
    return structure_of_pairs(measure, matrix(volumes, 3))[r * 3 + s];
  };
  // Shares 1/4 1/4 1/2; the same; 0 3/4 1/4.
  EXPECT_DOUBLE_EQ(value(StructureMeasure::krugman, 0, 1), 0);
  EXPECT_DOUBLE_EQ(value(StructureMeasure::krugman, 0, 2), 1);
  EXPECT_DOUBLE_EQ(value(StructureMeasure::krugman, 2, 0), 1);
  EXPECT_DOUBLE_EQ(value(StructureMeasure::finger_kreinin, 0, 2), 0.5);
  EXPECT_DOUBLE_EQ(value(StructureMeasure::finger_kreinin, 1, 1), 1);
  EXPECT_DOUBLE_EQ(value(StructureMeasure::bray_curtis, 1, 2), 0.5);
  EXPECT_NEAR(value(StructureMeasure::cosine, 0, 2), (3.0 / 16 + 2.0 / 16) / std::sqrt(6.0 / 16 * 10 / 16), exact);
  EXPECT_NEAR(value(StructureMeasure::cosine, 0, 1), 1, exact);
}

TEST(StructureOfPairs, FingerKreininIsOneMinusHalfOfKrugman) {
  ShipmentData const data = random_shipments(30, 13, 0.5, 4);
  auto const volumes = matrix(data.table, 30);
  auto const krugman = structure_of_pairs(StructureMeasure::krugman, volumes);
  auto const common = structure_of_pairs(StructureMeasure::finger_kreinin, volumes);
  for (std::size_t k = 0; k < 29 * 30; ++k) {
    if (k % 30 == 29) continue;
    EXPECT_NEAR(common[k], 1 - krugman[k] / 2, 1e-14);
  }
  EXPECT_TRUE(std::isnan(krugman.back()) && std::isnan(krugman[29]));  // the last region ships nothing
}

TEST(InteractionIntensity, IsOneWhereFlowsAreInProportionAndLeavesOwnShipmentsOut) {
  // Without a diagonal no table is in proportion everywhere; three equal regions are.
  std::vector<double> const equal{50, 2, 2, 2, 0, 2, 2, 2, 9};
  for (std::size_t k = 0; k < 9; ++k) {
    double const value = interaction_intensity(matrix(equal, 3))[k];
    if (k % 4 == 0) {
      EXPECT_TRUE(std::isnan(value));
    } else {
      EXPECT_DOUBLE_EQ(value, 2 * 12.0 / (4 * 4));
    }
  }
  std::vector<double> const none{0, 3, 0, 0};
  EXPECT_TRUE(std::isnan(interaction_intensity(matrix(none, 2))[2]));
  EXPECT_DOUBLE_EQ(interaction_intensity(matrix(none, 2))[1], 1);
}

TEST(RegionPairs, AreOrderedByVolumeAndKeepBothDirections) {
  std::vector<double> const flows{9, 1, 0,  //
                                  2, 9, 5,  //
                                  3, 0, 9};
  auto const pairs = region_pairs(matrix(flows, 3));
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(std::tuple(pairs[0].a, pairs[0].b, pairs[0].volume), std::tuple(1, 2, 5.0));
  EXPECT_EQ(std::tuple(pairs[1].a, pairs[1].b, pairs[1].a_to_b, pairs[1].b_to_a), std::tuple(0, 1, 1.0, 2.0));
  EXPECT_EQ(std::tuple(pairs[2].a, pairs[2].b, pairs[2].volume), std::tuple(0, 2, 3.0));
}

TEST(PairTrades, GiveIndustriesAndTradeWithinThem) {
  ShipmentData data = empty_shipments(3, 4);
  data.add(0, 1, 0, 4);
  data.add(1, 0, 0, 6);
  data.add(1, 0, 2, 5);
  data.add(2, 1, 3, 8);
  data.add(0, 0, 1, 100);
  for (Shipments const& shipments : {data.as_list(), data.as_table()}) {
    auto const trades = pair_trades(shipments, {{.a = 0, .b = 1}, {.a = 0, .b = 2}});
    EXPECT_THAT(trades[0].a_to_b, ElementsAre(4, 0, 0, 0));
    EXPECT_THAT(trades[0].b_to_a, ElementsAre(6, 0, 5, 0));
    EXPECT_DOUBLE_EQ(trades[0].grubel_lloyd(), 1 - (2.0 + 5) / 15);
    EXPECT_THAT(trades[0].industries_by_volume(), ElementsAre(0, 2));
    EXPECT_TRUE(std::isnan(trades[1].grubel_lloyd()));
  }
  EXPECT_THROW(pair_trades(data.as_list(), {{.a = 1, .b = 1}}), ContractError);
  EXPECT_THROW(pair_trades(data.as_list(), {{.a = 0, .b = 3}}), ContractError);
}

TEST(Concentration, HasItsLimits) {
  std::vector<double> const equal(8, 3.0), one{0, 7, 0}, none(3, 0.0);
  EXPECT_DOUBLE_EQ(concentration(equal).hhi, 1.0 / 8);
  EXPECT_NEAR(concentration(equal).entropy, std::log(8), 1e-14);
  EXPECT_NEAR(concentration(equal).effective_number, 8, 1e-13);
  EXPECT_EQ(concentration(one).hhi, 1);
  EXPECT_EQ(concentration(one).entropy, 0);
  EXPECT_EQ(concentration(one).parts, 1);
  EXPECT_TRUE(std::isnan(concentration(none).hhi));
  std::vector<double> const negative{1, -1};
  EXPECT_THROW((void)concentration(negative), ContractError);
}

TEST(LocationQuotients, WeightedByRegionsTheirMeanIsOne) {
  ShipmentData const data = random_shipments(12, 7, 0.8, 6);
  MatrixView<double const> const volumes(data.table.data(), 12, 7);
  auto const quotients = location_quotients(volumes);
  double all = 0;
  std::vector<double> of_region;
  for (Index r = 0; r < 12; ++r) {
    of_region.push_back(std::accumulate(volumes.row(r).begin(), volumes.row(r).end(), 0.0));
    all += of_region.back();
  }
  for (Index i = 0; i < 7; ++i) {
    double mean = 0;
    for (std::size_t r = 0; r < 12; ++r) {
      double const quotient = quotients[r * 7 + static_cast<std::size_t>(i)];
      if (!std::isnan(quotient)) mean += of_region[r] / all * quotient;
    }
    EXPECT_NEAR(mean, 1, 1e-12);
  }
}

TEST(LocationalGini, IsZeroWhereIndustriesAreSpreadAlikeAndGrowsWithConcentration) {
  std::vector<double> const alike{1, 2, 3, 10, 20, 30};
  EXPECT_THAT(locational_gini(matrix(alike, 2)),
              ElementsAre(DoubleNear(0, exact), DoubleNear(0, exact), DoubleNear(0, exact)));
  // Industry 0 stands in the first of four equal regions alone: the area is a triangle's, Gini 1 - 1/4.
  std::vector<double> const alone{8, 2, 0, 10, 0, 10, 0, 10};
  EXPECT_NEAR(locational_gini(matrix(alone, 4))[0], 0.75, exact);
  std::vector<double> const empty{0, 1, 0, 2};
  EXPECT_TRUE(std::isnan(locational_gini(matrix(empty, 2))[0]));
}

TEST(RegionalStructureContract, NamesPositionAndValue) {
  std::vector<double> const negative{1, 2, -3, 4};
  for (auto const& call : std::vector<std::function<void()>>{
           [&] { (void)structure_of_pairs(StructureMeasure::cosine, matrix(negative, 2)); },
           [&] { (void)interaction_intensity(matrix(negative, 2)); }, [&] { (void)region_pairs(matrix(negative, 2)); },
           [&] { (void)location_quotients(matrix(negative, 2)); }}) {
    try {
      call();
      ADD_FAILURE() << "accepted";
    } catch (ContractError const& error) {
      EXPECT_THAT(error.what(), HasSubstr("[1, 0] is -3; a finite number that is not negative is expected"));
    }
  }
  std::vector<double> const wide{1, 2, 3, 4, 5, 6};
  EXPECT_THROW((void)region_pairs(matrix(wide, 2)), ContractError);
  EXPECT_THROW((void)interaction_intensity(matrix(wide, 2)), ContractError);
}

}  // namespace
}  // namespace regio
