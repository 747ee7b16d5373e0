#include <regio/regional_structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>

#include "core/contract.hpp"
#include "interaction/descending_order.hpp"
#include "interaction/shipment_checks.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

void check_volumes(std::string const& where, MatrixView<double const> volumes) {
  for (Index r = 0; r < volumes.rows(); ++r) {
    for (Index i = 0; i < volumes.columns(); ++i) {
      double const value = volumes(r, i);
      if (!(value >= 0) || !std::isfinite(value)) {
        refuse(where, fmt::format("[{}, {}] is {}; a finite number that is not negative is expected", r, i,
                                  number_text(value)));
      }
    }
  }
}

std::vector<double> row_sums(MatrixView<double const> matrix) {
  std::vector<double> sums;
  for (Index r = 0; r < matrix.rows(); ++r) {
    sums.push_back(std::accumulate(matrix.row(r).begin(), matrix.row(r).end(), 0.0));
  }
  return sums;
}

std::vector<double> column_sums(MatrixView<double const> matrix) {
  std::vector<double> sums(static_cast<std::size_t>(matrix.columns()));
  for (Index r = 0; r < matrix.rows(); ++r) {
    for (Index i = 0; i < matrix.columns(); ++i) sums[static_cast<std::size_t>(i)] += matrix(r, i);
  }
  return sums;
}

/// Rows divided by their sums; a row of zeros becomes NaN.
std::vector<double> shares_of_rows(MatrixView<double const> volumes) {
  std::vector<double> const sums = row_sums(volumes);
  std::vector<double> shares;
  shares.reserve(static_cast<std::size_t>(volumes.rows() * volumes.columns()));
  for (Index r = 0; r < volumes.rows(); ++r) {
    for (Index i = 0; i < volumes.columns(); ++i) shares.push_back(volumes(r, i) / sums[static_cast<std::size_t>(r)]);
  }
  return shares;
}

double measure_of(StructureMeasure measure, double const* p, double const* q, Index industries) {
  double difference = 0, common = 0, product = 0, p_square = 0, q_square = 0;
  for (Index i = 0; i < industries; ++i) {
    difference += std::abs(p[i] - q[i]);
    common += p[i] < q[i] ? p[i] : q[i];
    product += p[i] * q[i];
    p_square += p[i] * p[i];
    q_square += q[i] * q[i];
  }
  if (std::isnan(difference)) return no_number;
  switch (measure) {
    case StructureMeasure::krugman: return difference;
    case StructureMeasure::finger_kreinin: return common;
    case StructureMeasure::cosine: return product / std::sqrt(p_square * q_square);
    case StructureMeasure::bray_curtis: return difference / 2;
  }
  return no_number;
}

/// Volumes above 0 of the pairs a < b, by a and b, at a * regions + b.
std::vector<NumberAt> volumes_of_pairs(MatrixView<double const> flows) {
  Index const regions = flows.rows();
  // Columns are read some at a time: a line of the cache holds eight numbers of a row.
  constexpr Index columns_at_once = 16;
  std::vector<double> column(static_cast<std::size_t>(columns_at_once * regions));
  std::vector<NumberAt> volumes;
  volumes.reserve(static_cast<std::size_t>(regions * (regions - 1) / 2));
  for (Index first = 0; first < regions; first += columns_at_once) {
    Index const end = std::min(regions, first + columns_at_once);
    for (Index b = first + 1; b < regions; ++b) {
      for (Index a = first; a < end; ++a) column[static_cast<std::size_t>((a - first) * regions + b)] = flows(b, a);
    }
    for (Index a = first; a < end; ++a) {
      for (Index b = a + 1; b < regions; ++b) {
        double const volume = flows(a, b) + column[static_cast<std::size_t>((a - first) * regions + b)];
        if (volume > 0) volumes.push_back({volume, a * regions + b});
      }
    }
  }
  return volumes;
}

}  // namespace

std::string_view name(StructureMeasure measure) noexcept {
  switch (measure) {
    case StructureMeasure::krugman: return "krugman";
    case StructureMeasure::finger_kreinin: return "finger-kreinin";
    case StructureMeasure::cosine: return "cosine";
    case StructureMeasure::bray_curtis: return "bray-curtis";
  }
  return "unknown";
}

bool is_similarity(StructureMeasure measure) noexcept {
  return measure == StructureMeasure::finger_kreinin || measure == StructureMeasure::cosine;
}

std::vector<double> structure_of_pairs(StructureMeasure measure, MatrixView<double const> volumes) {
  check_volumes("structure_of_pairs: volumes", volumes);
  Index const regions = volumes.rows(), industries = volumes.columns();
  std::vector<double> const shares = shares_of_rows(volumes);
  std::vector<double> result(static_cast<std::size_t>(regions * regions));
  for (Index r = 0; r < regions; ++r) {
    for (Index s = 0; s <= r; ++s) {
      double const value =
          measure_of(measure, shares.data() + r * industries, shares.data() + s * industries, industries);
      result[static_cast<std::size_t>(r * regions + s)] = result[static_cast<std::size_t>(s * regions + r)] = value;
    }
  }
  return result;
}

std::vector<double> interaction_intensity(MatrixView<double const> flows) {
  check_volumes("interaction_intensity: flows", flows);
  Index const regions = flows.rows();
  if (flows.columns() != regions) {
    refuse("interaction_intensity: flows",
           fmt::format("is {} x {}; a square matrix is expected", regions, flows.columns()));
  }
  std::vector<double> out = row_sums(flows), in = column_sums(flows);
  double all = 0;
  for (Index r = 0; r < regions; ++r) {
    auto const region = static_cast<std::size_t>(r);
    out[region] = in[region] = 0;
    for (Index s = 0; s < regions; ++s) {
      if (s == r) continue;
      out[region] += flows(r, s);
      in[region] += flows(s, r);
    }
    all += out[region];
  }
  std::vector<double> result(static_cast<std::size_t>(regions * regions), no_number);
  for (Index r = 0; r < regions; ++r) {
    for (Index s = 0; s < regions; ++s) {
      double const expected = out[static_cast<std::size_t>(r)] * (in[static_cast<std::size_t>(s)] / all);
      if (s != r && expected > 0) result[static_cast<std::size_t>(r * regions + s)] = flows(r, s) / expected;
    }
  }
  return result;
}

std::vector<RegionPair> region_pairs(MatrixView<double const> flows) {
  check_volumes("region_pairs: flows", flows);
  if (flows.columns() != flows.rows()) {
    refuse("region_pairs: flows",
           fmt::format("is {} x {}; a square matrix is expected", flows.rows(), flows.columns()));
  }
  Index const regions = flows.rows();
  std::vector<NumberAt> volumes = volumes_of_pairs(flows);
  sort_descending(volumes);
  std::vector<RegionPair> pairs;
  pairs.reserve(volumes.size());
  for (auto const& [volume, position] : volumes) {
    Index const a = position / regions, b = position % regions;
    pairs.push_back({a, b, volume, flows(a, b), flows(b, a)});
  }
  return pairs;
}

double PairTrade::grubel_lloyd() const {
  double difference = 0, both = 0;
  for (std::size_t i = 0; i < a_to_b.size(); ++i) {
    difference += std::abs(a_to_b[i] - b_to_a[i]);
    both += a_to_b[i] + b_to_a[i];
  }
  return both > 0 ? 1 - difference / both : no_number;
}

std::vector<Index> PairTrade::industries_by_volume() const {
  auto const volume = [&](Index i) {
    return a_to_b[static_cast<std::size_t>(i)] + b_to_a[static_cast<std::size_t>(i)];
  };
  std::vector<Index> result;
  for (Index i = 0; i < static_cast<Index>(a_to_b.size()); ++i) {
    if (volume(i) > 0) result.push_back(i);
  }
  std::stable_sort(result.begin(), result.end(), [&](Index i, Index j) { return volume(i) > volume(j); });
  return result;
}

std::vector<PairTrade> pair_trades(Shipments const& shipments, std::vector<RegionPair> const& pairs) {
  check_shapes("pair_trades: shipments", shipments);
  auto const industries = static_cast<std::size_t>(shipments.industries);
  std::vector<PairTrade> trades(pairs.size(), {std::vector<double>(industries), std::vector<double>(industries)});
  std::unordered_map<Index, std::size_t> position;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    auto const [a, b] = std::pair(pairs[p].a, pairs[p].b);
    if (a < 0 || a >= b || b >= shipments.regions) {
      refuse("pair_trades: pairs",
             fmt::format("[{}] is {} and {}; a < b < {} is expected", p, a, b, shipments.regions));
    }
    position.emplace(a * shipments.regions + b, p);
    if (shipments.is_list()) continue;
    for (Index i = 0; i < shipments.industries; ++i) {
      trades[p].a_to_b[static_cast<std::size_t>(i)] = shipments.table(a, b, i);
      trades[p].b_to_a[static_cast<std::size_t>(i)] = shipments.table(b, a, i);
    }
  }
  ShipmentList const& list = shipments.list;
  for (Index k = 0; shipments.is_list() && k < list.value.size(); ++k) {
    Index const r = list.origin[k], s = list.destination[k], i = list.industry[k];
    if (std::min(r, s) < 0 || std::max(r, s) >= shipments.regions || i < 0 || i >= shipments.industries) {
      refuse_shipments("pair_trades: shipments", shipments);
    }
    auto const found = position.find(std::min(r, s) * shipments.regions + std::max(r, s));
    if (r == s || found == position.end()) continue;
    PairTrade& trade = trades[found->second];
    (r < s ? trade.a_to_b : trade.b_to_a)[static_cast<std::size_t>(i)] += list.value[k];
  }
  return trades;
}

Concentration concentration(VectorView<double const> values) {
  double sum = 0;
  for (Index k = 0; k < values.size(); ++k) {
    if (!(values[k] >= 0) || !std::isfinite(values[k])) {
      refuse("concentration: values",
             fmt::format("[{}] is {}; a finite number that is not negative is expected", k, number_text(values[k])));
    }
    sum += values[k];
  }
  if (sum == 0) return {no_number, no_number, no_number, 0};
  Concentration result;
  for (double const value : values) {
    double const share = value / sum;
    if (share == 0) continue;
    ++result.parts;
    result.hhi += share * share;
    result.entropy -= share * std::log(share);
  }
  result.entropy = std::max(0.0, result.entropy);
  result.effective_number = std::exp(result.entropy);
  return result;
}

std::vector<double> location_quotients(MatrixView<double const> volumes) {
  check_volumes("location_quotients: volumes", volumes);
  std::vector<double> const of_region = row_sums(volumes), of_industry = column_sums(volumes);
  double const all = std::accumulate(of_region.begin(), of_region.end(), 0.0);
  std::vector<double> result;
  for (Index r = 0; r < volumes.rows(); ++r) {
    for (Index i = 0; i < volumes.columns(); ++i) {
      double const region = of_region[static_cast<std::size_t>(r)], industry = of_industry[static_cast<std::size_t>(i)];
      result.push_back(region > 0 && industry > 0 ? (volumes(r, i) / region) / (industry / all) : no_number);
    }
  }
  return result;
}

std::vector<double> locational_gini(MatrixView<double const> volumes) {
  std::vector<double> const quotients = location_quotients(volumes);
  std::vector<double> const of_region = row_sums(volumes), of_industry = column_sums(volumes);
  double const all = std::accumulate(of_region.begin(), of_region.end(), 0.0);
  std::vector<double> result;
  for (Index i = 0; i < volumes.columns(); ++i) {
    double const industry = of_industry[static_cast<std::size_t>(i)];
    if (industry == 0) {
      result.push_back(no_number);
      continue;
    }
    auto const quotient = [&](Index r) { return quotients[static_cast<std::size_t>(r * volumes.columns() + i)]; };
    std::vector<Index> order;
    for (Index r = 0; r < volumes.rows(); ++r) {
      if (!std::isnan(quotient(r))) order.push_back(r);
    }
    std::stable_sort(order.begin(), order.end(), [&](Index r, Index s) { return quotient(r) < quotient(s); });
    double twice_below = 0, before = 0;
    for (Index const r : order) {
      double const after = before + volumes(r, i) / industry;
      twice_below += of_region[static_cast<std::size_t>(r)] / all * (before + after);
      before = after;
    }
    result.push_back(std::max(0.0, 1 - twice_below));
  }
  return result;
}

}  // namespace regio
