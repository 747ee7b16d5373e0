#include "tests/reference/ukraine_2022.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace regio::reference {
namespace {

using testing::UnorderedElementsAre;

/// Polishchuk, Kotenko and Chepurda 2022, Tables 3-5 (pages 159-163).
class Ukraine2022Test : public testing::Test {
 protected:
  Ukraine2022 const article = read_ukraine_2022(REGIO_SOURCE_DIR "/datasets");
  DynamicsReport const report = cluster_dynamics(article.history, {});

  std::set<std::string> regions_of(StabilityClass stability) const {
    std::set<std::string> names;
    for (std::size_t r = 0; r < report.regions.size(); ++r) {
      if (report.regions[r].stability == stability) names.insert(article.history.regions[r]);
    }
    return names;
  }
};

TEST_F(Ukraine2022Test, TablesAreComplete) {
  EXPECT_EQ(article.history.regions.size(), 24u);
  EXPECT_EQ(article.history.years.size(), 11u);
  EXPECT_EQ(article.history.clusters, 6);
  EXPECT_EQ(article.cluster("Donetsk", 2015), 2);
  EXPECT_EQ(article.cluster("Chernihiv", 2020), 4);
}

TEST_F(Ukraine2022Test, Table4FollowsFromTable3) { EXPECT_EQ(report.counts, article.printed_counts); }

TEST_F(Ukraine2022Test, RanksOfTable5FollowFromItsMeans) {
  EXPECT_EQ(rank_means({article.printed_means.data(), 11, 6}), article.printed_ranks);
}

TEST_F(Ukraine2022Test, NumberOfChangesOfEachRegion) {
  std::map<Index, std::set<std::string>> const expected{
      {0, {"Lviv"}},
      {1, {"Dnipro", "Kyiv", "Odessa", "Poltava"}},
      {2, {"Kharkiv", "Cherkasy", "Chernivtsi"}},
      {3, {"Vinnytsia", "Zaporizhzhia", "Sumy"}},
      {4, {"Zakarpattia", "Kropyvnytskyi", "Luhansk"}},
      {5, {"Ivano-Frankivsk", "Kherson", "Chernihiv"}},
      {6, {"Volhynia", "Donetsk", "Mykolaiv", "Rivne", "Ternopil", "Khmelnytskyi"}},
      {8, {"Zhytomyr"}}};
  std::map<Index, std::set<std::string>> found;
  for (std::size_t r = 0; r < report.regions.size(); ++r) {
    found[report.regions[r].changes].insert(article.history.regions[r]);
  }
  EXPECT_EQ(found, expected);
}

TEST_F(Ukraine2022Test, ClassesAreThoseOfTheText) {
  EXPECT_THAT(regions_of(StabilityClass::stable),
              UnorderedElementsAre("Lviv", "Odessa", "Kharkiv", "Poltava", "Cherkasy"));
  EXPECT_THAT(regions_of(StabilityClass::unstable), UnorderedElementsAre("Donetsk", "Luhansk", "Zhytomyr"));
  EXPECT_EQ(regions_of(StabilityClass::slowly_changing).size(), 16u);
}

TEST_F(Ukraine2022Test, MovesAddUpToTheChanges) {
  Index moved = 0;
  for (Transition const& transition : report.consecutive) moved += transition.moved;
  Index changes = 0;
  for (RegionDynamics const& region : report.regions) changes += region.changes;
  EXPECT_EQ(moved, changes);
}

TEST_F(Ukraine2022Test, StatementsThatTheTablesDoNotConfirm) {
  std::vector<std::string> differ;
  for (Statement const& statement : ukraine_2022_statements(article)) {
    if (!statement.agrees) differ.push_back(statement.text);
  }
  EXPECT_THAT(differ,
              testing::ElementsAre(
                  "Most regions change the cluster only once",
                  "In 2010-2014 there are three clusters with more than three regions",
                  "Clusters are numbered by the mean distance of their regions from the centroid, smallest first",
                  "Table 1 has 65 indicators in all (the text says 67)"));
}

}  // namespace
}  // namespace regio::reference
