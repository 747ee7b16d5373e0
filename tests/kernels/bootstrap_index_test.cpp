// Replicates of the bootstrap of the interaction index by themselves: sums that are exact in any order, the same ones
// wherever a replicate lies and however many threads make it, and what they cost, as docs/performance.md says. That
// they are the CPU's is tested in tests/interaction/interaction_engines_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "interaction/resampling.hpp"
#include "kernels/bootstrap_index.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

constexpr std::uint64_t seed = 77;
constexpr std::uint32_t first_replicate = 5;

/// Whole numbers of shipments from every region to the next few, in every industry; every third is of a raw material.
struct Period {
  Period(std::int32_t of_regions, std::int32_t partners, std::int32_t industries) : regions(of_regions) {
    for (std::int32_t r = 0; r < regions; ++r) {
      std::vector<std::int32_t> to;
      for (std::int32_t step = 1; step <= partners; ++step) to.push_back((r + step) % regions);
      std::sort(to.begin(), to.end());
      for (std::int32_t const s : to) {
        for (std::int32_t i = 0; i < industries; ++i) {
          shipment_origin.push_back(r);
          shipment_destination.push_back(s);
          shipment_slot.push_back(r * industries + i);
          value.push_back(static_cast<double>((r * 7 + s * 5 + i * 3) % 11 + 1));
          raw_value.push_back(i % 3 == 0 ? value.back() : 0.0);
        }
        pair_origin.push_back(r);
        pair_destination.push_back(s);
        first_of_pair.push_back(static_cast<std::int32_t>(value.size()));
      }
      for (std::int32_t i = 0; i < industries; ++i) slot_origin.push_back(r);
    }
    for (std::size_t p = 0; p < pair_origin.size(); ++p) {
      std::int32_t found = -1;
      for (std::size_t q = 0; q < pair_origin.size(); ++q) {
        if (pair_origin[q] == pair_destination[p] && pair_destination[q] == pair_origin[p]) {
          found = static_cast<std::int32_t>(q);
        }
      }
      reverse.push_back(found);
    }
    group(shipment_origin, regions, first_of_origin);
    delivery = group(shipment_destination, regions, first_of_destination);
    slot_shipment = group(shipment_slot, static_cast<std::int32_t>(slot_origin.size()), first_of_slot);
    for (std::int32_t const k : delivery) {
      delivery_value.push_back(value[static_cast<std::size_t>(k)]);
      delivery_raw_value.push_back(raw_value[static_cast<std::size_t>(k)]);
    }
  }

  static std::vector<std::int32_t> group(std::vector<std::int32_t> const& group_of, std::int32_t groups,
                                         std::vector<std::int32_t>& first) {
    std::vector<std::int32_t> members;
    first = {0};
    for (std::int32_t g = 0; g < groups; ++g) {
      for (std::size_t k = 0; k < group_of.size(); ++k) {
        if (group_of[k] == g) members.push_back(static_cast<std::int32_t>(k));
      }
      first.push_back(static_cast<std::int32_t>(members.size()));
    }
    return members;
  }

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(value.size()); }
  [[nodiscard]] std::size_t pairs() const { return pair_origin.size(); }

  std::int32_t regions;
  std::vector<double> value, raw_value, delivery_value, delivery_raw_value;
  std::vector<std::int32_t> shipment_origin, shipment_destination, shipment_slot;
  std::vector<std::int32_t> first_of_origin, first_of_pair{0}, first_of_destination, first_of_slot;
  std::vector<std::int32_t> pair_origin, pair_destination, reverse, delivery, slot_shipment, slot_origin;
};

struct Sums {
  std::vector<double> out, in, supplies;
  std::vector<std::int32_t> industries, links;
  friend bool operator==(Sums const&, Sums const&) = default;
};

struct Launch {
  unsigned blocks = 0, threads = 64;
  bool in_shared_memory = true;
  bool counts_outgoing = true, counts_incoming = true;
  double link_threshold = 0;
};

Sums run(Period const& period, std::uint32_t replicates, Launch const& launch) {
  simt::launch_log().clear();
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  simt::DeviceArray<double> const value(period.value), delivery_value(period.delivery_value),
      delivery_raw_value(period.delivery_raw_value);
  simt::DeviceArray<std::int32_t> const first_of_origin(period.first_of_origin), first_of_pair(period.first_of_pair),
      origin(period.pair_origin), destination(period.pair_destination), reverse(period.reverse),
      first_of_destination(period.first_of_destination), delivery(period.delivery), first_of_slot(period.first_of_slot),
      slot_shipment(period.slot_shipment), slot_origin(period.slot_origin);
  std::size_t const count = replicates * static_cast<std::size_t>(period.regions);
  simt::DeviceArray<double> const out(count), in(count), supplies(count);
  simt::DeviceArray<std::int32_t> const industries(std::vector<std::int32_t>(count, 0)),
      links(std::vector<std::int32_t>(count, 0));
  auto const bytes =
      bootstrap_index_bytes(static_cast<std::int64_t>(period.size()), static_cast<std::int64_t>(period.pairs()));
  simt::DeviceArray<std::byte> const workspace(launch.blocks * static_cast<std::size_t>(bytes));
  BootstrapIndexArguments const arguments{.value = value.data(),
                                          .first_of_origin = first_of_origin.data(),
                                          .first_of_pair = first_of_pair.data(),
                                          .origin = origin.data(),
                                          .destination = destination.data(),
                                          .reverse = reverse.data(),
                                          .first_of_destination = first_of_destination.data(),
                                          .delivery = delivery.data(),
                                          .delivery_value = delivery_value.data(),
                                          .delivery_raw_value = delivery_raw_value.data(),
                                          .first_of_slot = first_of_slot.data(),
                                          .slot_shipment = slot_shipment.data(),
                                          .slot_origin = slot_origin.data(),
                                          .shipments = period.size(),
                                          .regions = period.regions,
                                          .pairs = static_cast<std::int32_t>(period.pairs()),
                                          .slots = static_cast<std::int32_t>(period.slot_origin.size()),
                                          .seed = seed,
                                          .link_threshold = launch.link_threshold,
                                          .counts_outgoing = launch.counts_outgoing,
                                          .counts_incoming = launch.counts_incoming,
                                          .begin = first_replicate,
                                          .count = replicates,
                                          .out = out.data(),
                                          .in = in.data(),
                                          .supplies = supplies.data(),
                                          .industries = industries.data(),
                                          .links = links.data(),
                                          .workspace = launch.in_shared_memory ? nullptr : workspace.data()};
  EXPECT_EQ(launch_bootstrap_index(stream, launch.blocks, launch.threads, arguments), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_EQ(simt::launch_log().back().name, launch.in_shared_memory ? "bootstrap_index" : "bootstrap_index_global");
  return {out.values(), in.values(), supplies.values(), industries.values(), links.values()};
}

/// The sums by their definition, from who is drawn; whole numbers, so that the order does not matter.
Sums expected(Period const& period, std::uint32_t replicates, Launch const& launch) {
  auto const regions = static_cast<std::size_t>(period.regions);
  std::size_t const count = replicates * regions;
  Sums sums{std::vector<double>(count), std::vector<double>(count), std::vector<double>(count),
            std::vector<std::int32_t>(count), std::vector<std::int32_t>(count)};
  for (std::uint32_t b = 0; b < replicates; ++b) {
    std::vector<double> times(period.size()), flow(regions * regions);
    std::vector<bool> shipped(period.slot_origin.size());
    for (std::uint32_t t = 0; t < period.size(); ++t) {
      PhiloxBlock const bits = resampling_block(seed, first_replicate + b, t / 2);
      times[scaled_below(bits.word[t % 2 * 2], bits.word[t % 2 * 2 + 1], period.size())] += 1;
    }
    std::size_t const row = b * regions;
    for (std::size_t k = 0; k < times.size(); ++k) {
      auto const r = static_cast<std::size_t>(period.shipment_origin[k]),
                 s = static_cast<std::size_t>(period.shipment_destination[k]);
      sums.out[row + r] += times[k] * period.value[k];
      sums.in[row + s] += times[k] * period.value[k];
      sums.supplies[row + s] += times[k] * period.raw_value[k];
      flow[r * regions + s] += times[k] * period.value[k];
      if (times[k] > 0) shipped[static_cast<std::size_t>(period.shipment_slot[k])] = true;
    }
    for (std::size_t slot = 0; slot < shipped.size(); ++slot) {
      sums.industries[row + static_cast<std::size_t>(period.slot_origin[slot])] += shipped[slot] ? 1 : 0;
    }
    for (std::size_t r = 0; r < regions; ++r) {
      for (std::size_t s = 0; s < regions; ++s) {
        bool const ships = launch.counts_outgoing && flow[r * regions + s] > launch.link_threshold * sums.out[row + r];
        bool const receives =
            launch.counts_incoming && flow[s * regions + r] > launch.link_threshold * sums.in[row + r];
        sums.links[row + r] += r != s && (ships || receives) ? 1 : 0;
      }
    }
  }
  return sums;
}

TEST(BootstrapIndex, SumsAreThoseOfTheShipmentsDrawn) {
  for (auto const& [regions, partners, industries] : {std::tuple{2, 1, 1}, {5, 4, 3}, {9, 3, 10}, {33, 2, 5}}) {
    Period const period(regions, partners, industries);
    for (Launch const& launch : {Launch{.blocks = 3, .counts_incoming = false},
                                 Launch{.blocks = 3, .counts_outgoing = false, .link_threshold = 0.2},
                                 Launch{.blocks = 3, .link_threshold = 0.1}}) {
      EXPECT_TRUE(run(period, 3, launch) == expected(period, 3, launch)) << regions << " regions";
    }
  }
}

TEST(BootstrapIndex, PlaceThreadsAndBlocksDoNotChangeThem) {
  Period const period(9, 5, 4);
  Sums const sums = run(period, 5, {.blocks = 5, .threads = 64});
  for (unsigned const threads : {32U, 96U, 256U}) {
    for (unsigned const blocks : {1U, 2U, 5U}) {
      EXPECT_TRUE(run(period, 5, {.blocks = blocks, .threads = threads}) == sums) << threads << ' ' << blocks;
      EXPECT_TRUE(run(period, 5, {.blocks = blocks, .threads = threads, .in_shared_memory = false}) == sums)
          << threads << ' ' << blocks << ", in global memory";
    }
  }
}

// The cost model of docs/performance.md.
TEST(BootstrapIndex, CostsWhatTheModelSays) {
  constexpr std::uint32_t replicates = 4;
  Period const period(16, 6, 8);
  run(period, replicates, {.blocks = replicates, .threads = 128, .counts_incoming = false});
  simt::LaunchCount const launch = simt::launch_log().back();
  std::uint64_t const n = period.size(), pairs = period.pairs(), slots = period.slot_origin.size(), regions = 16;
  EXPECT_EQ(launch.shared_bytes, 4 * n + 8 * pairs);
  EXPECT_EQ(launch.barriers, 4 * replicates);
  EXPECT_GE(launch.atomics, replicates * n);
  EXPECT_LE(launch.atomics, replicates * (n + pairs + slots));
  if (!launch.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  // Values by origin, by destination with their places and raw values; an industry is left at its first shipment that
  // was drawn.
  auto const within_the_model = [&](simt::LaunchCount const& counted, std::uint64_t values) {
    EXPECT_GE(counted.global_load_bytes, replicates * (values * n + 8 * slots));
    EXPECT_LE(counted.global_load_bytes,
              replicates * ((values + 4) * n + 28 * pairs + 16 * slots + 8 * 8 * 4 * regions));
  };
  within_the_model(launch, 28);
  EXPECT_EQ(launch.global_store_bytes, replicates * regions * 24);
  // With a threshold the values by pair, too.
  run(period, replicates, {.blocks = replicates, .threads = 128, .counts_incoming = false, .link_threshold = 0.01});
  within_the_model(simt::launch_log().back(), 36);
}

}  // namespace
}  // namespace regio::cuda
