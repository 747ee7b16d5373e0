#include "interaction/index_components.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "core/contract.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// (value - mean) / standard deviation over the regions that have the component; 0 where all are equal.
std::vector<double> z_scores(std::vector<double> const& component) {
  double sum = 0, squares = 0, count = 0;
  for (double const value : component) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  double const mean = sum / count;
  for (double const value : component) {
    if (!std::isnan(value)) squares += (value - mean) * (value - mean);
  }
  double const deviation = std::sqrt(squares / count);
  std::vector<double> result;
  for (double const value : component) {
    result.push_back(deviation > 0 || std::isnan(value) ? (value - mean) / deviation : 0.0);
  }
  return result;
}

std::vector<Index> ranks(std::vector<double> const& index) {
  std::vector<Index> result;
  for (double const own : index) {
    auto const better = std::count_if(index.begin(), index.end(), [own](double other) { return other > own; });
    result.push_back(std::isnan(own) ? 0 : better + 1);
  }
  return result;
}

std::vector<double> aggregate(std::array<std::vector<double>, 4> components, InteractionOptions const& options) {
  bool const product = options.aggregation == InteractionAggregation::product;
  std::vector<double> result(components[0].size(), product ? 1.0 : 0.0);
  for (std::size_t c = 0; c < components.size(); ++c) {
    double const weight = options.weights[c];
    if (weight == 0) continue;
    if (options.aggregation == InteractionAggregation::z_score) components[c] = z_scores(components[c]);
    for (std::size_t r = 0; r < result.size(); ++r) {
      double const value = components[c][r];
      if (product) {
        result[r] *= weight == 1 ? value : std::pow(value, weight);
      } else {
        result[r] += weight * value;
      }
    }
  }
  return result;
}

}  // namespace

void check_interaction_options(std::string const& where, InteractionOptions const& options) {
  if (!(options.link_threshold >= 0 && options.link_threshold < 1)) {
    refuse(where + ".link_threshold", "is " + number_text(options.link_threshold) + "; a share in [0, 1) is expected");
  }
  for (std::size_t c = 0; c < options.weights.size(); ++c) {
    if (!std::isfinite(options.weights[c])) {
      refuse(where + ".weights", fmt::format("[{}] is {}; weights are finite", c, number_text(options.weights[c])));
    }
  }
}

void check_traded(std::string const& where, VectorView<std::uint8_t const> traded, Index industries) {
  if (traded.empty()) return;
  if (traded.size() != industries) {
    refuse(where, fmt::format("has {} entries for {} industries", traded.size(), industries));
  }
  if (std::none_of(traded.begin(), traded.end(), [](std::uint8_t t) { return t != 0; })) {
    refuse(where, "names no traded industry");
  }
}

ShipmentTotals empty_totals(Shipments const& shipments) {
  auto const regions = static_cast<std::size_t>(shipments.regions);
  auto const industries = static_cast<std::size_t>(shipments.industries);
  ShipmentTotals totals;
  totals.regions = shipments.regions;
  totals.industries = shipments.industries;
  totals.flows.assign(regions * regions, 0.0);
  totals.out_by_industry.assign(regions * industries, 0.0);
  totals.in_by_industry.assign(regions * industries, 0.0);
  totals.supplies_in.assign(regions, 0.0);
  totals.deliveries_out.assign(regions, 0.0);
  totals.deliveries_in.assign(regions, 0.0);
  return totals;
}

InteractionIndex interaction_from(std::vector<double> industries, std::vector<double> links,
                                  RegionDeliveries const& deliveries, InteractionOptions const& options) {
  InteractionIndex result;
  result.industries = std::move(industries);
  result.links = std::move(links);
  double const all = std::accumulate(deliveries.out.begin(), deliveries.out.end(), 0.0);
  double const mean = all / static_cast<double>(deliveries.out.size());
  for (std::size_t r = 0; r < deliveries.out.size(); ++r) {
    double const in = deliveries.in[r];
    result.supplies.push_back(in > 0 ? deliveries.supplies[r] / in : no_number);
    result.volume.push_back(mean > 0 ? deliveries.out[r] / mean : no_number);
  }
  result.index = aggregate({result.industries, result.supplies, result.volume, result.links}, options);
  result.rank = ranks(result.index);
  return result;
}

}  // namespace regio
