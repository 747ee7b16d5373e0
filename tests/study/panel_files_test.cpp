#include "study/panel_files.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using format::Findings;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using PanelFiles = FileTest;

TEST_F(PanelFiles, WideAndLongFormsGiveTheSamePanel) {
  Findings findings;
  auto const wide =
      read_panel(write("wide.csv", "region,year,a,b\nX,2001,1,2\nY,2001,3,\nX,2002,5,6\nY,2002,7,8\n"), findings);
  auto const from_long = read_panel(write("long.csv",
                                          "region,year,series,value\nX,2001,a,1\nX,2001,b,2\nY,2001,a,3\nX,2002,a,5\n"
                                          "X,2002,b,6\nY,2002,a,7\nY,2002,b,8\n"),
                                    findings);
  ASSERT_EQ(messages(findings), "");
  for (PanelFile const* file : {&wide, &from_long}) {
    EXPECT_THAT(file->panel.regions, ElementsAre("X", "Y"));
    EXPECT_THAT(file->panel.years, ElementsAre(2001, 2002));
    EXPECT_THAT(file->panel.series, ElementsAre("a", "b"));
    EXPECT_EQ(file->panel.at(0, 1, 0), 3);
    EXPECT_TRUE(std::isnan(file->panel.at(0, 1, 1)));
    EXPECT_EQ(file->panel.at(1, 1, 1), 8);
  }
}

TEST_F(PanelFiles, LinesMayStandInAnyOrderWithSemicolonsAndDecimalCommas) {
  Findings findings;
  auto const file = read_panel(
      write("panel.csv", "\xEF\xBB\xBF# of the statistical office\r\nyear;region;a\r\n2002;X;1,5\r\n2001;X;0,25\r\n"),
      findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(file.panel.years, ElementsAre(2001, 2002));
  EXPECT_EQ(file.panel.at(0, 0, 0), 0.25);
  EXPECT_EQ(file.panel.at(1, 0, 0), 1.5);
}

TEST_F(PanelFiles, EveryErrorOfAPanelIsFoundAtOnce) {
  expect_findings(
      [&](Findings& findings) {
        read_panel(write("panel.csv", "region,year,a\nX,2001,1\nX,2001,2\nY,2001,abc\nY,2002,inf\n"), findings);
      },
      {"panel.csv:3:1: region: found 'X', expected only one line for region 'X' in 2001; line 2",
       "panel.csv:4:3: a: found 'abc', expected a number", "panel.csv:5:3: a: found 'inf'"});
}

TEST_F(PanelFiles, AColumnOfNamesIsOneErrorWithAdvice) {
  Findings findings;
  read_panel(write("panel.csv", "region,year,name,a\nX,2001,Xanadu,1\nY,2001,Ys,1\n"), findings);
  EXPECT_THAT(messages(findings), HasSubstr("panel.csv: name: no cell of this column is a number"));
}

TEST_F(PanelFiles, AMisspeltColumnGetsASuggestion) {
  Findings findings;
  read_panel(write("panel.csv", "regoin,year,a\nX,2001,1\n"), findings);
  EXPECT_THAT(messages(findings), HasSubstr("did you mean 'regoin'"));
}

TEST_F(PanelFiles, APanelWithoutSeriesOrLinesIsRefused) {
  expect_findings(
      [&](Findings& findings) {
        read_panel(write("a.csv", "region,year\nX,2001\n"), findings);
        read_panel(write("b.csv", "region,year,a\n"), findings);
      },
      {"a.csv: there is no series beside region and year", "b.csv: the table has a header but no lines"});
}

TEST_F(PanelFiles, FactsOfRegionsBecomeConstantSeries) {
  Findings findings;
  auto panel = read_panel(write("panel.csv", "region,year,a\nX,2001,1\nY,2001,2\nX,2002,3\nY,2002,4\n"), findings);
  auto const regions =
      read_regions(write("regions.csv", "region,label,area,part\nY,Ys,20,north\nX,Xanadu,10,south\n"), findings);
  add_facts(regions, panel, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(panel.panel.series, ElementsAre("a", "area"));
  EXPECT_EQ(panel.panel.at(0, 0, 1), 10);
  EXPECT_EQ(panel.panel.at(1, 1, 1), 20);
  EXPECT_EQ(panel.panel.at(1, 1, 0), 4);
  EXPECT_EQ(regions.labels.at("X"), "Xanadu");
  EXPECT_THAT(regions.text_columns, ElementsAre("part"));
  EXPECT_THAT(unused_columns_notice(regions, regions.text_columns),
              ElementsAre("Columns of regions.csv that nothing in this study uses: part."));
  EXPECT_TRUE(unused_columns_notice(regions, {}).empty());
}

TEST_F(PanelFiles, ARegionThatTheRegionsFileDoesNotKnowIsRefused) {
  Findings findings;
  auto panel = read_panel(write("panel.csv", "region,year,a\nOdessa,2001,1\n"), findings);
  auto const regions = read_regions(write("regions.csv", "region,area\nOdesa,20\nLviv,1\n"), findings);
  add_facts(regions, panel, findings);
  EXPECT_THAT(messages(findings), HasSubstr("found 'Odessa', expected a region of regions.csv; did you mean 'Odesa'?"));
}

TEST_F(PanelFiles, IndicatorsAreReadWithTheirDefaults) {
  Findings findings;
  Panel panel;
  panel.series = {"gdp", "population", "unemployed"};
  auto const definitions =
      read_indicators(write("indicators.csv",
                            "indicator,series,label,unit,group,direction,transform,per,scale\n"
                            "gdp_head,gdp,Product per head,USD,economy,higher,growth,population,1000\n"
                            "unemployment,unemployed,,,labour,lower,,,\n"),
                      panel, findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_EQ(definitions.size(), 2u);
  EXPECT_EQ(definitions[0].transform, Transform::growth);
  EXPECT_EQ(definitions[0].per, "population");
  EXPECT_EQ(definitions[0].scale, 1000);
  EXPECT_EQ(definitions[1].direction, Direction::lower_is_better);
  EXPECT_EQ(definitions[1].transform, Transform::level);
  EXPECT_EQ(definitions[1].scale, 1);
}

TEST_F(PanelFiles, EveryErrorOfIndicatorsIsFoundAtOnce) {
  expect_findings(
      [&](Findings& findings) {
        Panel panel;
        panel.series = {"employment", "output"};
        read_indicators(write("indicators.csv",
                              "indicator,series,label,unit,group,direction,per,colour\n"
                              "a,emploiment,,,g,higher,,red\n"
                              "a,output,,,,up,popullation,red\n"),
                        panel, findings);
      },
      {"colour: unknown column",
       "indicators.csv:2:2: series: found 'emploiment', expected a series of the panel; did you "
       "mean 'employment'?",
       "indicators.csv:3:1: indicator: found 'a', expected only one line for an indicator; line 2",
       "indicators.csv:3:5: group: the cell is empty; expected the name of a group",
       "direction: found 'up', expected higher, lower", "per: found 'popullation'"});
}

TEST_F(PanelFiles, GapsAreNamedByRegionAndYear) {
  Findings findings;
  auto const panel = read_panel(write("panel.csv", "region,year,a,b\nX,2001,1,\nY,2001,,2\nX,2002,3,3\n"), findings);
  std::vector<IndicatorDefinition> definitions(1);
  definitions[0].series = "a";
  refuse_gaps(panel, definitions, findings);
  std::string const text = messages(findings);
  EXPECT_THAT(text, HasSubstr("panel.csv:3: a: no value for region 'Y' in 2001"));
  EXPECT_THAT(text, HasSubstr("panel.csv: no line for region 'Y' in 2002"));
  EXPECT_EQ(text.find("region 'X' in 2001"), std::string::npos) << "no indicator uses series b";
}

TEST_F(PanelFiles, YearsWithoutALineAreOneFindingARegion) {
  Findings findings;
  auto const wide =
      read_panel(write("wide.csv", "region,year,a\nX,2001,1\nX,2002,1\nX,2003,1\nX,2005,1\nY,2001,1\n"), findings);
  auto const from_long = read_panel(
      write("long.csv", "region,year,series,value\nX,2001,a,1\nX,2002,a,1\nX,2003,a,1\nY,2003,a,1\n"), findings);
  std::vector<IndicatorDefinition> definitions(1);
  definitions[0].series = "a";
  refuse_gaps(wide, definitions, findings);
  refuse_gaps(from_long, definitions, findings);
  EXPECT_EQ(messages(findings),
            "wide.csv: no line for region 'Y' in 2002-2003, 2005; indicators.missing names policies for gaps\n"
            "long.csv: a: no value for region 'Y' in 2001-2002; indicators.missing names policies for gaps");
}

TEST_F(PanelFiles, NeighboursAreReadAndChecked) {
  Findings findings;
  RegionCodes const regions({"AL", "FL", "GA"});
  auto const neighbours =
      read_neighbours(write("good.csv", "from,to,distance\nAL,FL,10\nFL,AL,10\nAL,GA,3\n"), regions, findings);
  ASSERT_TRUE(findings.empty());
  ASSERT_EQ(neighbours.size(), 3U);
  EXPECT_EQ(neighbours[2].first, "AL");
  EXPECT_EQ(neighbours[2].second, "GA");
  read_neighbours(write("n.csv", "from,to,distance\nAL,FI,10\nAL,AL,1\nAL,GA,-3\nAL,FL,\nAL,FL,4\n"), regions,
                  findings);
  std::string const text = messages(findings);
  EXPECT_THAT(text, HasSubstr("n.csv:2:2: to: found 'FI', expected a region of the panel"));
  EXPECT_THAT(text, HasSubstr("n.csv:3:2: to: found 'AL', expected another region"));
  EXPECT_THAT(text, HasSubstr("n.csv:4:3: distance: found '-3', expected a distance of 0 or more"));
  EXPECT_THAT(text, HasSubstr("n.csv:5:3: distance: the cell is empty; expected a distance of 0 or more"));
  EXPECT_THAT(text, HasSubstr("n.csv:6:1: from: found 'AL', expected only one line for a pair; line 5"));
}

std::string square(std::string const& region) {
  return R"({"type":"Feature","properties":{"region":")" + region +
         R"("},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}})";
}

std::string collection(std::string const& features) {
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

TEST_F(PanelFiles, AMapWithoutSomeRegionsIsANotice) {
  Findings findings;
  auto const file = read_study_boundaries(write("map.geojson", collection(square("AL") + "," + square("XX"))),
                                          RegionCodes({"AL", "FL"}), findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_EQ(file.boundaries.size(), 2u);
  EXPECT_THAT(file.notices, ElementsAre("The map is incomplete: map.geojson has no boundary for FL.",
                                        "Boundaries without data in map.geojson: XX."));
}

TEST_F(PanelFiles, AMapOfOtherRegionsIsAnError) {
  Findings findings;
  read_study_boundaries(write("map.geojson", collection(square("Alabama"))), RegionCodes({"AL", "FL"}), findings);
  EXPECT_THAT(messages(findings), HasSubstr("no boundary belongs to a region of the study"));
}

}  // namespace
}  // namespace regio::study
