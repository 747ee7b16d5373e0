// What the report of a study says: its main result, its figures, its notes on what was repaired or left out.
#include "study/cluster_report.hpp"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/figures/choice_figures.hpp"
#include "study/figures/history_figures.hpp"
#include "study/figures/profile_figures.hpp"
#include "study/figures/projection.hpp"
#include "study/report_sections.hpp"
#include "tests/support/synthetic_study.hpp"

namespace regio::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> texts(std::vector<format::Notice> const& notices) {
  std::vector<std::string> result;
  for (auto const& notice : notices) result.push_back(notice.text);
  return result;
}

format::Figure const& figure(format::Report const& report, std::string const& name) {
  for (auto const* found : format::figures_of(report)) {
    if (found->name == name) return *found;
  }
  throw std::out_of_range("no figure " + name);
}

ClusterHistory history(std::vector<int> years, std::vector<std::int32_t> labels, Index clusters) {
  ClusterHistory made{.years = std::move(years), .clusters = clusters, .labels = std::move(labels)};
  for (std::size_t r = 0; r < made.labels.size() / made.years.size(); ++r)
    made.regions.push_back(std::string(1, static_cast<char>('A' + static_cast<int>(r))));
  return made;
}

std::string result_of(ClusterHistory const& given) {
  DynamicsReport const dynamics = cluster_dynamics(given, {});
  return main_result({{"all", &given, &dynamics}});
}

TEST(MainResult, CountsRegionsThatNeverMoveAndNamesTheYearsOfMostMoves) {
  EXPECT_EQ(result_of(history({2001, 2002, 2003}, {0, 0, 1, 1, /**/ 0, 1, 0, 1, /**/ 0, 1, 0, 1}, 2)),
            "2 of 4 regions never change their cluster; most moves fall in 2002.");
}

TEST(MainResult, NamesEqualYearsTogether) {
  EXPECT_EQ(result_of(history({1, 2, 3, 4, 5}, {0, 0, 0, /**/ 1, 0, 0, /**/ 1, 0, 0, /**/ 1, 1, 0, /**/ 1, 1, 0}, 2)),
            "1 of 3 regions never changes its cluster; most moves fall in 2 and 4.");
}

TEST(MainResult, SaysWhenNothingMoves) {
  EXPECT_EQ(result_of(history({1, 2}, {0, 1, 0, 1}, 2)), "No region ever changes its cluster; no region ever moves.");
}

TEST(MainResult, SaysWhenMovesAreSpread) {
  EXPECT_THAT(result_of(history({1, 2, 3}, {0, 1, /**/ 1, 1, /**/ 1, 0}, 2)),
              HasSubstr("moves are spread over the years, at most 1 region in one"));
}

TEST(MainResult, NamesEveryGroup) {
  auto const study = test::synthetic_study({});
  auto const report = cluster_report(study, {}, {.title = "T"});
  EXPECT_EQ(report.summary,
            "Economy: 7 of 12 regions never change their cluster; most moves fall in 2004. "
            "Infrastructure: 7 of 12 regions never change their cluster; most moves fall in 2004.");
}

TEST(HeatMap, OrdersRegionsByTypicalClusterThenMean) {
  auto const given = history({1, 2, 3}, {1, 0, 1, 0, /**/ 1, 0, 1, 1, /**/ 0, 0, 1, 0}, 2);
  // Typical clusters: A 1, B 0, C 1, D 0; means: A 2/3, B 0, C 1, D 1/3.
  EXPECT_THAT(order_by_typical_cluster(given, cluster_dynamics(given, {})), ElementsAre(1U, 3U, 0U, 2U));
}

TEST(HeatMap, ThinsManyRegionsAndSaysSo) {
  test::SyntheticShape const shape{.regions = 500, .years = 4};
  auto const given = test::synthetic_history(shape, 0);
  auto const made = heat_map_figure(given, test::synthetic_dynamics(given), {}, {{}, "S"});
  EXPECT_EQ(made.specification["data"]["values"].size(), most_rows * 4);
  EXPECT_EQ(made.data.rows.size(), 500U);
  EXPECT_THAT(made.note, HasSubstr("90 of 500 regions"));
}

TEST(Flow, BandsOfAYearAddUpToItsClusters) {
  auto const given = test::synthetic_history({}, 0);
  auto const made = flow_figure(given, {}, {{}, "S"});
  std::map<std::pair<int, int>, double> leaving;  // year and cluster
  for (auto const& row : made.data.rows) {
    leaving[{std::stoi(std::get<std::string>(row[0])), std::stoi(std::get<std::string>(row[2]))}] +=
        std::get<double>(row[4]);
  }
  auto const dynamics = test::synthetic_dynamics(given);
  for (Index y = 0; y + 1 < 6; ++y) {
    for (int c = 0; c < 4; ++c) {
      EXPECT_EQ((leaving[{2001 + static_cast<int>(y), c + 1}]), dynamics.counts[static_cast<std::size_t>(4 * y + c)]);
    }
  }
  // Twenty points a band, each as wide as the number of regions that it carries.
  auto const& points = made.specification["data"]["values"];
  EXPECT_EQ(points.size(), 20 * made.data.rows.size());
  for (auto const& point : points) {
    double const width = std::get<double>(made.data.rows[point["band"].get<std::size_t>()][4]);
    EXPECT_NEAR(point["lower"].get<double>() - point["upper"].get<double>(), width, 2e-3);
  }
}

TEST(Criteria, SayWhetherTheyAgree) {
  EXPECT_EQ(criteria_sentence({4, 4, 4, 4, 4, 4}), "All criteria that decide agree on k = 4");
  EXPECT_EQ(
      criteria_sentence({6, 2, 2, 3, 0, 6}),
      "The criteria disagree: Elbow and Stability 6; Calinski-Harabasz and Davies-Bouldin 2; Silhouette 3; Gap does "
      "not decide");
  EXPECT_EQ(criteria_sentence({0, 0, 0, 0, 0, 0}), "No criterion decides");
}

TEST(Portraits, NameTypicalMembersAndWhatStandsOut) {
  GroupStudy group;
  group.history = history({2001}, {0, 0, 1, 1}, 2);
  group.dynamics.counts = {2, 2};
  group.indicators = {0, 1};
  group.years = {{.k = 2, .means = {2, 10, 6, 20}, .distance = {2, 1, 3, 4}}};
  Indicators indicators;
  indicators.regions = group.history.regions;
  indicators.years = {2001};
  indicators.definitions = {{.indicator = "a", .label = "Output"}, {.indicator = "b"}};
  indicators.values = {1, 10, /**/ 3, 10, /**/ 5, 10, /**/ 7, 30};
  // Output: mean 4, standard deviation sqrt(5), means of the clusters 2 and 6; b: 15, sqrt(75), 10 and 20.
  auto const table = portraits_table(group, indicators, {}, {{}, "S"});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.rows[0], ElementsAre(ReportTable::Cell("1"), ReportTable::Cell(2.0), ReportTable::Cell("B and A"),
                                         ReportTable::Cell("Output \u22120.9, b \u22120.6")));
  EXPECT_THAT(table.rows[1], ElementsAre(ReportTable::Cell("2"), ReportTable::Cell(2.0), ReportTable::Cell("C and D"),
                                         ReportTable::Cell("Output +0.9, b +0.6")));
}

TEST(Portraits, SayWhenAClusterIsLikeAllRegions) {
  auto const study = test::synthetic_study({.groups = 1});
  GroupStudy group = study.groups[0];
  std::size_t const d = group.indicators.size(), n = study.indicators.regions.size(), last = group.years.size() - 1;
  for (std::size_t i = 0; i < d; ++i) {
    double mean = 0;
    for (std::size_t r = 0; r < n; ++r)
      mean += study.indicators.values[(last * n + r) * d + i] / static_cast<double>(n);
    group.years[last].means[i] = mean;
  }
  EXPECT_EQ(portraits_table(group, study.indicators, {}, {{}, "S"}).rows[0][3],
            ReportTable::Cell("close to the mean in everything"));
}

TEST(ClusterReport, HasAFigureOfEveryKindWithItsDataAndSource) {
  auto const report =
      cluster_report(test::synthetic_study({.groups = 1}), {},
                     {.title = "T", .boundaries = test::synthetic_boundaries(12), .source = "Source: x"});
  std::set<std::string> names;
  for (auto const* made : format::figures_of(report)) {
    EXPECT_TRUE(names.insert(made->name).second) << made->name << " twice";
    EXPECT_FALSE(made->title.empty()) << made->name;
    EXPECT_FALSE(made->description.empty()) << made->name;
    EXPECT_EQ(made->source, "Source: x") << made->name;
    EXPECT_FALSE(made->data.rows.empty()) << made->name;
    for (auto const& row : made->data.rows) EXPECT_EQ(row.size(), made->data.columns.size()) << made->name;
    EXPECT_THAT(made->specification["$schema"].get<std::string>(), HasSubstr("vega-lite/v6"));
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"map", "heat-map", "mobility", "flow", "structure", "profiles", "ranking",
                                   "integral", "elbow", "criteria", "chain-cost", "bootstrap", "bootstrap-clusters"}));
}

TEST(ClusterReport, NamesOfGroupsThatAreNoFileNamesStillGiveDifferentFigures) {
  auto study = test::synthetic_study({});
  study.groups[0].group = "\u0435\u043a\u043e\u043d\u043e\u043c\u0456\u043a\u0430";
  study.groups[1].group = "../../\u043f\u0440\u0430\u0446\u044f";
  std::set<std::string> names;
  auto const report = cluster_report(study, {}, {.title = "T"});
  for (auto const* made : format::figures_of(report)) {
    EXPECT_TRUE(names.insert(made->name).second) << made->name;
    EXPECT_EQ(made->name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"),
              std::string::npos);
  }
}

TEST(ClusterReport, TellsRepairsAndUnfinishedFitsAtOnce) {
  auto study = test::synthetic_study({});
  study.warnings = {"group economy: indicator x is constant"};
  study.indicators.fills = {{"R1", 2002, "indicator_1", 3.5, "carry-forward from 2001"}};
  study.indicators.dropped_regions = {"R13", "R14"};
  study.groups[1].years[2].outcome = Outcome::iteration_limit;
  auto const report = cluster_report(study, {}, {.title = "T", .notices = {"one region has no boundary"}});
  EXPECT_THAT(texts(report.notices),
              ElementsAre("group economy: indicator x is constant", StartsWith("1 fit of the chain did not converge"),
                          StartsWith("1 value was missing and filled by rule"),
                          "Left out because of gaps: regions R13 and R14.", "one region has no boundary"));
  std::string const page = format::render_html(report);
  EXPECT_THAT(page, HasSubstr("carry-forward from 2001"));
  EXPECT_THAT(page, HasSubstr("<td>iteration_limit</td>"));
}

TEST(ClusterReport, SaysWhenThereWasNoBootstrap) {
  auto study = test::synthetic_study({});
  EXPECT_THAT(format::render_html(cluster_report(study, {}, {.title = "T"})),
              Not(HasSubstr("No bootstrap was asked for")));
  for (auto& group : study.groups) group.bootstrap.reset();
  EXPECT_THAT(format::render_html(cluster_report(study, {}, {.title = "T"})), HasSubstr("No bootstrap was asked for"));
}

TEST(ClusterReport, UsesLabelsOfRegionsAndKeepsCodesWithoutOne) {
  auto const report = cluster_report(test::synthetic_study({}), {}, {.title = "T", .region_labels = {{"R1", "Lviv"}}});
  std::set<std::string> names;
  for (auto const& name : figure(report, "heat-map-1-economy").specification["params"][0]["value"]) names.insert(name);
  EXPECT_TRUE(names.contains("Lviv"));
  EXPECT_TRUE(names.contains("R2"));
  EXPECT_FALSE(names.contains("R1"));
}

TEST(ClusterReport, TellsRegionsOfOneNameApart) {
  auto const report = cluster_report(test::synthetic_study({}), {},
                                     {.title = "T", .region_labels = {{"R1", "Springfield"}, {"R2", "Springfield"}}});
  std::set<std::string> names;
  for (auto const& name : figure(report, "heat-map-1-economy").specification["params"][0]["value"]) names.insert(name);
  EXPECT_EQ(names.size(), 12U);
  EXPECT_TRUE(names.contains("Springfield (R1)"));
  EXPECT_TRUE(names.contains("Springfield (R2)"));
}

TEST(ClusterReport, ClusterColoursAreTheSameInEveryFigure) {
  auto const report =
      cluster_report(test::synthetic_study({}), {}, {.title = "T", .boundaries = test::synthetic_boundaries(12)});
  auto const colours = figure(report, "heat-map-1-economy").specification["encoding"]["color"]["scale"];
  EXPECT_EQ(figure(report, "structure-1-economy").specification["encoding"]["color"]["scale"], colours);
  EXPECT_EQ(figure(report, "ranking-2-infrastructure").specification["encoding"]["color"]["scale"], colours);
  EXPECT_EQ(figure(report, "map").specification["encoding"]["color"]["condition"]["scale"], colours);
}

TEST(ClusterReport, RepeatsTheStudyFileAndDigests) {
  auto const page = format::render_html(cluster_report(test::synthetic_study({}), {},
                                                       {.title = "T",
                                                        .command_line = "regio run a.toml",
                                                        .study_text = "kind = \"cluster\"",
                                                        .digests = {{"p.csv", "abc123"}}}));
  EXPECT_THAT(page, HasSubstr("regio run a.toml"));
  EXPECT_THAT(page, HasSubstr("kind = &quot;cluster&quot;"));
  EXPECT_THAT(page, HasSubstr("<th scope=row>p.csv</th><td>abc123</td>"));
}

TEST(DynamicsReport, WorksOnLabelsWithGaps) {
  auto given = history({2001, 2002}, {0, -1, 1, /**/ 0, 1, 1}, 2);
  auto const dynamics = cluster_dynamics(given, {});
  auto const report = dynamics_report({{"all", given, dynamics, std::nullopt}}, {}, {.title = "T"});
  auto const& cells = figure(report, "heat-map").specification["data"]["values"];
  EXPECT_EQ(cells.size(), 5U);
  EXPECT_THAT(figure(report, "flow").title, HasSubstr("2 of 2 regions"));
}

TEST(Projection, FitsTheExtent) {
  Extent const states = extent_of({{"US", "", {{{{-125, 25}, {-67, 25}, {-67, 49}, {-125, 49}, {-125, 25}}}}}});
  EXPECT_EQ(states.width, 58);
  auto const projection = projection_for(states);
  EXPECT_EQ(projection["type"], "conicEqualArea");
  EXPECT_THAT(projection["rotate"].get<std::vector<double>>(), ElementsAre(96, 0, 0));
  EXPECT_THAT(projection["parallels"].get<std::vector<double>>(), ElementsAre(29, 45));
}

TEST(Projection, CrossesTheAntimeridianWhereThatIsShorter) {
  Extent const east = extent_of(
      {{"RU",
        "",
        {{{{170, 60}, {179, 60}, {179, 70}, {170, 60}}}, {{{-180, 60}, {-170, 60}, {-170, 70}, {-180, 60}}}}}});
  EXPECT_EQ(east.west, 170);
  EXPECT_EQ(east.width, 20);
  EXPECT_EQ(projection_for(east)["rotate"][0], -180);
}

TEST(Projection, TakesEqualEarthForTheWorldAndAstrideTheEquator) {
  EXPECT_EQ(projection_for({.west = -180, .width = 350, .south = -60, .north = 80})["type"], "equalEarth");
  EXPECT_EQ(projection_for({.west = 0, .width = 20, .south = -10, .north = 10})["type"], "equalEarth");
}

TEST(Projection, WindsOuterRingsClockwiseAndHolesTheOtherWay) {
  format::Ring const counterclockwise = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}};
  format::Ring const hole = {{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}};
  auto const wound = wound_for_d3({{counterclockwise, hole}});
  EXPECT_EQ(wound[0][0], format::Json::parse("[[0.0,0.0],[0.0,4.0],[4.0,4.0],[4.0,0.0],[0.0,0.0]]"));
  EXPECT_EQ(wound[0][1], format::Json::parse("[[1.0,1.0],[2.0,1.0],[2.0,2.0],[1.0,2.0],[1.0,1.0]]"));
}

TEST(Projection, ThinningKeepsCornersAndClosesRings) {
  format::Ring wiggly;
  for (int i = 0; i <= 100; ++i) wiggly.push_back({i / 10.0, 0.0001 * (i % 2) * (1 + i)});
  wiggly.insert(wiggly.end(), {{10, 10}, {0, 10}, {0, 0}});
  auto const thin = thinned({{"A", "", {{wiggly}}}}, 10)[0].polygons[0][0];
  EXPECT_LE(thin.size(), 12U);
  EXPECT_EQ(thin.front(), thin.back());
  for (std::array<double, 2> const corner : {std::array{10.0, 10.0}, std::array{0.0, 10.0}}) {
    EXPECT_THAT(thin, testing::Contains(corner));
  }
}

}  // namespace
}  // namespace regio::study
