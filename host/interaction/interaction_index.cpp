#include <regio/interaction_index.hpp>

#include <fmt/format.h>

#include <string>

#include "core/backend.hpp"
#include "interaction/index_components.hpp"
#include "interaction/interaction_index_operation.hpp"
#include "interaction/shipment_checks.hpp"

namespace regio {
namespace {

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
  return interaction_from(shipped_industries(totals, traded), linked_regions(totals, options),
                          {totals.deliveries_out, totals.deliveries_in, totals.supplies_in}, options);
}

InteractionReport interaction_index(Engine& engine, InteractionOptions const& options,
                                    std::vector<InteractionProblem> const& problems) {
  check_interaction_options("interaction_index: options", options);
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
