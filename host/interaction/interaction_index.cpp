#include <regio/interaction_index.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/backend.hpp"
#include "core/contract.hpp"
#include "interaction/interaction_index_operation.hpp"
#include "interaction/shipment_checks.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

void check_options(InteractionOptions const& options) {
  if (!(options.link_threshold >= 0 && options.link_threshold < 1)) {
    refuse("interaction_index: options.link_threshold",
           "is " + number_text(options.link_threshold) + "; a share in [0, 1) is expected");
  }
  for (std::size_t c = 0; c < options.weights.size(); ++c) {
    if (!std::isfinite(options.weights[c])) {
      refuse("interaction_index: options.weights",
             fmt::format("[{}] is {}; weights are finite", c, number_text(options.weights[c])));
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

/// Q: shares of the traded industries that a region ships.
std::vector<double> shipped_industries(ShipmentTotals const& totals, VectorView<std::uint8_t const> traded) {
  auto const counts = [&](Index i) { return traded.empty() || traded[i] != 0; };
  Index all = 0;
  for (Index i = 0; i < totals.industries; ++i) all += counts(i) ? 1 : 0;
  std::vector<double> result;
  for (Index r = 0; r < totals.regions; ++r) {
    Index shipped = 0;
    for (Index i = 0; i < totals.industries; ++i) {
      if (counts(i) && totals.out_by_industry[static_cast<std::size_t>(r * totals.industries + i)] > 0) ++shipped;
    }
    result.push_back(static_cast<double>(shipped) / static_cast<double>(all));
  }
  return result;
}

/// R: shares of the regions that a region interacts with.
std::vector<double> linked_regions(ShipmentTotals const& totals, InteractionOptions const& options) {
  MatrixView<double const> const flow = totals.flow_matrix();
  auto const ships = [&](Index r, Index s) {
    return flow(r, s) > options.link_threshold * totals.deliveries_out[static_cast<std::size_t>(r)];
  };
  auto const receives = [&](Index r, Index s) {
    return flow(s, r) > options.link_threshold * totals.deliveries_in[static_cast<std::size_t>(r)];
  };
  std::vector<double> result;
  for (Index r = 0; r < totals.regions; ++r) {
    Index links = 0;
    for (Index s = 0; s < totals.regions; ++s) {
      if (s == r) continue;
      bool const linked = (options.links != InteractionLinks::incoming && ships(r, s)) ||
                          (options.links != InteractionLinks::outgoing && receives(r, s));
      links += linked ? 1 : 0;
    }
    result.push_back(static_cast<double>(links) / static_cast<double>(totals.regions));
  }
  return result;
}

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

std::string_view name(InteractionLinks links) noexcept {
  switch (links) {
    case InteractionLinks::outgoing: return "outgoing";
    case InteractionLinks::incoming: return "incoming";
    case InteractionLinks::either: return "either";
  }
  return "unknown";
}

std::string_view name(InteractionAggregation aggregation) noexcept {
  switch (aggregation) {
    case InteractionAggregation::sum: return "sum";
    case InteractionAggregation::product: return "product";
    case InteractionAggregation::z_score: return "z-score";
  }
  return "unknown";
}

InteractionIndex interaction_of(ShipmentTotals const& totals, VectorView<std::uint8_t const> traded,
                                InteractionOptions const& options) {
  check_traded("interaction_of: traded", traded, totals.industries);
  InteractionIndex result;
  result.industries = shipped_industries(totals, traded);
  result.links = linked_regions(totals, options);
  double const all = std::accumulate(totals.deliveries_out.begin(), totals.deliveries_out.end(), 0.0);
  double const mean = all / static_cast<double>(totals.regions);
  for (std::size_t r = 0; r < totals.deliveries_out.size(); ++r) {
    double const in = totals.deliveries_in[r];
    result.supplies.push_back(in > 0 ? totals.supplies_in[r] / in : no_number);
    result.volume.push_back(mean > 0 ? totals.deliveries_out[r] / mean : no_number);
  }
  result.index = aggregate({result.industries, result.supplies, result.volume, result.links}, options);
  result.rank = ranks(result.index);
  return result;
}

InteractionReport interaction_index(Engine& engine, InteractionOptions const& options,
                                    std::vector<InteractionProblem> const& problems) {
  check_options(options);
  auto const where = [](std::size_t b) { return fmt::format("interaction_index: problems[{}]", b); };
  InteractionReport report;
  for (std::size_t b = 0; b < problems.size(); ++b) {
    check_shapes(where(b) + ".shipments", problems[b].shipments);
    check_traded(where(b) + ".traded", problems[b].traded, problems[b].shipments.industries);
    report.totals.push_back(empty_totals(problems[b].shipments));
  }
  std::vector<ShipmentItem> items;
  for (std::size_t b = 0; b < problems.size(); ++b) {
    items.push_back({.shipments = &problems[b].shipments, .totals = &report.totals[b]});
  }
  InteractionIndexOperation operation{.items = items, .control = options.control};
  run(engine, operation);
  for (std::size_t b = 0; b < problems.size(); ++b) {
    if (items[b].finished && !items[b].valid) refuse_shipments(where(b) + ".shipments", problems[b].shipments);
    report.outcome.push_back(items[b].finished ? Outcome::converged : Outcome::cancelled);
    report.interaction.push_back(items[b].finished ? interaction_of(report.totals[b], problems[b].traded, options)
                                                   : InteractionIndex{});
  }
  return report;
}

}  // namespace regio
