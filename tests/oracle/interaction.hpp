/// The index of interregional interaction as equation 1 of the article has it, one shipment at a time.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

namespace oracle {

struct Shipment {
  int origin, destination, industry;
  double value;
  bool raw;
};

struct Interaction {
  double industries, supplies, volume, links;
};

/// `traded` [industries]; regions and industries are numbered from 0.
inline std::vector<Interaction> interaction(std::vector<Shipment> const& shipments, int regions,
                                            std::vector<bool> const& traded) {
  std::vector<std::set<int>> industries_of(static_cast<std::size_t>(regions)), partners_of(industries_of);
  std::vector<long double> out(static_cast<std::size_t>(regions)), in(out), raw(out);
  int traded_industries = 0;
  for (bool const t : traded) traded_industries += t ? 1 : 0;
  long double all = 0;
  for (Shipment const& shipment : shipments) {
    if (shipment.origin == shipment.destination || shipment.value == 0) continue;
    auto const r = static_cast<std::size_t>(shipment.origin), s = static_cast<std::size_t>(shipment.destination);
    if (traded[static_cast<std::size_t>(shipment.industry)]) industries_of[r].insert(shipment.industry);
    partners_of[r].insert(shipment.destination);
    out[r] += shipment.value;
    in[s] += shipment.value;
    all += shipment.value;
    if (shipment.raw) raw[s] += shipment.value;
  }
  std::vector<Interaction> result;
  for (std::size_t r = 0; r < out.size(); ++r) {
    double const none = std::numeric_limits<double>::quiet_NaN();
    result.push_back({static_cast<double>(industries_of[r].size()) / traded_industries,
                      in[r] > 0 ? static_cast<double>(raw[r] / in[r]) : none,
                      all > 0 ? static_cast<double>(out[r] / (all / regions)) : none,
                      static_cast<double>(partners_of[r].size()) / regions});
  }
  return result;
}

}  // namespace oracle
