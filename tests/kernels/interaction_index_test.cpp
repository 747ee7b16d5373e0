// Sums over shipments by themselves: whole numbers, which are exact in any order, the same ones wherever sums lie, and
// what they cost, as docs/performance.md says. That they are the CPU's is tested in
// tests/interaction/interaction_engines_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/interaction_index.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {
namespace {

constexpr std::int64_t ample_shared_memory = 100'000;

struct Sums {
  std::vector<double> flows, out_by_industry, in_by_industry, deliveries_out, deliveries_in, supplies_in;
  bool invalid = false;
  friend bool operator==(Sums const&, Sums const&) = default;
};

/// Whole numbers in every cell but some; every second industry is a raw material.
struct Table {
  Table(std::int64_t of_regions, std::int64_t of_industries) : regions(of_regions), industries(of_industries) {
    for (std::int64_t k = 0; k < regions * regions * industries; ++k) {
      value.push_back(k % 5 == 0 ? 0.0 : static_cast<double>(k * 37 % 101));
    }
  }

  [[nodiscard]] Sums expected() const {
    auto const n = static_cast<std::size_t>(regions), m = static_cast<std::size_t>(industries);
    Sums sums{std::vector<double>(n * n), std::vector<double>(n * m), std::vector<double>(n * m),
              std::vector<double>(n),     std::vector<double>(n),     std::vector<double>(n)};
    for (std::size_t r = 0; r < n; ++r) {
      for (std::size_t s = 0; s < n; ++s) {
        for (std::size_t i = 0; i < m; ++i) {
          double const amount = value[(r * n + s) * m + i];
          sums.flows[r * n + s] += amount;
          if (r == s) continue;
          sums.out_by_industry[r * m + i] += amount;
          sums.in_by_industry[s * m + i] += amount;
          sums.deliveries_out[r] += amount;
          sums.deliveries_in[s] += amount;
          sums.supplies_in[s] += i % 2 == 1 ? amount : 0;
        }
      }
    }
    return sums;
  }

  std::int64_t regions, industries;
  std::vector<double> value;
};

/// Memory of the totals on the device, and their last kernel.
class Totals {
 public:
  explicit Totals(Table const& table)
      : table_(table),
        flows(zeros(table.regions * table.regions)),
        out_by_industry(zeros(cells())),
        in_by_industry(zeros(cells())),
        raw_by_industry(zeros(cells())),
        invalid(std::vector<unsigned>(1, 0)) {
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  }

  [[nodiscard]] std::int64_t cells() const { return table_.regions * table_.industries; }

  Sums finish(double const* in_by_chunk, std::int64_t chunks, bool by_use) {
    std::vector<std::uint8_t> raw;
    for (std::int64_t i = 0; i < table_.industries; ++i) raw.push_back(i % 2 == 1 ? 1 : 0);
    auto const regions = static_cast<std::size_t>(table_.regions);
    simt::DeviceArray<std::uint8_t> const raw_industries(raw);
    simt::DeviceArray<double> const deliveries_out(regions), deliveries_in(regions), supplies_in(regions);
    EXPECT_EQ(launch_shipment_totals(stream, {.in_by_chunk = in_by_chunk,
                                              .raw_by_industry = by_use ? raw_by_industry.data() : nullptr,
                                              .raw_industries = raw_industries.data(),
                                              .out_by_industry = out_by_industry.data(),
                                              .in_by_industry = in_by_industry.data(),
                                              .deliveries_out = deliveries_out.data(),
                                              .deliveries_in = deliveries_in.data(),
                                              .supplies_in = supplies_in.data(),
                                              .regions = table_.regions,
                                              .industries = table_.industries,
                                              .chunks = chunks}),
              cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
    return {flows.values(),         out_by_industry.values(), in_by_industry.values(), deliveries_out.values(),
            deliveries_in.values(), supplies_in.values(),     invalid.values()[0] != 0};
  }

 private:
  static std::vector<double> zeros(std::int64_t count) { return std::vector<double>(static_cast<std::size_t>(count)); }

  Table const& table_;

 public:
  simt::DeviceArray<double> flows, out_by_industry, in_by_industry, raw_by_industry;
  simt::DeviceArray<unsigned> invalid;
  cudaStream_t stream = nullptr;
};

/// The table in parts of so many chunks of so many origins.
Sums run_table(Table const& table, std::int64_t most_shared_bytes, std::int64_t origins_of_chunk,
               std::int64_t chunks_of_part) {
  simt::launch_log().clear();
  Totals totals(table);
  std::int64_t const chunks = (table.regions + origins_of_chunk - 1) / origins_of_chunk,
                     tiles = (table.regions + tile_destinations - 1) / tile_destinations;
  simt::DeviceArray<double> const in_by_chunk(static_cast<std::size_t>(chunks * totals.cells()));
  for (std::int64_t first = 0; first < chunks; first += chunks_of_part) {
    std::int64_t const begin = first * origins_of_chunk,
                       end = std::min(table.regions, (first + chunks_of_part) * origins_of_chunk);
    simt::DeviceArray<double> const value(
        std::vector<double>(table.value.begin() + begin * totals.cells(), table.value.begin() + end * totals.cells()));
    simt::DeviceArray<double> const out_by_tile(static_cast<std::size_t>((end - begin) * tiles * table.industries));
    EXPECT_EQ(launch_shipment_table(totals.stream, most_shared_bytes,
                                    {.value = value.data(),
                                     .flows = totals.flows.data(),
                                     .out_by_tile = out_by_tile.data(),
                                     .out_by_industry = totals.out_by_industry.data(),
                                     .in_by_chunk = in_by_chunk.data(),
                                     .invalid = totals.invalid.data(),
                                     .regions = table.regions,
                                     .industries = table.industries,
                                     .first_origin = begin,
                                     .origins = end - begin,
                                     .origins_of_chunk = origins_of_chunk,
                                     .chunks = std::min(chunks_of_part, chunks - first)}),
              cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(totals.stream), cudaSuccess);
  }
  return totals.finish(in_by_chunk.data(), chunks, false);
}

/// The cells above 0 as a list, entries by industry, destination and origin; each halved, so that two have a key.
Sums run_list(Table const& table, bool by_use, std::int64_t origins_of_chunk) {
  simt::launch_log().clear();
  std::vector<std::int32_t> origin, destination, industry;
  std::vector<double> value;
  std::vector<std::uint8_t> is_raw;
  for (std::int64_t i = 0; i < table.industries; ++i) {
    for (std::int64_t s = 0; s < table.regions; ++s) {
      for (std::int64_t r = 0; r < table.regions; ++r) {
        double const amount = table.value[static_cast<std::size_t>((r * table.regions + s) * table.industries + i)];
        for (int half = 0; amount != 0 && half < 2; ++half) {
          origin.push_back(static_cast<std::int32_t>(r));
          destination.push_back(static_cast<std::int32_t>(s));
          industry.push_back(static_cast<std::int32_t>(i));
          value.push_back(amount / 2);
          is_raw.push_back(i % 2 == 1 ? 1 : 0);
        }
      }
    }
  }
  Totals totals(table);
  simt::DeviceArray<std::int32_t> const origins(origin), destinations(destination), industries(industry);
  simt::DeviceArray<double> const values(value), keys(value.size());
  simt::DeviceArray<std::uint8_t> const uses(is_raw);
  simt::DeviceArray<std::uint64_t> const positions(value.size());
  ShipmentListArguments const arguments{.origin = origins.data(),
                                        .destination = destinations.data(),
                                        .industry = industries.data(),
                                        .value = values.data(),
                                        .is_raw = by_use ? uses.data() : nullptr,
                                        .keys = keys.data(),
                                        .positions = positions.data(),
                                        .flows = totals.flows.data(),
                                        .out_by_industry = totals.out_by_industry.data(),
                                        .in_by_industry = totals.in_by_industry.data(),
                                        .raw_by_industry = by_use ? totals.raw_by_industry.data() : nullptr,
                                        .invalid = totals.invalid.data(),
                                        .shipments = static_cast<std::int64_t>(value.size()),
                                        .regions = table.regions,
                                        .industries = table.industries,
                                        .origins_of_chunk = origins_of_chunk};
  for (ShipmentSum const sum : {ShipmentSum::flows, ShipmentSum::deliveries_in, ShipmentSum::deliveries_out}) {
    EXPECT_EQ(launch_shipment_keys(totals.stream, sum, arguments), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(totals.stream), cudaSuccess);
    // The device's sort has its own test, tests/cuda/device_wide_test.cpp.
    std::vector<double> const unsorted = keys.values();
    std::vector<std::uint64_t> const entries = positions.values();
    std::vector<std::size_t> order(value.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return unsorted[a] < unsorted[b]; });
    {
      simt::DeviceMemoryOpen const open;
      for (std::size_t place = 0; place < order.size(); ++place) {
        keys.data()[place] = unsorted[order[place]];
        positions.data()[place] = entries[order[place]];
      }
    }
    EXPECT_EQ(launch_shipment_sums(totals.stream, sum, arguments), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(totals.stream), cudaSuccess);
  }
  return totals.finish(nullptr, 1, by_use);
}

TEST(InteractionIndex, SumsOfTables) {
  for (auto const& [regions, industries] : {std::pair{1, 2}, {3, 1}, {16, 8}, {17, 9}, {21, 33}, {5, 600}}) {
    Table const table(regions, industries);
    Sums const expected = table.expected();
    EXPECT_TRUE(run_table(table, ample_shared_memory, 7, 8) == expected) << regions << " x " << industries;
    EXPECT_TRUE(run_table(table, 0, 2, 3) == expected) << regions << " x " << industries << ", in parts";
  }
}

TEST(InteractionIndex, SumsOfLists) {
  for (auto const& [regions, industries] : {std::pair{2, 1}, {5, 3}, {17, 9}}) {
    Table const table(regions, industries);
    Sums const expected = table.expected();
    EXPECT_TRUE(run_list(table, false, 3) == expected) << regions << " x " << industries;
    EXPECT_TRUE(run_list(table, true, 100) == expected) << regions << " x " << industries << ", with uses";
  }
}

TEST(InteractionIndex, InvalidValuesAreSeenWhereverTheyStand) {
  for (double const value : {-1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    for (std::size_t const at : {0U, 17U * 17 * 9 - 1, 4U * 17 * 9 + 4 * 9 + 8}) {  // the last one within a region
      Table table(17, 9);
      table.value[at] = value;
      EXPECT_TRUE(run_table(table, ample_shared_memory, 5, 2).invalid) << value << " at " << at;
      EXPECT_TRUE(run_list(table, false, 5).invalid) << value << " at " << at;
    }
  }
}

// The cost model of docs/performance.md: the table is read once.
TEST(InteractionIndex, CostsOfATableAreThoseOfTheModel) {
  constexpr std::uint64_t regions = 32, industries = 16, origins_of_chunk = 8, chunks = 4, tiles = 2, cells = 32 * 16;
  run_table(Table(regions, industries), ample_shared_memory, origins_of_chunk, chunks);
  ASSERT_EQ(simt::launch_log().size(), 3U);
  simt::LaunchCount const &sums = simt::launch_log()[0], &out = simt::launch_log()[1], &totals = simt::launch_log()[2];
  EXPECT_EQ(sums.grid.x * sums.grid.y, tiles * chunks);
  EXPECT_EQ(sums.shared_bytes, 8 * (8 + 16) * industries);
  EXPECT_EQ(sums.barriers, tiles * regions);
  EXPECT_EQ(sums.atomics, 0U);
  if (!sums.counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  EXPECT_EQ(sums.global_load_bytes, 8 * regions * cells);
  EXPECT_EQ(sums.global_load_sectors, regions * cells / 4);
  EXPECT_EQ(sums.global_store_bytes, 8 * (regions * regions + tiles * cells + chunks * cells));
  EXPECT_EQ(out.global_load_bytes, 8 * tiles * cells);
  EXPECT_EQ(out.global_store_bytes, 8 * cells);
  // The chunks; then deliveries out and in of all industries, supplies of half of them, and which these are.
  EXPECT_EQ(totals.global_load_bytes, 8 * (chunks * cells + 2 * cells + cells / 2) + cells);
  EXPECT_EQ(totals.global_store_bytes, 8 * (cells + 3 * regions));
}

TEST(InteractionIndex, CostsOfAListAreThoseOfTheModel) {
  Table const table(12, 8);
  std::uint64_t const n = 2 * static_cast<std::uint64_t>(std::count_if(table.value.begin(), table.value.end(),
                                                                       [](double value) { return value != 0; }));
  run_list(table, false, 4);
  std::vector<simt::LaunchCount> const& log = simt::launch_log();
  ASSERT_EQ(log.size(), 7U);
  if (!log[0].counted) GTEST_SKIP() << "memory accesses are counted in the build with observed accesses";
  for (std::size_t const keys : {0U, 2U, 4U}) {
    std::uint64_t const positions = keys == 2 ? 8 : 0;
    EXPECT_EQ(log[keys].global_load_bytes, n * (20 + positions));
    EXPECT_EQ(log[keys].global_store_bytes, n * 16);
  }
  // Each entry's key, the key before it, and the keys that its sum looks at; its position and its value.
  for (std::size_t const sums : {1U, 3U, 5U}) {
    EXPECT_GE(log[sums].global_load_bytes, n * (8 + 8 + 8));
    EXPECT_LE(log[sums].global_load_bytes, n * (5 * 8 + 8 + 8 + 16));
  }
}

}  // namespace
}  // namespace regio::cuda
