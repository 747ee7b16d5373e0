#include "tests/reference/kazakhstan_2023.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include <regio/regional_structure.hpp>

namespace regio::reference {
namespace {

/// Zhailauov, Omar, Ulybyshev and Kuttybaeva 2023, Tables 1 and 2.
class Kazakhstan2023Test : public testing::Test {
 protected:
  Kazakhstan2023 const article = read_kazakhstan_2023(REGIO_SOURCE_DIR "/datasets");

  static InteractionReport computed(Kazakhstan2023 const& tables, InteractionOptions const& options = {}) {
    Engine engine = Engine::cpu(2);
    return interaction_index(engine, options, {{.shipments = tables.shipments()}});
  }
};

TEST_F(Kazakhstan2023Test, TablesAreComplete) {
  EXPECT_EQ(article.codes.size(), 17U);
  EXPECT_EQ(article.industries.size(), 29U);
  EXPECT_EQ(article.pairs.size(), 5U);
  EXPECT_EQ(article.printed.volume[static_cast<std::size_t>(article.region("karaganda"))], 1.83);
  EXPECT_EQ(article.printed.index[static_cast<std::size_t>(article.region("west"))], 0.61);
}

TEST_F(Kazakhstan2023Test, ConstructedShipmentsHaveTheComponentsOfTable2) {
  InteractionIndex const found = computed(article).interaction[0];
  for (std::size_t r = 0; r < 17; ++r) {
    EXPECT_NEAR(found.industries[r], article.printed.industries[r], 0.005) << article.codes[r];
    EXPECT_NEAR(found.supplies[r], article.printed.supplies[r], 0.005) << article.codes[r];
    EXPECT_NEAR(found.volume[r], article.printed.volume[r], 0.005) << article.codes[r];
    EXPECT_NEAR(found.links[r], article.printed.links[r], 0.005) << article.codes[r];
    EXPECT_NEAR(found.index[r], article.printed.index[r], 0.005) << article.codes[r];
  }
  // The order of Table 2 is the ranking.
  for (std::size_t r = 0; r < 17; ++r) {
    Index better = 0;
    for (double const other : article.printed.index) better += other > article.printed.index[r] ? 1 : 0;
    EXPECT_EQ(found.rank[r], better + 1) << article.codes[r];
  }
}

TEST_F(Kazakhstan2023Test, OutgoingLinksAloneHaveTheCountsOfTable2) {
  for (InteractionLinks const links : {InteractionLinks::incoming, InteractionLinks::either}) {
    InteractionIndex const found = computed(article, {.links = links}).interaction[0];
    EXPECT_NE(found.links, computed(article).interaction[0].links) << name(links);
  }
}

TEST_F(Kazakhstan2023Test, TheFivePairsOfTable1AreTheLargest) {
  auto const pairs =
      region_pairs(computed(read_kazakhstan_2023(REGIO_SOURCE_DIR "/datasets", 0)).totals[0].flow_matrix());
  for (std::size_t k = 0; k < 5; ++k) {
    auto const [a, b] = std::minmax(article.pairs[k].a, article.pairs[k].b);
    EXPECT_EQ(std::tuple(pairs[k].a, pairs[k].b, pairs[k].volume), std::tuple(a, b, article.pairs[k].volume));
  }
}

TEST_F(Kazakhstan2023Test, TheLargestProductGroupsHaveThePrintedShares) {
  std::map<std::string, double> volume;
  double all = 0;
  for (std::size_t k = 0; k < article.value.size(); ++k) {
    volume[article.industries[static_cast<std::size_t>(article.industry[k])]] += article.value[k];
    all += article.value[k];
  }
  EXPECT_NEAR(all, 17.3e6, 1e3);
  std::map<std::string, double> const printed{{"24", 28.6}, {"19", 19.8}, {"06", 16.7}, {"07", 8.5}, {"10", 6.1}};
  for (auto const& [industry, sum] : volume) {
    auto const found = printed.find(industry);
    if (found == printed.end()) {
      EXPECT_LT(100 * sum / all, 6.1) << industry;
    } else {
      EXPECT_NEAR(100 * sum / all, found->second, 0.05) << industry;
    }
  }
}

TEST_F(Kazakhstan2023Test, StatementsThatTheTablesDoNotConfirmAreThese) {
  std::vector<std::string> errata;
  for (Statement const& statement : kazakhstan_2023_statements(article)) {
    if (!statement.agrees) errata.push_back(statement.text);
  }
  EXPECT_THAT(errata, testing::ElementsAre("There are 25 traded industries, by which Q is divided",
                                           "Cargo between the regions was 17.3 million USD in 2021"));
}

}  // namespace
}  // namespace regio::reference
