#include "cluster/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include <regio/cluster_dynamics.hpp>
#include <regio/error.hpp>

#include "cluster/cluster_history.hpp"

namespace regio {

std::vector<int> ranks(VectorView<double const> values, RankOrder order) {
  std::vector<Index> position;
  for (Index i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) position.push_back(i);
  }
  std::sort(position.begin(), position.end(), [&](Index a, Index b) {
    return order == RankOrder::highest_first ? values[a] > values[b] : values[a] < values[b];
  });
  std::vector<int> rank(static_cast<std::size_t>(values.size()), 0);
  for (std::size_t i = 0; i < position.size(); ++i) {
    bool const tied = i > 0 && values[position[i]] == values[position[i - 1]];
    rank[static_cast<std::size_t>(position[i])] =
        tied ? rank[static_cast<std::size_t>(position[i - 1])] : static_cast<int>(i) + 1;
  }
  return rank;
}

std::vector<int> rank_means(MatrixView<double const> means) {
  std::vector<int> all;
  for (Index year = 0; year < means.rows(); ++year) {
    std::vector<int> const of_year = ranks(means.row(year), RankOrder::highest_first);
    all.insert(all.end(), of_year.begin(), of_year.end());
  }
  return all;
}

namespace {

void check_target(ClusterHistory const& history, MatrixView<double const> target) {
  auto const years = static_cast<Index>(history.years.size());
  auto const regions = static_cast<Index>(history.regions.size());
  if (target.rows() != years || target.columns() != regions) {
    throw ContractError("rank_clusters: target", "is " + std::to_string(target.rows()) + " x " +
                                                     std::to_string(target.columns()) + "; years x regions are " +
                                                     std::to_string(years) + " x " + std::to_string(regions));
  }
  for (Index y = 0; y < years; ++y) {
    for (Index r = 0; r < regions; ++r) {
      if (!std::isinf(target(y, r))) continue;
      throw ContractError("rank_clusters: target", "is infinite for region '" +
                                                       history.regions[static_cast<std::size_t>(r)] + "' in " +
                                                       std::to_string(history.years[static_cast<std::size_t>(y)]));
    }
  }
}

}  // namespace

ClusterRanking rank_clusters(ClusterHistory const& history, MatrixView<double const> target) {
  check_history(history, "rank_clusters");
  check_target(history, target);
  auto const clusters = static_cast<std::size_t>(history.clusters);
  auto const regions = static_cast<Index>(history.regions.size());
  auto const years = static_cast<Index>(history.years.size());

  ClusterRanking ranking;
  ranking.region_rank.assign(history.labels.size(), 0);
  for (Index y = 0; y < years; ++y) {
    auto const labels = history.year(y);
    std::vector<std::vector<Index>> members(clusters);
    for (Index r = 0; r < regions; ++r) {
      if (labels[r] >= 0 && !std::isnan(target(y, r))) members[static_cast<std::size_t>(labels[r])].push_back(r);
    }
    for (std::vector<Index> const& cluster : members) {
      std::vector<double> values;
      double sum = 0;
      for (Index r : cluster) {
        values.push_back(target(y, r));
        sum += target(y, r);
      }
      ranking.mean.push_back(cluster.empty() ? std::numeric_limits<double>::quiet_NaN()
                                             : sum / static_cast<double>(cluster.size()));
      std::vector<int> const rank = ranks(values, RankOrder::highest_first);
      for (std::size_t i = 0; i < cluster.size(); ++i) {
        ranking.region_rank[static_cast<std::size_t>(y * regions + cluster[i])] = rank[i];
      }
    }
  }
  ranking.rank = rank_means({ranking.mean.data(), years, history.clusters});
  return ranking;
}

}  // namespace regio
