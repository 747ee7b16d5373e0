#include "study/distance_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "study/label_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// The other direction of pairs that stand in one, and a finding for each pair that stands in none.
void complete_pairs(std::vector<double>& distances, RegionCodes const& regions, CsvTable const& table,
                    Findings& findings) {
  Index const n = regions.size();
  for (Index r = 0; r < n; ++r) {
    for (Index s = r + 1; s < n; ++s) {
      double &there = distances[position(r * n + s)], &back = distances[position(s * n + r)];
      if (std::isnan(there)) there = back;
      if (std::isnan(back)) back = there;
      if (!std::isnan(there)) continue;
      if (findings.full()) {
        findings.add_unlisted();
        continue;
      }
      findings.add(column_problem(table, "distance",
                                  fmt::format("a line for '{}' and '{}': every two regions need a distance",
                                              regions.codes()[position(r)], regions.codes()[position(s)])));
    }
  }
}

}  // namespace

std::vector<double> read_distances(std::filesystem::path const& path, RegionCodes const& regions, Findings& findings) {
  auto const table = open_table(path, findings);
  if (!table) return {};
  auto const origin = table->require("origin", findings), destination = table->require("destination", findings);
  auto const distance = table->require("distance", findings);
  refuse_other_columns(*table, {"origin", "destination", "distance"}, findings);
  if (!origin || !destination || !distance) return {};
  std::size_t const before = findings.size();
  std::vector<double> const given = complete_numbers(*table, *distance, "a distance above 0", findings);
  constexpr char const* study = "the study (merged regions have their new code)";
  LabelColumn origins(*table, *origin, regions, "region", study);
  LabelColumn destinations(*table, *destination, regions, "region", study);
  Index const n = regions.size();
  std::vector<double> distances(position(n * n), std::numeric_limits<double>::quiet_NaN());
  FilledOnce filled;
  for (Index row = 0; row < table->rows(); ++row) {
    auto const from = origins.find(row, findings), to = destinations.find(row, findings);
    double const value = given[position(row)];
    if (!from || !to || *from == *to || std::isnan(value)) continue;
    if (!(value > 0)) findings.add(table->problem(row, *distance, "a distance above 0"));
    std::string const key =
        fmt::format("the distance from {} to {}", regions.codes()[position(*from)], regions.codes()[position(*to)]);
    if (filled.fill(*table, row, *origin, *from * n + *to, key, findings)) distances[position(*from * n + *to)] = value;
  }
  if (findings.size() == before) complete_pairs(distances, regions, *table, findings);
  return distances;
}

}  // namespace regio::study
