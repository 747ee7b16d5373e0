/// Whether totals, indices and distributions are the same to the bit; NaN is the same as NaN of the same bits.
#pragma once

#include <regio/bootstrap_index.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <utility>
#include <vector>

namespace regio {

inline testing::AssertionResult same_bits(std::vector<double> const& a, std::vector<double> const& b) {
  if (a.size() != b.size()) return testing::AssertionFailure() << a.size() << " numbers and " << b.size();
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::memcmp(&a[k], &b[k], sizeof(double)) != 0) {
      return testing::AssertionFailure() << "number " << k << " is " << a[k] << " and " << b[k];
    }
  }
  return testing::AssertionSuccess();
}

/// Of several vectors with their names.
inline testing::AssertionResult same_bits(
    std::initializer_list<std::pair<char const*, std::pair<std::vector<double> const*, std::vector<double> const*>>>
        pairs) {
  for (auto const& [name, both] : pairs) {
    testing::AssertionResult const same = same_bits(*both.first, *both.second);
    if (!same) return testing::AssertionFailure() << name << ": " << same.message();
  }
  return testing::AssertionSuccess();
}

inline testing::AssertionResult same_bits(ShipmentTotals const& a, ShipmentTotals const& b) {
  return same_bits({{"flows", {&a.flows, &b.flows}},
                    {"out_by_industry", {&a.out_by_industry, &b.out_by_industry}},
                    {"in_by_industry", {&a.in_by_industry, &b.in_by_industry}},
                    {"deliveries_out", {&a.deliveries_out, &b.deliveries_out}},
                    {"deliveries_in", {&a.deliveries_in, &b.deliveries_in}},
                    {"supplies_in", {&a.supplies_in, &b.supplies_in}}});
}

inline testing::AssertionResult same_bits(InteractionIndex const& a, InteractionIndex const& b) {
  if (a.rank != b.rank) return testing::AssertionFailure() << "the ranks differ";
  return same_bits({{"industries", {&a.industries, &b.industries}},
                    {"supplies", {&a.supplies, &b.supplies}},
                    {"volume", {&a.volume, &b.volume}},
                    {"links", {&a.links, &b.links}},
                    {"index", {&a.index, &b.index}}});
}

inline testing::AssertionResult same_bits(ReplicateDistribution const& a, ReplicateDistribution const& b) {
  return same_bits({{"mean", {&a.mean, &b.mean}},
                    {"standard_deviation", {&a.standard_deviation, &b.standard_deviation}},
                    {"low", {&a.low, &b.low}},
                    {"high", {&a.high, &b.high}}});
}

/// Outcomes, totals and indices of every problem.
inline testing::AssertionResult same_bits(InteractionReport const& a, InteractionReport const& b) {
  if (a.outcome != b.outcome) return testing::AssertionFailure() << "the outcomes differ";
  for (std::size_t p = 0; p < a.outcome.size(); ++p) {
    testing::AssertionResult same = same_bits(a.totals[p], b.totals[p]);
    if (same) same = same_bits(a.interaction[p], b.interaction[p]);
    if (!same) return testing::AssertionFailure() << "problem " << p << ", " << same.message();
  }
  return testing::AssertionSuccess();
}

/// Outcomes, estimates and distributions of every problem.
inline testing::AssertionResult same_bits(BootstrapIndexReport const& a, BootstrapIndexReport const& b) {
  if (a.outcome != b.outcome || a.shipments != b.shipments) {
    return testing::AssertionFailure() << "the outcomes or the numbers of shipments differ";
  }
  for (std::size_t p = 0; p < a.outcome.size(); ++p) {
    testing::AssertionResult same = same_bits(a.estimate[p], b.estimate[p]);
    if (!same) return testing::AssertionFailure() << "estimate of problem " << p << ", " << same.message();
    for (std::size_t s = 0; s < interaction_series_count; ++s) {
      same = same_bits(a.distribution[p][s], b.distribution[p][s]);
      if (!same) return testing::AssertionFailure() << "problem " << p << ", series " << s << ", " << same.message();
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace regio
