/// Shipments made by rule, for tests of the report on interaction: regions "R1", "R2", ... in rows of eight, as
/// synthetic_boundaries() draws them.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "study/interaction_analysis.hpp"

namespace regio::test {

struct InteractionShape {
  Index regions = 12;
  Index industries = 6;
  Index years = 3;
  bool with_facts = true;  ///< product, distances, employment and product by industry
};

inline double synthetic_distance(Index r, Index s) {
  return 100 * std::hypot(static_cast<double>(r % 8 - s % 8), 1.5 * static_cast<double>(r / 8 - s / 8));
}

/// Region r has the size 1 + r mod 5. It ships nothing to s where (3 r + s) mod 7 is below r mod 3; otherwise every
/// industry i with (r + i) mod 3 > 0 and (r + 2 s + i) mod 4 > 0, as much as both sizes over their distance; every
/// second industry is raw.
inline study::InteractionInputs synthetic_interaction(InteractionShape const& shape) {
  study::InteractionInputs inputs;
  study::ShipmentsFile& file = inputs.shipments;
  for (Index r = 0; r < shape.regions; ++r) file.regions.insert("R" + std::to_string(r + 1));
  for (Index i = 0; i < shape.industries; ++i) {
    std::string const code = std::to_string(i + 1);
    file.industries.insert(code);
    file.industry_labels[code] = "Industry " + code;
    file.classes.push_back(i % 3 == 2 ? IndustryClass::local : IndustryClass::traded);
    file.traded.push_back(i % 3 == 2 ? 0 : 1);
  }
  auto const size = [](Index r) { return 1 + static_cast<double>(r % 5); };
  file.has_years = shape.years > 1;
  file.has_use = true;
  for (Index y = 0; y < shape.years; ++y) {
    study::ShipmentsOfYear& year = file.years.emplace_back();
    year.year = 2020 + static_cast<int>(y);
    for (Index r = 0; r < shape.regions; ++r) {
      for (Index s = 0; s < shape.regions; ++s) {
        for (Index i = 0; i < shape.industries; ++i) {
          if (r == s || (3 * r + s) % 7 < r % 3 || (r + i) % 3 == 0 || (r + 2 * s + i) % 4 == 0) continue;
          year.origin.push_back(static_cast<std::int32_t>(r));
          year.destination.push_back(static_cast<std::int32_t>(s));
          year.industry.push_back(static_cast<std::int32_t>(i));
          year.value.push_back(std::round(1e5 * size(r) * size(s) / synthetic_distance(r, s)) +
                               static_cast<double>((y + 1) * (i + 1)));
          year.is_raw.push_back(i % 2 == 0 ? 1 : 0);
        }
      }
    }
  }
  if (!shape.with_facts) return inputs;
  inputs.unit = "thousand USD";
  inputs.distance_unit = "km";
  study::RegionalFacts employment, product;
  employment.industries = product.industries = file.industries;
  for (Index r = 0; r < shape.regions; ++r) {
    inputs.product.push_back(1000 * size(r) + static_cast<double>(r));
    for (Index s = 0; s < shape.regions; ++s) {
      inputs.distances.push_back(r == s ? std::numeric_limits<double>::quiet_NaN() : synthetic_distance(r, s));
    }
    for (Index i = 0; i < shape.industries; ++i) {
      double const employed = (r + i) % 4 == 0 ? 0 : 100 * size(r) + static_cast<double>(20 * i);
      employment.values.push_back(employed);
      product.values.push_back(employed * (i % 3 == 2 ? 1 : 1.5 + static_cast<double>(r % 3)));
    }
  }
  inputs.employment = employment;
  inputs.product_by_industry = product;
  return inputs;
}

}  // namespace regio::test
