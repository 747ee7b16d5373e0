#include "interaction/shipment_checks.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/contract.hpp"

namespace regio {
namespace {

bool is_shipment(double value) { return value >= 0 && std::isfinite(value); }

void check_size(std::string const& argument, Index found, Index expected, std::string const& per) {
  if (found != expected) refuse(argument, fmt::format("has {} entries for {} {}", found, expected, per));
}

void check_code(std::string const& argument, Index position, Index code, Index count, std::string const& of) {
  if (code < 0 || code >= count) {
    refuse(argument, fmt::format("[{}] is {}; there are {} {}", position, code, count, of));
  }
}

}  // namespace

void check_shapes(std::string const& where, Shipments const& shipments) {
  if (shipments.regions < 1) refuse(where + ".regions", fmt::format("is {}; at least 1 is needed", shipments.regions));
  if (shipments.industries < 1) {
    refuse(where + ".industries", fmt::format("is {}; at least 1 is needed", shipments.industries));
  }
  if (!shipments.raw_industries.empty()) {
    check_size(where + ".raw_industries", shipments.raw_industries.size(), shipments.industries, "industries");
  }
  ShipmentList const& list = shipments.list;
  if (!shipments.is_list()) {
    BatchView<double const> const& table = shipments.table;
    if (table.count() != shipments.regions || table.rows() != shipments.regions ||
        table.columns() != shipments.industries) {
      refuse(where + ".table", fmt::format("is {} x {} x {} for {} regions and {} industries", table.count(),
                                           table.rows(), table.columns(), shipments.regions, shipments.industries));
    }
    if (!list.value.empty()) refuse(where + ".list", "is given beside a table");
    return;
  }
  Index const count = list.value.size();
  check_size(where + ".list.origin", list.origin.size(), count, "values");
  check_size(where + ".list.destination", list.destination.size(), count, "values");
  check_size(where + ".list.industry", list.industry.size(), count, "values");
  if (!list.is_raw.empty()) check_size(where + ".list.is_raw", list.is_raw.size(), count, "values");
}

void refuse_shipments(std::string const& where, Shipments const& shipments) {
  std::string const expectation = "; shipments are finite and not negative";
  if (shipments.is_list()) {
    ShipmentList const& list = shipments.list;
    for (Index k = 0; k < list.value.size(); ++k) {
      check_code(where + ".list.origin", k, list.origin[k], shipments.regions, "regions");
      check_code(where + ".list.destination", k, list.destination[k], shipments.regions, "regions");
      check_code(where + ".list.industry", k, list.industry[k], shipments.industries, "industries");
      if (!is_shipment(list.value[k])) {
        refuse(where + ".list.value", fmt::format("[{}] is {}{}", k, number_text(list.value[k]), expectation));
      }
    }
  } else {
    for (Index r = 0; r < shipments.regions; ++r) {
      for (Index s = 0; s < shipments.regions; ++s) {
        for (Index i = 0; i < shipments.industries; ++i) {
          double const value = shipments.table(r, s, i);
          if (!is_shipment(value)) {
            refuse(where + ".table", fmt::format("[{}, {}, {}] is {}{}", r, s, i, number_text(value), expectation));
          }
        }
      }
    }
  }
  refuse(where, "holds an invalid shipment");
}

}  // namespace regio
