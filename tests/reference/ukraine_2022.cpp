#include "tests/reference/ukraine_2022.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "format/csv_reader.hpp"

namespace regio::reference {
namespace {

using format::CsvTable;

template <class T>
std::size_t place(std::vector<T> const& values, T const& value) {
  auto const found = std::find(values.begin(), values.end(), value);
  if (found == values.end()) throw std::out_of_range("not in the article's tables");
  return static_cast<std::size_t>(found - values.begin());
}

}  // namespace

Index Ukraine2022::region(std::string const& name) const { return static_cast<Index>(place(history.regions, name)); }
Index Ukraine2022::year(int number) const { return static_cast<Index>(place(history.years, number)); }
int Ukraine2022::cluster(std::string const& name, int number) const {
  return history.year(year(number))[region(name)] + 1;
}

Ukraine2022 read_ukraine_2022(std::filesystem::path const& datasets) {
  std::filesystem::path const folder = datasets / "ukraine-2022";
  CsvTable const clusters = CsvTable::read(folder / "clusters.csv");
  CsvTable const counts = CsvTable::read(folder / "cluster_counts.csv");
  CsvTable const ranking = CsvTable::read(folder / "cluster_ranking.csv");

  Ukraine2022 article;
  article.history.regions = text_column(clusters, "region");
  article.history.clusters = counts.rows();
  for (int year = 2010; year <= 2020; ++year) {
    article.history.years.push_back(year);
    for (int cluster : integer_column(clusters, std::to_string(year))) article.history.labels.push_back(cluster - 1);
    for (int count : integer_column(counts, std::to_string(year))) article.printed_counts.push_back(count);
  }

  std::vector<int> const years = integer_column(ranking, "year");
  std::vector<int> const numbers = integer_column(ranking, "cluster");
  std::vector<int> const ranks = integer_column(ranking, "rank");
  std::vector<double> const means = number_column(ranking, "mean");
  article.printed_means.assign(article.printed_counts.size(), std::nan(""));
  article.printed_ranks.assign(article.printed_counts.size(), 0);
  for (std::size_t row = 0; row < years.size(); ++row) {
    auto const cell = static_cast<std::size_t>(article.year(years[row]) * article.history.clusters + numbers[row] - 1);
    article.printed_means[cell] = means[row];
    article.printed_ranks[cell] = ranks[row];
  }
  return article;
}

namespace {

std::vector<std::string> members(Ukraine2022 const& article, int cluster, int year) {
  std::vector<std::string> names;
  for (std::string const& region : article.history.regions) {
    if (article.cluster(region, year) == cluster) names.push_back(region);
  }
  return names;
}

std::vector<std::string> regions_of_class(Ukraine2022 const& article, DynamicsReport const& report,
                                          StabilityClass stability) {
  std::vector<std::string> names;
  for (std::size_t r = 0; r < report.regions.size(); ++r) {
    if (report.regions[r].stability == stability) names.push_back(article.history.regions[r]);
  }
  return names;
}

bool contains_all(std::vector<std::string> const& names, std::vector<std::string> const& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string const& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

/// Clusters of a year that have more than `size` regions.
Index clusters_larger_than(Ukraine2022 const& article, DynamicsReport const& report, Index size, int year) {
  auto const first = report.counts.begin() + static_cast<std::ptrdiff_t>(article.year(year) * article.history.clusters);
  return std::count_if(first, first + static_cast<std::ptrdiff_t>(article.history.clusters),
                       [size](Index count) { return count > size; });
}

/// "a: 4, b: 3".
template <class Value>
std::string by_year(int first, int last, Value value) {
  std::string text;
  for (int year = first; year <= last; ++year)
    text += fmt::format("{}{}: {}", year == first ? "" : ", ", year, value(year));
  return text;
}

Statement always_in_cluster_3_but(Ukraine2022 const& article, std::string const& region, int exception) {
  std::vector<std::string> elsewhere;
  for (int year : article.history.years) {
    if (article.cluster(region, year) != 3)
      elsewhere.push_back(fmt::format("{} ({})", year, article.cluster(region, year)));
  }
  return {fmt::format("{} is in cluster 3 in every year but {}", region, exception),
          fmt::format("in another cluster in {}", listed(elsewhere)),
          elsewhere.size() == 1 && article.cluster(region, exception) == 6};
}

/// Rank of a region's cluster by the printed means.
int rank_of_region(Ukraine2022 const& article, std::vector<int> const& ranks, std::string const& region, int year) {
  return ranks[static_cast<std::size_t>(article.year(year) * article.history.clusters + article.cluster(region, year) -
                                        1)];
}

std::vector<int> computed_ranks(Ukraine2022 const& article) {
  return rank_means(
      {article.printed_means.data(), static_cast<Index>(article.history.years.size()), article.history.clusters});
}

void add_moves(Ukraine2022 const& article, DynamicsReport const& report, std::vector<Statement>& statements) {
  std::map<Index, int> regions_with;
  for (RegionDynamics const& region : report.regions) ++regions_with[region.changes];
  auto const regions = static_cast<int>(report.regions.size());
  statements.push_back({"Most regions change the cluster only once",
                        fmt::format("{} of {} regions change once, {} never, {} more often", regions_with[1], regions,
                                    regions_with[0], regions - regions_with[1] - regions_with[0]),
                        2 * regions_with[1] > regions});
  Index const donetsk = report.regions[static_cast<std::size_t>(article.region("Donetsk"))].changes;
  statements.push_back({"Donetsk changes its cluster six times", fmt::format("{} times", donetsk), donetsk == 6});
  statements.push_back(always_in_cluster_3_but(article, "Kharkiv", 2011));
  statements.push_back(always_in_cluster_3_but(article, "Odessa", 2010));
}

void add_membership(Ukraine2022 const& article, std::vector<Statement>& statements) {
  std::vector<std::pair<int, std::vector<std::string>>> const said{
      {1, {"Dnipro", "Kyiv"}},
      {2, {"Poltava"}},
      {3, {"Lviv", "Odessa", "Kharkiv"}},
      {4, {"Vinnytsia", "Volhynia", "Sumy", "Khmelnytskyi", "Cherkasy", "Chernihiv"}},
      {5, {"Donetsk", "Zakarpattia", "Ivano-Frankivsk", "Luhansk", "Rivne", "Ternopil", "Chernivtsi"}},
      {6, {"Zhytomyr", "Zaporizhzhia", "Kropyvnytskyi", "Mykolaiv", "Kherson"}}};
  for (auto const& [cluster, regions] : said) {
    std::vector<std::string> const found = members(article, cluster, 2020);
    statements.push_back({fmt::format("Cluster {} of 2020 has {}", cluster, listed(regions)), listed(found),
                          found.size() == regions.size() && contains_all(found, regions)});
  }
}

void add_sizes(Ukraine2022 const& article, DynamicsReport const& report, std::vector<Statement>& statements) {
  auto const above_three = [&](int year) { return clusters_larger_than(article, report, 3, year); };
  auto const above_five = [&](int year) { return clusters_larger_than(article, report, 5, year); };
  bool three_each = true;
  for (int year = 2010; year <= 2014; ++year) three_each = three_each && above_three(year) == 3;
  statements.push_back({"In 2010-2014 there are three clusters with more than three regions",
                        by_year(2010, 2014, above_three), three_each});
  bool two_each = true;
  for (int year = 2017; year <= 2020; ++year) two_each = two_each && above_five(year) == 2;
  statements.push_back(
      {"Three years later there are two clusters with more than five", by_year(2017, 2020, above_five), two_each});
}

void add_leaders(Ukraine2022 const& article, std::vector<Statement>& statements) {
  std::vector<int> const ranks = computed_ranks(article);
  bool dnipro_leads = true;
  for (int year = 2010; year <= 2019; ++year) {
    dnipro_leads = dnipro_leads && rank_of_region(article, ranks, "Dnipro", year) == 1 &&
                   article.cluster("Dnipro", year) == (year <= 2013 ? 2 : 1);
  }
  statements.push_back(
      {"Dnipro leads the ranking in 2010-2019, in cluster 2 to 2013 and in cluster 1 from 2014",
       "rank of its cluster " +
           by_year(2010, 2019, [&](int year) { return rank_of_region(article, ranks, "Dnipro", year); }),
       dnipro_leads});
  bool kyiv_leads = true;
  for (int year = 2014; year <= 2019; ++year)
    kyiv_leads = kyiv_leads && rank_of_region(article, ranks, "Kyiv", year) == 1;
  statements.push_back({"Kyiv is among the leaders in 2014-2019",
                        "rank of its cluster " +
                            by_year(2014, 2019, [&](int year) { return rank_of_region(article, ranks, "Kyiv", year); }),
                        kyiv_leads});
  int const poltava = rank_of_region(article, ranks, "Poltava", 2020);
  statements.push_back({"In 2020 cluster 2 with Poltava alone takes the lead",
                        fmt::format("cluster {}, rank {}", article.cluster("Poltava", 2020), poltava),
                        poltava == 1 && members(article, 2, 2020).size() == 1});
}

void add_classes(Ukraine2022 const& article, DynamicsReport const& report, std::vector<Statement>& statements) {
  std::vector<std::string> const stable = regions_of_class(article, report, StabilityClass::stable);
  std::vector<std::string> const unstable = regions_of_class(article, report, StabilityClass::unstable);
  statements.push_back({"Lviv, Odessa and Kharkiv are stable", "stable: " + listed(stable),
                        contains_all(stable, {"Lviv", "Odessa", "Kharkiv"})});
  statements.push_back({"Donetsk is unstable", "unstable: " + listed(unstable), contains_all(unstable, {"Donetsk"})});
}

void add_numbering(Ukraine2022 const& article, DynamicsReport const& report, std::vector<Statement>& statements) {
  // A cluster of one region has the distance 0, so no larger cluster may stand before it.
  std::vector<std::string> against;
  for (int year : article.history.years) {
    auto const counts =
        report.counts.begin() + static_cast<std::ptrdiff_t>(article.year(year) * article.history.clusters);
    bool larger_before = false;
    for (Index cluster = 0; cluster < article.history.clusters; ++cluster) {
      if (counts[cluster] == 1 && larger_before) {
        against.push_back(std::to_string(year));
        break;
      }
      larger_before = larger_before || counts[cluster] > 1;
    }
  }
  statements.push_back(
      {"Clusters are numbered by the mean distance of their regions from the centroid, smallest first",
       "a cluster of one region has the distance 0, yet stands behind a larger one in " + listed(against),
       against.empty()});
}

void add_indicators(std::vector<Statement>& statements) {
  std::array<int, 6> const indicators{15, 12, 6, 9, 18, 7};
  constexpr int printed_total = 65;
  int const sum = std::accumulate(indicators.begin(), indicators.end(), 0);
  statements.push_back({fmt::format("Table 1 has {} indicators in all (the text says 67)", printed_total),
                        fmt::format("its lines 15 + 12 + 6 + 9 + 18 + 7 are {}", sum), sum == printed_total});
}

}  // namespace

std::vector<Statement> ukraine_2022_statements(Ukraine2022 const& article) {
  DynamicsReport const report = cluster_dynamics(article.history, {});
  std::vector<Statement> statements;
  add_moves(article, report, statements);
  add_classes(article, report, statements);
  add_membership(article, statements);
  add_sizes(article, report, statements);
  add_leaders(article, statements);
  add_numbering(article, report, statements);
  add_indicators(statements);
  return statements;
}

namespace {

/// A table of pairs "printed / computed", years across.
template <class Pair>
std::string table_by_year(Ukraine2022 const& article, Pair pair) {
  std::string text = "| cluster |";
  std::string rule = "|---|";
  for (int year : article.history.years) {
    text += fmt::format(" {} |", year);
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (Index cluster = 0; cluster < article.history.clusters; ++cluster) {
    text += fmt::format("| {} |", cluster + 1);
    for (std::size_t y = 0; y < article.history.years.size(); ++y) {
      text +=
          " " + pair(y * static_cast<std::size_t>(article.history.clusters) + static_cast<std::size_t>(cluster)) + " |";
    }
    text += "\n";
  }
  return text;
}

template <class Printed, class Computed>
std::size_t equal_cells(Printed const& printed, Computed const& computed) {
  std::size_t equal = 0;
  for (std::size_t i = 0; i < printed.size(); ++i) equal += printed[i] == computed[i] ? 1 : 0;
  return equal;
}

std::string counts_table(Ukraine2022 const& article, DynamicsReport const& report) {
  return "### Table 4: regions in each cluster\n\nPrinted / computed from Table 3. " +
         fmt::format("{} of {} numbers are equal.\n\n", equal_cells(article.printed_counts, report.counts),
                     report.counts.size()) +
         table_by_year(article, [&](std::size_t cell) {
           return fmt::format("{} / {}", article.printed_counts[cell], report.counts[cell]);
         });
}

std::string ranks_table(Ukraine2022 const& article) {
  std::vector<int> const ranks = computed_ranks(article);
  return "### Table 5: ranks of the clusters\n\nMean of the target indicator: printed rank / rank of the printed "
         "mean. " +
         fmt::format("{} of {} ranks are equal.\n\n", equal_cells(article.printed_ranks, ranks), ranks.size()) +
         table_by_year(article, [&](std::size_t cell) {
           return fmt::format("{}: {} / {}", article.printed_means[cell], article.printed_ranks[cell], ranks[cell]);
         });
}

std::string regions_table(Ukraine2022 const& article, DynamicsReport const& report) {
  std::string text =
      "### Movement of the regions\n\nComputed from Table 3; the article prints no such table. Classes: stable with at "
      "least 90 % of the years in\none cluster, unstable with four or more clusters, otherwise slowly changing.\n\n"
      "| region | changes | clusters | most frequent | share of years | class |\n|---|---|---|---|---|---|\n";
  for (std::size_t r = 0; r < report.regions.size(); ++r) {
    RegionDynamics const& region = report.regions[r];
    text += fmt::format("| {} | {} | {} | {} | {:.3f} | {} |\n", article.history.regions[r], region.changes,
                        region.distinct, region.modal_cluster + 1, region.modal_share, name(region.stability));
  }
  return text;
}

std::string mobility_table(Ukraine2022 const& article, DynamicsReport const& report) {
  std::string text =
      "### Mobility between years\n\nComputed from Table 3; not printed in the article.\n\n"
      "| years | regions that moved | Shorrocks index | adjusted Rand index |\n|---|---|---|---|\n";
  auto const add = [&](Transition const& transition) {
    text += fmt::format("| {}-{} | {} | {:.3f} | {:.3f} |\n",
                        article.history.years[static_cast<std::size_t>(transition.from_year)],
                        article.history.years[static_cast<std::size_t>(transition.to_year)], transition.moved,
                        transition.shorrocks, transition.adjusted_rand);
  };
  for (Transition const& transition : report.consecutive) add(transition);
  add(report.whole);
  return text;
}

}  // namespace

std::string ukraine_2022_section(Ukraine2022 const& article) {
  DynamicsReport const report = cluster_dynamics(article.history, {});
  return "## Clusters of the regions of Ukraine, 2010-2020\n\n"
         "A. Polishchuk, T. Kotenko and L. Chepurda, \"Methodological approach to assessing the level of development "
         "of "
         "the economic\nspace of the regions\", Baltic Journal of Economic Studies 8 (2022), no. 3, pages 154-165,\n"
         "doi:10.30525/2256-0742/2022-8-3-154-165 (CC BY 4.0). Tables 3, 4 and 5 are in `datasets/ukraine-2022`. The "
         "statistics behind\nthem are not printed, so the clusters cannot be fitted again; everything that follows "
         "from "
         "the clusters can be computed.\n\n" +
         counts_table(article, report) + "\n" + ranks_table(article) +
         "\nTwo means of Table 5 are broken by a space in the article's text: `30.7 8` (2014, cluster 3) is read as "
         "30.78, "
         "`47.6 6` (2020,\ncluster 5) as 47.66. No rank depends on either.\n\n" +
         regions_table(article, report) + "\n" + mobility_table(article, report) + "\n" +
         statements_tables(ukraine_2022_statements(article));
}

}  // namespace regio::reference
