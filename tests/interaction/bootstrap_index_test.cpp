#include <regio/bootstrap_index.hpp>
#include <regio/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>

#include "core/backend.hpp"
#include "interaction/bootstrap_index_operation.hpp"
#include "interaction/resampled_shipments.hpp"
#include "interaction/resampling.hpp"
#include "tests/interaction/same_bits.hpp"
#include "tests/interaction/shipment_data.hpp"

namespace regio {
namespace {

constexpr auto index_series = static_cast<std::size_t>(InteractionSeries::index);

BootstrapIndexReport bootstrap(Shipments const& shipments, BootstrapIndexOptions const& options, int threads = 1) {
  Engine engine = Engine::cpu(threads);
  return bootstrap_index(engine, options, {{.shipments = shipments}});
}

/// Every replicate made into a list of shipments of its own, and its index by interaction_index.
std::vector<InteractionIndex> replicates_one_by_one(ShipmentData const& data, BootstrapIndexOptions const& options) {
  ResampledShipments const records = resampled_shipments({.shipments = data.as_list()});
  std::vector<InteractionIndex> result;
  for (Index b = 0; b < options.replicates; ++b) {
    ShipmentData drawn = empty_shipments(data.regions, data.industries);
    drawn.raw_industries = data.raw_industries;
    auto const count = static_cast<std::uint32_t>(records.size());
    for (std::uint32_t t = 0; t < count; ++t) {
      PhiloxBlock const bits = resampling_block(options.seed, static_cast<std::uint32_t>(b), t / 2);
      std::size_t const k = scaled_below(bits.word[t % 2 * 2], bits.word[t % 2 * 2 + 1], count);
      // The record's origin, destination and industry: the data hold each value once.
      std::size_t const at = static_cast<std::size_t>(
          std::find(data.value.begin(), data.value.end(), records.value[k]) - data.value.begin());
      drawn.add(data.origin[at], data.destination[at], data.industry[at], data.value[at]);
    }
    Engine engine = Engine::cpu(1);
    result.push_back(interaction_index(engine, options.index, {{.shipments = drawn.as_list()}}).interaction[0]);
  }
  return result;
}

TEST(BootstrapIndex, IsTheIndexOfEveryReplicate) {
  ShipmentData const data = random_shipments(6, 5, 0.3, 12);
  for (InteractionLinks const links :
       {InteractionLinks::outgoing, InteractionLinks::incoming, InteractionLinks::either}) {
    for (double const threshold : {0.0, 0.05}) {
      BootstrapIndexOptions const options{
          .index = {.links = links, .link_threshold = threshold}, .replicates = 200, .seed = 5};
      BootstrapIndexReport const report = bootstrap(data.as_list(), options);
      auto const expected = replicates_one_by_one(data, options);
      for (std::size_t r = 0; r < 6; ++r) {
        std::array<std::vector<double>, interaction_series_count> series;
        for (InteractionIndex const& index : expected) {
          series[0].push_back(index.industries[r]);
          series[1].push_back(index.supplies[r]);
          series[2].push_back(index.volume[r]);
          series[3].push_back(index.links[r]);
          series[4].push_back(index.index[r]);
          series[5].push_back(index.rank[r] == 0 ? std::nan("") : static_cast<double>(index.rank[r]));
        }
        for (std::size_t s = 0; s < series.size(); ++s) {
          std::erase_if(series[s], [](double value) { return std::isnan(value); });
          ReplicateDistribution const& found = report.distribution[0][s];
          if (series[s].size() < 2) {
            EXPECT_TRUE(std::isnan(found.mean[r]));
            continue;
          }
          std::sort(series[s].begin(), series[s].end());
          double mean = 0, variance = 0;
          for (double const value : series[s]) mean += value / static_cast<double>(series[s].size());
          for (double const value : series[s]) {
            variance += (value - mean) * (value - mean) / static_cast<double>(series[s].size() - 1);
          }
          EXPECT_NEAR(found.mean[r], mean, 1e-12 * std::max(1.0, mean));
          EXPECT_NEAR(found.standard_deviation[r], std::sqrt(variance), 1e-12 * std::max(1.0, mean));
          EXPECT_GE(found.low[r], series[s].front());
          EXPECT_LE(found.high[r], series[s].back());
          if (series[s].size() == 200) {
            EXPECT_NEAR(found.low[r], series[s][4] + 0.975 * (series[s][5] - series[s][4]), 1e-12);
            EXPECT_NEAR(found.high[r], series[s][194] + 0.025 * (series[s][195] - series[s][194]), 1e-12);
          }
        }
      }
    }
  }
}

TEST(BootstrapIndex, TheEstimateIsTheIndexAndCountsCanOnlyFall) {
  ShipmentData const data = random_shipments(17, 29, 0.2, 4);
  BootstrapIndexReport const report = bootstrap(data.as_list(), {.replicates = 500});
  Engine engine = Engine::cpu(1);
  EXPECT_EQ(report.estimate[0].links,
            interaction_index(engine, {}, {{.shipments = data.as_list()}}).interaction[0].links);
  auto const& links = report.distribution[0][static_cast<std::size_t>(InteractionSeries::links)];
  auto const& volume = report.distribution[0][static_cast<std::size_t>(InteractionSeries::volume)];
  double sum = 0;
  for (std::size_t r = 0; r < 17; ++r) {
    EXPECT_LE(links.high[r], report.estimate[0].links[r]);
    EXPECT_LE(volume.low[r], volume.high[r]);
    sum += volume.mean[r];
  }
  EXPECT_NEAR(sum, 17, 1e-9);  // V has the mean 1 in every replicate
}

TEST(BootstrapIndex, EntriesOfOneShipmentAreOne) {
  ShipmentData data = random_shipments(5, 3, 0.5, 6);
  Index const before = bootstrap(data.as_list(), {.replicates = 2}).shipments[0];
  data.add(data.origin[0], data.destination[0], data.industry[0], 1.5);
  data.add(1, 1, 0, 9);
  data.add(0, 1, 0, 0.0);
  auto const list = bootstrap(data.as_list(), {.replicates = 50}),
             table = bootstrap(data.as_table(), {.replicates = 50});
  EXPECT_EQ(list.shipments[0], before);
  EXPECT_EQ(list.shipments[0], table.shipments[0]);
  EXPECT_EQ(list.distribution[0][index_series].mean.size(), 5U);
}

TEST(BootstrapIndex, SameBitsForThreadsAndCompanyOtherBitsForAnotherSeed) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  ShipmentData const data = random_shipments(12, 9, 0.4, 30), other = random_shipments(5, 4, 0.4, 31);
  BootstrapIndexOptions const options{.replicates = 300};
  auto const expected = bootstrap(data.as_list(), options).distribution[0];
  for (int threads : {2, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    auto const found =
        bootstrap_index(engine, options, {{.shipments = other.as_list()}, {.shipments = data.as_table()}});
    for (std::size_t s = 0; s < expected.size(); ++s)
      EXPECT_TRUE(same_bits(found.distribution[1][s], expected[s])) << s;
  }
  auto const different = bootstrap(data.as_list(), {.replicates = 300, .seed = 2}).distribution[0];
  EXPECT_FALSE(same_bits(different[index_series], expected[index_series]));
}

TEST(BootstrapIndex, SameBitsOnEverySimdTarget) {
  // Numbers of shipments that end within and with whole vectors, of all and of a region.
  for (auto const& [regions, industries, share] : {std::tuple{2, 1, 1.0}, {3, 1, 0.7}, {4, 2, 1.0}, {9, 5, 0.6}}) {
    ShipmentData const data = random_shipments(regions, industries, share, 17);
    auto const sums = [&, regions = regions](SimdTarget target) {
      constexpr Index replicates = 40;
      auto const cells = static_cast<std::size_t>(replicates * regions);
      std::vector<BootstrapIndexItem> items(1);
      items[0].shipments = resampled_shipments({.shipments = data.as_list()});
      items[0].sums = {std::vector<double>(cells), std::vector<double>(cells), std::vector<double>(cells),
                       std::vector<std::int32_t>(cells), std::vector<std::int32_t>(cells)};
      BootstrapIndexOperation operation{.items = items,
                                        .replicates = replicates,
                                        .seed = 0xFEDCBA9876543210,
                                        .link_threshold = 0.01,
                                        .target = target};
      Engine engine = Engine::cpu(1);
      run(engine, operation);
      return items[0].sums;
    };
    ReplicateSums const expected = sums(SimdTarget::scalar);
    EXPECT_NE(expected.out, std::vector<double>(expected.out.size(), 0.0));
    for (SimdTarget const target : simd_targets()) {
      ReplicateSums const found = sums(target);
      EXPECT_EQ(found.out, expected.out) << name(target);
      EXPECT_EQ(found.in, expected.in) << name(target);
      EXPECT_EQ(found.supplies, expected.supplies) << name(target);
      EXPECT_EQ(found.industries, expected.industries) << name(target);
      EXPECT_EQ(found.links, expected.links) << name(target);
    }
  }
}

TEST(BootstrapIndex, WithoutShipmentsNothingVaries) {
  BootstrapIndexReport const report = bootstrap(empty_shipments(3, 2).as_list(), {.replicates = 10});
  EXPECT_EQ(report.shipments[0], 0);
  EXPECT_EQ(report.distribution[0][static_cast<std::size_t>(InteractionSeries::links)].high,
            std::vector<double>(3, 0.0));
  EXPECT_TRUE(std::isnan(report.distribution[0][index_series].mean[0]));
}

TEST(BootstrapIndex, AStopCancels) {
  std::stop_source source;
  source.request_stop();
  BootstrapIndexOptions options;
  options.index.control.stop = source.get_token();
  EXPECT_EQ(bootstrap(random_shipments(4, 3, 0.5, 1).as_list(), options).outcome[0], Outcome::cancelled);
}

TEST(BootstrapIndexContract, RefusesOptions) {
  ShipmentData const data = random_shipments(4, 3, 0.5, 1);
  EXPECT_THROW(bootstrap(data.as_list(), {.replicates = 1}), ContractError);
  EXPECT_THROW(bootstrap(data.as_list(), {.confidence = 1}), ContractError);
  EXPECT_THROW(bootstrap(data.as_list(), {.index = {.link_threshold = -1}}), ContractError);
}

}  // namespace
}  // namespace regio
