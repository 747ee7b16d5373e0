/// Shipments that tests of interaction share: random ones, as a list and as a table.
#pragma once

#include <regio/shipments.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/oracle/interaction.hpp"

namespace regio {

struct ShipmentData {
  Index regions = 0, industries = 0;
  std::vector<std::int32_t> origin, destination, industry;
  std::vector<double> value;
  std::vector<std::uint8_t> is_raw;
  std::vector<double> table;
  std::vector<std::uint8_t> raw_industries;

  void add(Index r, Index s, Index i, double amount) {
    origin.push_back(static_cast<std::int32_t>(r));
    destination.push_back(static_cast<std::int32_t>(s));
    industry.push_back(static_cast<std::int32_t>(i));
    value.push_back(amount);
    is_raw.push_back(raw_industries[static_cast<std::size_t>(i)]);
    table[static_cast<std::size_t>((r * regions + s) * industries + i)] += amount;
  }

  [[nodiscard]] Shipments as_table() const {
    return {.regions = regions,
            .industries = industries,
            .table = {table.data(), regions, regions, industries},
            .raw_industries = raw_industries};
  }
  /// With the use by industry, or with every shipment.
  [[nodiscard]] Shipments as_list(bool use_of_each = false) const {
    Shipments result{.regions = regions,
                     .industries = industries,
                     .list = {.origin = origin, .destination = destination, .industry = industry, .value = value}};
    if (use_of_each) {
      result.list.is_raw = is_raw;
    } else {
      result.raw_industries = raw_industries;
    }
    return result;
  }
  [[nodiscard]] std::vector<oracle::Shipment> for_oracle() const {
    std::vector<oracle::Shipment> result;
    for (std::size_t k = 0; k < value.size(); ++k) {
      result.push_back({origin[k], destination[k], industry[k], value[k], is_raw[k] != 0});
    }
    return result;
  }
};

inline ShipmentData empty_shipments(Index regions, Index industries) {
  ShipmentData data;
  data.regions = regions;
  data.industries = industries;
  data.table.resize(static_cast<std::size_t>(regions * regions * industries));
  data.raw_industries.resize(static_cast<std::size_t>(industries));
  return data;
}

/// Shipments of which a share is there, in random order; the last region ships nothing.
inline ShipmentData random_shipments(Index regions, Index industries, double share, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::lognormal_distribution<double> amount(2, 2);
  std::bernoulli_distribution there(share), raw(0.4);
  ShipmentData data = empty_shipments(regions, industries);
  for (std::uint8_t& r : data.raw_industries) r = raw(generator) ? 1 : 0;
  std::vector<Index> cells;
  for (Index k = 0; k < (regions - 1) * regions * industries; ++k) {
    if (there(generator)) cells.push_back(k);
  }
  std::shuffle(cells.begin(), cells.end(), generator);
  for (Index const k : cells) {
    data.add(k / industries / regions, k / industries % regions, k % industries, amount(generator));
  }
  return data;
}

/// Amounts of very different size, whose sums show the order in which they were added. Some entries of the list are of
/// the same shipment, and some are within a region.
inline ShipmentData uneven_shipments(Index regions, Index industries, double share, unsigned seed) {
  ShipmentData data = random_shipments(regions, industries, share, seed);
  std::mt19937_64 generator(seed);
  std::lognormal_distribution<double> amount(0, 9);
  std::size_t const entries = data.value.size();
  for (std::size_t k = 0; k < entries; k += 5) {
    data.add(data.origin[k], data.destination[k], data.industry[k], amount(generator));
    data.is_raw.back() = static_cast<std::uint8_t>(1 - data.is_raw[k]);
  }
  for (Index r = 0; r < regions; r += 2) data.add(r, r, r % industries, amount(generator));
  return data;
}

}  // namespace regio
