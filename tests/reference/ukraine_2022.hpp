/// What Polishchuk, Kotenko and Chepurda (2022) print, read from datasets/ukraine-2022, and what regio makes of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <regio/cluster_dynamics.hpp>

#include "tests/reference/article.hpp"

namespace regio::reference {

struct Ukraine2022 {
  ClusterHistory history;             ///< Table 3; cluster 1 of the article is 0 here
  std::vector<Index> printed_counts;  ///< Table 4 [year, cluster]
  std::vector<double> printed_means;  ///< Table 5 [year, cluster]
  std::vector<int> printed_ranks;     ///< Table 5 [year, cluster]

  [[nodiscard]] Index region(std::string const& name) const;  ///< throws std::out_of_range when there is none
  [[nodiscard]] Index year(int number) const;
  /// The article's number of a region's cluster.
  [[nodiscard]] int cluster(std::string const& region, int year) const;
};

Ukraine2022 read_ukraine_2022(std::filesystem::path const& datasets);

/// What the article's text says, held against its tables.
std::vector<Statement> ukraine_2022_statements(Ukraine2022 const& article);

/// The article's section of docs/replication.md.
std::string ukraine_2022_section(Ukraine2022 const& article);

}  // namespace regio::reference
