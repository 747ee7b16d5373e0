// The index of interaction and its bootstrap have the same bits on every engine.
#include <regio/bootstrap_index.hpp>
#include <regio/error.hpp>
#include <regio/interaction_index.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "interaction/interaction_index_operation.hpp"
#include "tests/interaction/same_bits.hpp"
#include "tests/interaction/shipment_data.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

using ::testing::HasSubstr;

class InteractionOn : public EngineTest {
 protected:
  void expect_as_on_cpu(std::vector<InteractionProblem> const& problems, InteractionOptions const& options = {}) {
    Engine cpu = Engine::cpu(1);
    InteractionReport const expected = interaction_index(cpu, options, problems);
    InteractionReport const report = interaction_index(engine, options, problems);
    EXPECT_TRUE(same_bits(report, expected));
  }

  void expect_bootstrap_as_on_cpu(BootstrapIndexOptions const& options,
                                  std::vector<InteractionProblem> const& problems) {
    Engine cpu = Engine::cpu(1);
    BootstrapIndexReport const expected = bootstrap_index(cpu, options, problems);
    BootstrapIndexReport const report = bootstrap_index(engine, options, problems);
    EXPECT_TRUE(same_bits(report, expected));
  }

  std::string message_of(Shipments const& shipments) {
    try {
      interaction_index(engine, {}, {{.shipments = shipments}});
    } catch (ContractError const& error) {
      return error.what();
    }
    return "accepted";
  }
};

TEST_P(InteractionOn, TablesHaveTheBitsOfTheCpu) {
  std::vector<ShipmentData> data;
  for (auto const& [regions, industries] :
       {std::pair{1, 3}, {2, 1}, {5, 300}, {15, 8}, {16, 9}, {17, 29}, {31, 7}, {32, 33}, {33, 100}, {127, 8}}) {
    data.push_back(uneven_shipments(regions, industries, 0.6, 3));
  }
  data.push_back(empty_shipments(4, 2));
  std::vector<InteractionProblem> problems;
  for (ShipmentData const& d : data) problems.push_back({.shipments = d.as_table()});
  EXPECT_GT(origin_chunks(data[8].as_table()).count, 2);
  expect_as_on_cpu(problems);
}

TEST_P(InteractionOn, ListsHaveTheBitsOfTheCpu) {
  std::vector<ShipmentData> data;
  for (auto const& [regions, industries] : {std::pair{1, 3}, {2, 1}, {17, 29}, {31, 7}, {32, 4}, {33, 90}, {127, 2}}) {
    data.push_back(uneven_shipments(regions, industries, 0.8, 4));
  }
  data.push_back(empty_shipments(4, 2));
  std::vector<InteractionProblem> problems;
  for (ShipmentData const& d : data) {
    problems.push_back({.shipments = d.as_list()});
    problems.push_back({.shipments = d.as_list(true)});
  }
  EXPECT_GT(origin_chunks(data[5].as_list()).count, 1);
  expect_as_on_cpu(problems);
}

TEST_P(InteractionOn, LinksThresholdsAndTradedIndustriesAreThoseOfTheCpu) {
  ShipmentData const data = uneven_shipments(12, 9, 0.3, 8);
  std::vector<std::uint8_t> const traded{1, 0, 1, 1, 0, 0, 1, 1, 1};
  for (InteractionLinks const links :
       {InteractionLinks::outgoing, InteractionLinks::incoming, InteractionLinks::either}) {
    expect_as_on_cpu({{.shipments = data.as_table(), .traded = traded}, {.shipments = data.as_list(true)}},
                     {.links = links, .link_threshold = 0.02});
  }
}

TEST_P(InteractionOn, MergedRegionsHaveTheBitsOfTheCpu) {
  ShipmentData const data = uneven_shipments(9, 6, 0.5, 10);
  MergedShipments const merged = merge_regions(data.as_list(true), {0, 1, 0, 2, 3, 3, 4, 5, 1});
  expect_as_on_cpu({{.shipments = {.regions = merged.regions,
                                   .industries = 6,
                                   .list = {.origin = merged.origin,
                                            .destination = merged.destination,
                                            .industry = merged.industry,
                                            .value = merged.value,
                                            .is_raw = merged.is_raw}}}});
}

TEST_P(InteractionOn, InvalidShipmentsAreNamed) {
  ShipmentData data = random_shipments(20, 5, 1, 2);
  for (double const value : {-1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    ShipmentData wrong = data;
    wrong.value[7] = value;
    wrong.table[static_cast<std::size_t>((19 * 20 + 18) * 5 + 4)] = value;
    EXPECT_THAT(message_of(wrong.as_list()), HasSubstr("list.value [7] is "));
    EXPECT_THAT(message_of(wrong.as_table()), HasSubstr("table [19, 18, 4] is "));
  }
  data.industry[3] = 5;
  EXPECT_THAT(message_of(data.as_list()), HasSubstr("list.industry [3] is 5; there are 5 industries"));
  data.industry[3] = 0;
  data.destination[4] = -1;
  EXPECT_THAT(message_of(data.as_list()), HasSubstr("list.destination [4] is -1; there are 20 regions"));
}

TEST_P(InteractionOn, NoShareOfSuppliesExceedsOne) {
  ShipmentData data = uneven_shipments(8, 5, 0.9, 12);
  std::fill(data.is_raw.begin(), data.is_raw.end(), std::uint8_t{1});
  InteractionIndex const index = interaction_index(engine, {}, {{.shipments = data.as_list(true)}}).interaction[0];
  for (double const share : index.supplies) EXPECT_EQ(share, 1);
}

TEST_P(InteractionOn, BootstrapHasTheBitsOfTheCpu) {
  ShipmentData const data = uneven_shipments(7, 5, 0.6, 1), wide = uneven_shipments(33, 4, 0.1, 2),
                     none = empty_shipments(3, 2), alone = uneven_shipments(1, 2, 1, 3);
  std::vector<std::uint8_t> const traded{1, 0, 0, 1, 1};
  for (InteractionLinks const links :
       {InteractionLinks::outgoing, InteractionLinks::incoming, InteractionLinks::either}) {
    for (double const threshold : {0.0, 0.05}) {
      expect_bootstrap_as_on_cpu({.index = {.links = links, .link_threshold = threshold}, .replicates = 40, .seed = 9},
                                 {{.shipments = data.as_list(true), .traded = traded},
                                  {.shipments = wide.as_table()},
                                  {.shipments = none.as_list()},
                                  {.shipments = alone.as_table()}});
    }
  }
}

REGIO_TEST_ON_ENGINES(InteractionOn);

}  // namespace
}  // namespace regio
