#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/random_streams.hpp"
#include "core/philox.hpp"

namespace regio {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(std::string const& argument, std::string const& message) {
  throw ContractError("join_count: " + argument, message);
}

void check(VectorView<std::int32_t const> labels, std::vector<NeighbourPair> const& pairs,
           JoinCountOptions const& options) {
  constexpr Index most_permutations = std::numeric_limits<std::int32_t>::max();
  if (options.permutations < 0 || options.permutations > most_permutations) {
    refuse("options.permutations", "is " + std::to_string(options.permutations) + "; expected 0 (no p-value) to " +
                                       std::to_string(most_permutations));
  }
  for (Index i = 0; i < labels.size(); ++i) {
    if (labels[i] < -1) {
      refuse("labels", "point " + std::to_string(i) + " has the label " + std::to_string(labels[i]) +
                           "; labels must be -1 (none) or more");
    }
  }
  std::vector<std::pair<Index, Index>> seen;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    auto const [a, b] = std::minmax(pairs[p].a, pairs[p].b);
    std::string const where = "pairs[" + std::to_string(p) + "]";
    if (a < 0 || b >= labels.size()) {
      refuse(where, "joins points " + std::to_string(pairs[p].a) + " and " + std::to_string(pairs[p].b) +
                        "; there are " + std::to_string(labels.size()));
    }
    if (a == b) refuse(where, "joins point " + std::to_string(a) + " with itself");
    seen.emplace_back(a, b);
  }
  std::sort(seen.begin(), seen.end());
  auto const twice = std::adjacent_find(seen.begin(), seen.end());
  if (twice != seen.end()) {
    refuse("pairs",
           "join points " + std::to_string(twice->first) + " and " + std::to_string(twice->second) + " more than once");
  }
}

/// The points that have a label, and the pairs between them.
struct LabelledPoints {
  std::vector<std::int32_t> labels;
  std::vector<NeighbourPair> pairs;
};

LabelledPoints labelled(VectorView<std::int32_t const> labels, std::vector<NeighbourPair> const& pairs) {
  LabelledPoints result;
  std::vector<Index> place;
  for (std::int32_t const label : labels) {
    place.push_back(static_cast<Index>(result.labels.size()));
    if (label >= 0) result.labels.push_back(label);
  }
  for (NeighbourPair const pair : pairs) {
    if (labels[pair.a] < 0 || labels[pair.b] < 0) continue;
    result.pairs.push_back({place[static_cast<std::size_t>(pair.a)], place[static_cast<std::size_t>(pair.b)]});
  }
  return result;
}

Index count_joins(std::vector<std::int32_t> const& labels, std::vector<NeighbourPair> const& pairs) {
  return std::count_if(pairs.begin(), pairs.end(), [&](NeighbourPair pair) {
    return labels[static_cast<std::size_t>(pair.a)] == labels[static_cast<std::size_t>(pair.b)];
  });
}

/// Every order is equally likely (Fisher and Yates).
void shuffle(std::vector<std::int32_t>& labels, PhiloxStream random) {
  for (std::size_t left = labels.size(); left > 1; --left) {
    std::swap(labels[left - 1], labels[random.next_below(static_cast<std::uint32_t>(left))]);
  }
}

double permutation_p_value(LabelledPoints const& points, Index observed, JoinCountOptions const& options) {
  if (options.permutations == 0 || points.pairs.empty()) return undefined;
  std::vector<std::int32_t> labels;
  Index as_many = 1;  // the labels as they are count as one of the permutations
  for (Index permutation = 0; permutation < options.permutations; ++permutation) {
    labels = points.labels;
    shuffle(labels, PhiloxStream(options.seed, join_count_stream, static_cast<std::uint32_t>(permutation)));
    as_many += count_joins(labels, points.pairs) >= observed ? 1 : 0;
  }
  return static_cast<double>(as_many) / static_cast<double>(options.permutations + 1);
}

}  // namespace

JoinCount join_count(VectorView<std::int32_t const> labels, std::vector<NeighbourPair> const& pairs,
                     JoinCountOptions const& options) {
  check(labels, pairs, options);
  LabelledPoints const points = labelled(labels, pairs);
  JoinCount result;
  result.pairs = static_cast<Index>(points.pairs.size());
  result.same_cluster = count_joins(points.labels, points.pairs);

  std::vector<std::int32_t> sorted = points.labels;
  std::sort(sorted.begin(), sorted.end());
  double together = 0;  // ordered pairs of points with one label
  for (auto first = sorted.begin(); first != sorted.end();) {
    auto const end = std::upper_bound(first, sorted.end(), *first);
    auto const size = static_cast<double>(end - first);
    together += size * (size - 1);
    ++result.clusters;
    first = end;
  }
  auto const n = static_cast<double>(sorted.size());
  result.expected = sorted.size() < 2 ? 0 : static_cast<double>(result.pairs) * together / (n * (n - 1));
  result.ratio = result.expected > 0 ? static_cast<double>(result.same_cluster) / result.expected : undefined;
  result.p_value = permutation_p_value(points, result.same_cluster, options);
  return result;
}

}  // namespace regio
