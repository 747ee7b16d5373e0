#include <regio/error.hpp>
#include <regio/interaction_index.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/backend.hpp"
#include "interaction/interaction_index_operation.hpp"
#include "tests/interaction/same_bits.hpp"
#include "tests/interaction/shipment_data.hpp"

namespace regio {
namespace {

using ::testing::HasSubstr;

InteractionReport index_of(Shipments const& shipments, InteractionOptions const& options = {}, int threads = 1) {
  Engine engine = Engine::cpu(threads);
  return interaction_index(engine, options, {{.shipments = shipments}});
}

void expect_oracle(InteractionIndex const& found, std::vector<oracle::Interaction> const& expected) {
  ASSERT_EQ(found.index.size(), expected.size());
  for (std::size_t r = 0; r < expected.size(); ++r) {
    EXPECT_DOUBLE_EQ(found.industries[r], expected[r].industries) << "region " << r;
    EXPECT_EQ(found.links[r], expected[r].links) << "region " << r;
    EXPECT_NEAR(found.volume[r], expected[r].volume, 1e-12 * expected[r].volume) << "region " << r;
    if (std::isnan(expected[r].supplies)) {
      EXPECT_TRUE(std::isnan(found.supplies[r]) && std::isnan(found.index[r])) << "region " << r;
      EXPECT_EQ(found.rank[r], 0);
    } else {
      EXPECT_NEAR(found.supplies[r], expected[r].supplies, 1e-12) << "region " << r;
      EXPECT_NEAR(found.index[r],
                  expected[r].industries + expected[r].supplies + expected[r].volume + expected[r].links, 1e-11);
    }
  }
}

TEST(InteractionIndex, IsEquationOneOfTheArticleForTablesAndLists) {
  for (auto const& [regions, industries, share] :
       {std::tuple{2, 1, 1.0}, {5, 3, 0.5}, {17, 29, 0.1}, {40, 23, 0.7}, {33, 100, 0.3}}) {
    ShipmentData const data = random_shipments(regions, industries, share, 11);
    auto const expected =
        oracle::interaction(data.for_oracle(), regions, std::vector<bool>(static_cast<std::size_t>(industries), true));
    for (Shipments const& shipments : {data.as_table(), data.as_list(), data.as_list(true)}) {
      expect_oracle(index_of(shipments).interaction[0], expected);
    }
  }
}

TEST(InteractionIndex, CountsOnlyTradedIndustries) {
  ShipmentData const data = random_shipments(9, 12, 0.2, 3);
  std::vector<std::uint8_t> traded(12, 1);
  traded[0] = traded[5] = 0;
  Engine engine = Engine::cpu(1);
  InteractionReport const report = interaction_index(engine, {}, {{.shipments = data.as_list(), .traded = traded}});
  expect_oracle(report.interaction[0],
                oracle::interaction(data.for_oracle(), 9, std::vector<bool>(traded.begin(), traded.end())));
}

TEST(InteractionIndex, IgnoresShipmentsWithinARegion) {
  ShipmentData data = random_shipments(6, 4, 0.5, 5);
  InteractionReport const before = index_of(data.as_list());
  data.add(5, 5, 0, 1e6);
  for (Shipments const& shipments : {data.as_list(), data.as_table(), data.as_list(true)}) {
    InteractionReport const after = index_of(shipments);
    EXPECT_EQ(after.interaction[0].links, before.interaction[0].links);
    EXPECT_EQ(after.interaction[0].industries, before.interaction[0].industries);
    EXPECT_EQ(after.totals[0].flows.back(), data.table[static_cast<std::size_t>((5 * 6 + 5) * 4)]);
    EXPECT_NEAR(after.interaction[0].volume[0], before.interaction[0].volume[0], 1e-13);
  }
}

TEST(InteractionIndex, ARegionWithoutShipmentsHasZerosAndNoShareOfSupplies) {
  ShipmentData data = empty_shipments(3, 2);
  data.raw_industries = {1, 0};
  data.add(0, 1, 0, 3);
  data.add(0, 1, 1, 1);
  InteractionIndex const index = index_of(data.as_list()).interaction[0];
  EXPECT_EQ(index.industries, (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(index.links, (std::vector<double>{1.0 / 3, 0, 0}));
  EXPECT_EQ(index.volume, (std::vector<double>{3, 0, 0}));
  EXPECT_EQ(index.supplies[1], 0.75);
  EXPECT_TRUE(std::isnan(index.supplies[0]) && std::isnan(index.supplies[2]));
  EXPECT_EQ(index.rank, (std::vector<Index>{0, 1, 0}));
}

TEST(InteractionIndex, WithoutAnyShipmentOrWithOneRegionOnlyNothingButZerosIsKnown) {
  InteractionIndex const none = index_of(empty_shipments(4, 2).as_table()).interaction[0];
  EXPECT_EQ(none.links, std::vector<double>(4, 0.0));
  EXPECT_EQ(none.rank, std::vector<Index>(4, 0));
  EXPECT_TRUE(std::isnan(none.volume[0]) && std::isnan(none.supplies[0]));
  ShipmentData alone = empty_shipments(1, 2);
  alone.add(0, 0, 1, 7);
  InteractionIndex const one = index_of(alone.as_list()).interaction[0];
  EXPECT_EQ(one.links[0], 0);
  EXPECT_TRUE(std::isnan(one.index[0]));
}

TEST(InteractionIndex, LinksMayBeIncomingOrEitherAndNeedAShare) {
  ShipmentData data = empty_shipments(3, 1);
  data.add(0, 1, 0, 99);
  data.add(0, 2, 0, 1);
  data.add(2, 1, 0, 1);
  auto const links = [&](InteractionLinks which, double threshold) {
    return index_of(data.as_list(), {.links = which, .link_threshold = threshold}).interaction[0].links;
  };
  double const third = 1.0 / 3;
  EXPECT_EQ(links(InteractionLinks::outgoing, 0), (std::vector<double>{2 * third, 0, third}));
  EXPECT_EQ(links(InteractionLinks::incoming, 0), (std::vector<double>{0, 2 * third, third}));
  EXPECT_EQ(links(InteractionLinks::either, 0), (std::vector<double>{2 * third, 2 * third, 2 * third}));
  EXPECT_EQ(links(InteractionLinks::outgoing, 0.02), (std::vector<double>{third, 0, third}));
  EXPECT_EQ(links(InteractionLinks::incoming, 0.02), (std::vector<double>{0, third, third}));
}

TEST(InteractionIndex, ComponentsAreAddedMultipliedOrStandardised) {
  ShipmentData const data = random_shipments(7, 5, 0.6, 8);
  InteractionIndex const plain = index_of(data.as_list()).interaction[0];
  std::array<double, 4> const weights{0.5, 2, 0, -1};
  auto const index = [&](InteractionAggregation aggregation) {
    return index_of(data.as_list(), {.aggregation = aggregation, .weights = weights}).interaction[0].index;
  };
  auto const sum = index(InteractionAggregation::sum);
  auto const product = index(InteractionAggregation::product);
  auto const score = index(InteractionAggregation::z_score);
  auto const z = [](std::vector<double> const& values, std::size_t r) {
    double mean = 0, variance = 0;
    for (double const v : values) mean += v / static_cast<double>(values.size());
    for (double const v : values) variance += (v - mean) * (v - mean) / static_cast<double>(values.size());
    return (values[r] - mean) / std::sqrt(variance);
  };
  for (std::size_t r = 0; r < 6; ++r) {
    EXPECT_NEAR(sum[r], 0.5 * plain.industries[r] + 2 * plain.supplies[r] - plain.links[r], 1e-14);
    EXPECT_NEAR(product[r], std::sqrt(plain.industries[r]) * std::pow(plain.supplies[r], 2) / plain.links[r], 1e-13);
    EXPECT_NEAR(score[r], 0.5 * z(plain.industries, r) + 2 * z(plain.supplies, r) - z(plain.links, r), 1e-12);
  }
}

TEST(InteractionIndex, EqualIndicesShareTheBetterRank) {
  ShipmentData data = empty_shipments(3, 1);
  data.add(0, 1, 0, 4);
  data.add(1, 0, 0, 4);
  data.add(1, 2, 0, 4);
  data.add(2, 1, 0, 4);
  EXPECT_EQ(index_of(data.as_list()).interaction[0].rank, (std::vector<Index>{2, 1, 2}));
}

TEST(InteractionIndex, SameBitsForThreadsTargetsOrderOfTheBatchAndCompany) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  ShipmentData const large = random_shipments(90, 37, 0.4, 21), small = random_shipments(17, 29, 0.2, 22);
  std::vector<InteractionProblem> const problems{
      {.shipments = large.as_table()}, {.shipments = small.as_list()}, {.shipments = large.as_list()}};
  Engine one = Engine::cpu(1);
  InteractionReport const expected = interaction_index(one, {}, problems);
  for (int threads : {2, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    InteractionReport const found = interaction_index(engine, {}, {problems[2], problems[0], problems[1]});
    EXPECT_TRUE(same_bits(found.totals[0], expected.totals[2]));
    EXPECT_TRUE(same_bits(found.totals[1], expected.totals[0]));
    EXPECT_TRUE(same_bits(found.totals[2], expected.totals[1]));
  }
  for (SimdTarget const target : simd_targets()) {
    ShipmentTotals totals = expected.totals[0];
    for (std::vector<double>* values : {&totals.flows, &totals.out_by_industry, &totals.in_by_industry,
                                        &totals.supplies_in, &totals.deliveries_out, &totals.deliveries_in}) {
      std::fill(values->begin(), values->end(), 0.0);
    }
    std::vector<ShipmentItem> items{{.shipments = &problems[0].shipments, .totals = &totals}};
    InteractionIndexOperation operation{.items = items, .target = target};
    run(one, operation);
    EXPECT_TRUE(items[0].valid && same_bits(totals, expected.totals[0])) << name(target);
  }
}

/// Some shipments on each of many relations in any order, with uses; so many that several threads share them.
ShipmentData many_entries() {
  constexpr Index regions = 40, industries = 5, entries = 700'000;
  std::mt19937_64 random(44);
  ShipmentData data = empty_shipments(regions, industries);
  for (Index k = 0; k < entries; ++k) {
    data.add(static_cast<Index>(random() % regions), static_cast<Index>(random() % regions),
             static_cast<Index>(random() % industries), std::ldexp(static_cast<double>(random() >> 11), -40));
    data.is_raw.back() = static_cast<std::uint8_t>(random() % 2);
  }
  return data;
}

TEST(InteractionIndex, AListInAnyOrderHasTheBitsOfTheListByOrigin) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  ShipmentData const data = many_entries();
  std::vector<std::size_t> order(data.value.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t k, std::size_t l) { return data.origin[k] < data.origin[l]; });
  ShipmentData sorted = empty_shipments(data.regions, data.industries);
  for (std::size_t const k : order) {
    sorted.add(data.origin[k], data.destination[k], data.industry[k], data.value[k]);
    sorted.is_raw.back() = data.is_raw[k];
  }
  ShipmentTotals const expected = index_of(sorted.as_list(true)).totals[0];
  EXPECT_GT(expected.supplies_in[0], 0);
  EXPECT_LT(expected.supplies_in[0], expected.deliveries_in[0]);
  for (int threads : {1, 2, 3}) {
    EXPECT_TRUE(same_bits(index_of(data.as_list(true), {}, threads).totals[0], expected));
    EXPECT_TRUE(same_bits(index_of(sorted.as_list(true), {}, threads).totals[0], expected));
  }
}

TEST(InteractionIndex, AStopCancels) {
  std::stop_source source;
  source.request_stop();
  InteractionOptions options;
  options.control.stop = source.get_token();
  ShipmentData const data = random_shipments(6, 4, 0.5, 5);
  EXPECT_EQ(index_of(data.as_list(), options).outcome[0], Outcome::cancelled);
}

TEST(MergeRegions, MakesShipmentsBetweenPartsShipmentsWithin) {
  ShipmentData const data = random_shipments(5, 6, 0.6, 9);
  std::vector<std::int32_t> const into{0, 1, 0, 2, 1};
  std::vector<oracle::Shipment> by_hand = data.for_oracle();
  for (oracle::Shipment& shipment : by_hand) {
    shipment.origin = into[static_cast<std::size_t>(shipment.origin)];
    shipment.destination = into[static_cast<std::size_t>(shipment.destination)];
  }
  auto const expected = oracle::interaction(by_hand, 3, std::vector<bool>(6, true));
  for (Shipments const& shipments : {data.as_table(), data.as_list(), data.as_list(true)}) {
    MergedShipments const merged = merge_regions(shipments, into);
    ASSERT_EQ(merged.regions, 3);
    expect_oracle(index_of({.regions = merged.regions,
                            .industries = 6,
                            .list = {.origin = merged.origin,
                                     .destination = merged.destination,
                                     .industry = merged.industry,
                                     .value = merged.value,
                                     .is_raw = merged.is_raw}})
                      .interaction[0],
                  expected);
  }
}

std::string message_of(Shipments const& shipments, InteractionOptions const& options = {}) {
  try {
    index_of(shipments, options);
  } catch (ContractError const& error) {
    return error.what();
  }
  return "accepted";
}

TEST(InteractionIndexContract, NamesPositionAndValue) {
  ShipmentData data = random_shipments(4, 3, 1, 2);
  Shipments shipments = data.as_list();
  data.value[7] = -2;
  EXPECT_EQ(message_of(shipments),
            "interaction_index: problems[0].shipments.list.value [7] is -2; shipments are finite and not negative");
  data.value[7] = 1;
  data.destination[5] = 4;
  EXPECT_EQ(message_of(shipments),
            "interaction_index: problems[0].shipments.list.destination [5] is 4; there are 4 regions");
  data.destination[5] = 0;
  data.origin[2] = -1;
  EXPECT_THAT(message_of(shipments), HasSubstr("list.origin [2] is -1; there are 4 regions"));
  data.origin[2] = 0;
  data.industry[0] = 3;
  EXPECT_THAT(message_of(shipments), HasSubstr("list.industry [0] is 3; there are 3 industries"));
  shipments = data.as_table();
  data.table[static_cast<std::size_t>((1 * 4 + 2) * 3 + 1)] = std::numeric_limits<double>::infinity();
  EXPECT_THAT(message_of(shipments), HasSubstr("table [1, 2, 1] is infinity; shipments are finite"));
  data.table[static_cast<std::size_t>((1 * 4 + 2) * 3 + 1)] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message_of(shipments), HasSubstr("table [1, 2, 1] is NaN"));
  data.table[static_cast<std::size_t>((1 * 4 + 2) * 3 + 1)] = -0.5;
  EXPECT_THAT(message_of(shipments), HasSubstr("table [1, 2, 1] is -0.5"));
}

TEST(InteractionIndexContract, NamesTheEntryOfALongListInAnyOrder) {
  ShipmentData data = many_entries();
  Shipments const shipments = data.as_list();
  data.value[690'000] = std::numeric_limits<double>::infinity();
  EXPECT_THAT(message_of(shipments), HasSubstr("list.value [690000] is infinity"));
  data.industry[680'000] = 5;
  EXPECT_THAT(message_of(shipments), HasSubstr("list.industry [680000] is 5; there are 5 industries"));
  data.origin[650'000] = 40;
  EXPECT_THAT(message_of(shipments), HasSubstr("list.origin [650000] is 40; there are 40 regions"));
  data.origin[650'000] = -1;
  std::sort(data.origin.begin(), data.origin.end());
  EXPECT_THAT(message_of(shipments), HasSubstr("list.origin [0] is -1; there are 40 regions"));
}

TEST(InteractionIndexContract, RefusesShapesAndOptions) {
  ShipmentData const data = random_shipments(4, 3, 1, 2);
  Shipments shipments = data.as_list();
  shipments.list.industry = {data.industry.data(), 2};
  EXPECT_THAT(message_of(shipments), HasSubstr("list.industry has 2 entries for"));
  shipments = data.as_table();
  shipments.regions = 5;
  EXPECT_THAT(message_of(shipments), HasSubstr("table is 4 x 4 x 3 for 5 regions and 3 industries"));
  shipments = data.as_list();
  shipments.regions = 0;
  EXPECT_THAT(message_of(shipments), HasSubstr("regions is 0"));
  EXPECT_THAT(message_of(data.as_list(), {.link_threshold = 1}), HasSubstr("options.link_threshold is 1"));
  EXPECT_THAT(message_of(data.as_list(), {.weights = {1, 1, std::nan(""), 1}}), HasSubstr("weights [2] is NaN"));
  std::vector<std::uint8_t> const none(3, 0);
  Engine engine = Engine::cpu(1);
  EXPECT_THROW(interaction_index(engine, {}, {{.shipments = data.as_list(), .traded = none}}), ContractError);
  EXPECT_THROW(merge_regions(data.as_list(), {0, 1, 2}), ContractError);
  EXPECT_THROW(merge_regions(data.as_list(), {0, 1, 2, 9}), ContractError);
}

}  // namespace
}  // namespace regio
