#include "study/label_files.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using format::Findings;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using LabelFiles = FileTest;

TEST_F(LabelFiles, WideAndLongFormsGiveTheSameHistory) {
  Findings findings;
  auto const wide = read_labels(write("wide.csv", "region,code,2001,2002\nX,a,1,3\nY,b,2,\n"), findings);
  auto const from_long =
      read_labels(write("long.csv", "region,year,cluster\nX,2001,1\nY,2001,2\nX,2002,3\n"), findings);
  ASSERT_EQ(messages(findings), "");
  for (LabelsFile const* file : {&wide, &from_long}) {
    ASSERT_EQ(file->histories.size(), 1u);
    EXPECT_THAT(file->groups, ElementsAre("all"));
    EXPECT_THAT(file->histories[0].regions, ElementsAre("X", "Y"));
    EXPECT_THAT(file->histories[0].years, ElementsAre(2001, 2002));
    EXPECT_THAT(file->histories[0].labels, ElementsAre(0, 1, 2, -1));
    EXPECT_EQ(file->histories[0].clusters, 3);
  }
}

TEST_F(LabelFiles, GroupsHaveTheirOwnHistories) {
  Findings findings;
  auto const file = read_labels(
      write("clusters.csv", "group,year,region,cluster,distance\ng,2001,X,1,0.5\ng,2001,Y,2,0.1\nh,2001,Y,1,0\n"),
      findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(file.groups, ElementsAre("g", "h"));
  EXPECT_THAT(file.histories[1].regions, ElementsAre("Y"));
}

TEST_F(LabelFiles, LabelsThatAreNotClusterNumbersAreRefusedWithTheirPlaces) {
  expect_findings(
      [&](Findings& findings) {
        read_labels(write("wide.csv", "region,2001,2002\nX,rich,0\nY,1.5,-1\nZ,1,100000\n"), findings);
      },
      {"wide.csv:2:2: 2001: found 'rich', expected a number",
       "wide.csv:2:3: 2002: found '0', expected a cluster number from 1 (add 1",
       "wide.csv:3:2: 2001: found '1.5', expected a cluster number", "wide.csv:3:3: 2002: found '-1'",
       "wide.csv:4:3: 2002: found '100000'"});
}

TEST_F(LabelFiles, DuplicatesAndUnknownColumnsAreRefused) {
  expect_findings(
      [&](Findings& findings) {
        read_labels(write("a.csv", "region,year,cluster\nX,2001,1\nX,2001,2\n"), findings);
        read_labels(write("b.csv", "region,2001,colour\nX,1,red\nX,2,blue\n"), findings);
        read_labels(write("c.csv", "region,2001,colour\nX,1,red\n"), findings);
      },
      {"a.csv:3:1: region: found 'X', expected only one line for region 'X' in 2001; line 2",
       "b.csv:3:1: region: found 'X', expected only one line for a region; line 2", "c.csv: colour: unknown column"});
}

TEST_F(LabelFiles, ATableWithoutYearsIsRefused) {
  Findings findings;
  read_labels(write("d.csv", "region,label\nX,Xanadu\n"), findings);
  EXPECT_THAT(messages(findings), HasSubstr("d.csv: there is no column `cluster`, and no column named by a year"));
}

TEST_F(LabelFiles, APanelIsCalledByItsName) {
  Findings findings;
  read_labels(write("panel.csv", "region,year,name,gdp\nX,2001,Xanadu,\nY,2001,Ys,1234.5\n"), findings);
  EXPECT_EQ(messages(findings),
            "panel.csv: cluster: there is no such column; the file looks like a panel: its column 'gdp' holds 1234.5; "
            "did you mean 'regio cluster', which takes panels? (a table of labels has region, year and cluster)");
  read_labels(write("labels.csv", "region,year,clusters\nX,2001,1\n"), findings);
  EXPECT_THAT(messages(findings), HasSubstr("did you mean 'clusters'?"));
}

class Targets : public FileTest {
 protected:
  LabelsFile labels() {
    Findings findings;
    auto result = read_labels(write("labels.csv", "region,2001,2002\nX,1,1\nY,2,1\nZ,2,2\n"), findings);
    EXPECT_TRUE(findings.empty());
    return result;
  }
};

TEST_F(Targets, MeansAreRankedHighestFirst) {
  Findings findings;
  auto const ranking =
      read_ranking(write("t.csv", "year,cluster,mean\n2001,1,5\n2001,2,9\n2002,1,3\n2002,2,1\n"), labels(), findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(ranking.at(0)->rank, ElementsAre(2, 1, 1, 2));
}

TEST_F(Targets, ValuesOfRegionsGiveTheMeans) {
  Findings findings;
  auto const ranking =
      read_ranking(write("t.csv", "region,year,value\nX,2001,5\nY,2001,8\nZ,2001,10\nX,2002,1\nY,2002,2\nZ,2002,9\n"),
                   labels(), findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(ranking.at(0)->mean, ElementsAre(5, 9, 1.5, 9));
  EXPECT_THAT(ranking.at(0)->rank, ElementsAre(2, 1, 2, 1));
}

TEST_F(Targets, WhatDoesNotFitTheLabelsIsRefused) {
  expect_findings(
      [&](Findings& findings) {
        read_ranking(write("a.csv", "year,cluster,mean\n2003,1,5\n2001,3,9\n2001,1,1\n2001,1,2\n"), labels(), findings);
        read_ranking(write("b.csv", "region,year,value\nX,2001,5\nYY,2001,8\n"), labels(), findings);
        read_ranking(write("c.csv", "region,year,target\nX,2001,5\n"), labels(), findings);
      },
      {"a.csv:2:1: year: found '2003', expected a year of the labels (2001 to 2002)",
       "a.csv:3:2: cluster: found '3', expected a cluster of the labels (1 to 2)",
       "a.csv:5:2: cluster: found '1', expected only one line for a year and cluster; line 4",
       "b.csv:3:1: region: found 'YY', expected a region of labels.csv",
       "b.csv: value: no value for region 'Y' in 2001-2002", "c.csv: a target has the columns"});
}

}  // namespace
}  // namespace regio::study
