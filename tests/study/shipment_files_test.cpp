#include "study/shipment_files.hpp"

#include <gmock/gmock.h>

#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using format::Findings;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ShipmentFiles : public FileTest {
 protected:
  ShipmentsFile shipments(std::string const& lines, std::string const& header = "origin,destination,industry,value") {
    Findings findings;
    ShipmentsFile file = read_shipments(write("shipments.csv", header + "\n" + lines), nullptr, nullptr, findings);
    EXPECT_EQ(messages(findings), "");
    return file;
  }
};

TEST_F(ShipmentFiles, CodesStandInTheOrderOfTheirAppearanceAndYearsAscend) {
  ShipmentsFile const file = shipments("south,north,coal,3,2021\nnorth,south,bread,1,2020\nsouth,east,coal,2,2020\n",
                                       "origin,destination,industry,value,year");
  EXPECT_THAT(file.regions.codes(), ElementsAre("south", "north", "east"));
  EXPECT_THAT(file.industries.codes(), ElementsAre("coal", "bread"));
  ASSERT_EQ(file.years.size(), 2U);
  EXPECT_TRUE(file.has_years);
  EXPECT_EQ(file.years[0].year, 2020);
  EXPECT_THAT(file.years[0].origin, ElementsAre(1, 0));
  EXPECT_THAT(file.years[0].destination, ElementsAre(0, 2));
  EXPECT_THAT(file.years[0].industry, ElementsAre(1, 0));
  EXPECT_THAT(file.years[0].value, ElementsAre(1, 2));
  EXPECT_THAT(file.years[1].value, ElementsAre(3));
  EXPECT_THAT(file.all_years().value, ElementsAre(1, 2, 3));
  EXPECT_EQ(file.region_label(0), "south") << "a code is its own label";
}

TEST_F(ShipmentFiles, AColumnMissingOrUnknownIsNamed) {
  expect_findings(
      [&](Findings& findings) {
        read_shipments(write("a.csv", "origin,destination,industry,values\nA,B,x,1\n"), nullptr, nullptr, findings);
      },
      {"did you mean 'values'", "a.csv: values: unknown column; did you mean 'value'"});
}

TEST_F(ShipmentFiles, AFileWithoutShipmentsIsRefused) {
  expect_findings(
      [&](Findings& findings) {
        read_shipments(write("a.csv", "origin,destination,industry,value\n"), nullptr, nullptr, findings);
      },
      {"at least one shipment"});
}

TEST_F(ShipmentFiles, ValuesMustBeThereAndNotNegative) {
  expect_findings(
      [&](Findings& findings) {
        read_shipments(write("a.csv", "origin,destination,industry,value\nA,B,x,\nB,A,x,much\n"), nullptr, nullptr,
                       findings);
        read_shipments(write("b.csv", "origin,destination,industry,value\nA,B,x,0\nB,A,x,-2\n"), nullptr, nullptr,
                       findings);
      },
      {"a.csv:3:4: value: found 'much', expected a number",
       "b.csv:3:4: value: found '-2', expected a number that is "
       "not negative"});
  expect_findings(
      [&](Findings& findings) {
        read_shipments(write("a.csv", "origin,destination,industry,value\nA,B,x,\n"), nullptr, nullptr, findings);
      },
      {"a.csv:2:4: value"});
}

TEST_F(ShipmentFiles, UnknownCodesGetTheLikelyOne) {
  RegionsFile regions;
  for (char const* code : {"north", "south"}) regions.codes.insert(code);
  IndustriesFile industries;
  for (char const* code : {"coal", "bread"}) industries.codes.insert(code);
  expect_findings(
      [&](Findings& findings) {
        read_shipments(write("a.csv", "origin,destination,industry,value\nnort,south,coal,1\nnorth,south,bred,1\n"),
                       &regions, &industries, findings);
      },
      {"a.csv:2:1: origin: found 'nort'", "did you mean 'north'", "a.csv:3:3: industry: found 'bred'",
       "did you mean 'bread'"});
}

TEST_F(ShipmentFiles, RegionsOfTheListCountWithoutShipments) {
  RegionsFile regions;
  for (char const* code : {"north", "south", "moon"}) regions.codes.insert(code);
  regions.labels["moon"] = "The Moon";
  Findings findings;
  ShipmentsFile const file = read_shipments(write("a.csv", "origin,destination,industry,value\nnorth,south,x,1\n"),
                                            &regions, nullptr, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_EQ(file.regions.size(), 3);
  EXPECT_EQ(file.region_label(2), "The Moon");
  EXPECT_EQ(file.shipments(file.years[0]).regions, 3);
}

TEST_F(ShipmentFiles, AShipmentStandsOnOneLine) {
  char const* const lines =
      "origin,destination,industry,value,year,use\nA,B,x,1,2020,raw\nA,B,x,1,2020,finished\nA,B,x,1,2021,raw\n"
      "B,A,x,1,2020,raw\n";
  Findings findings;
  read_shipments(write("different.csv", lines), nullptr, nullptr, findings);
  EXPECT_EQ(messages(findings), "") << "use, year and direction tell shipments apart";
  expect_findings(
      [&](Findings& of_twice) {
        read_shipments(write("twice.csv", std::string(lines) + "A,B,x,7,2020,raw\n"), nullptr, nullptr, of_twice);
      },
      {"twice.csv:6:1: origin", "only one line for industry x from A to B in 2020; line 2 has it already"});
}

TEST_F(ShipmentFiles, TheUseOfAShipmentGoesBeforeThatOfItsIndustry) {
  Findings findings;
  IndustriesFile const industries =
      read_industries(write("industries.csv", "industry,label,use\ncoal,Coal,raw\nbread,,finished\n"), findings);
  ShipmentsFile const file =
      read_shipments(write("shipments.csv",
                           "origin,destination,industry,value,use\nA,B,coal,1,\nA,B,bread,1,\nB,A,coal,1,finished\n"
                           "B,A,bread,1,raw\n"),
                     nullptr, &industries, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(file.years[0].is_raw, ElementsAre(1, 0, 0, 1));
  EXPECT_TRUE(file.has_use);
  EXPECT_EQ(file.industry_label(0), "Coal");
  EXPECT_EQ(file.industry_label(1), "bread") << "an empty label is none";
  EXPECT_THAT(file.notices, IsEmpty());
}

TEST_F(ShipmentFiles, WithoutAnyUseTheReaderIsTold) {
  ShipmentsFile const file = shipments("A,B,x,1\n");
  EXPECT_FALSE(file.has_use);
  EXPECT_THAT(file.notices, ElementsAre(HasSubstr("count as finished")));
}

TEST_F(ShipmentFiles, WordsOfUseAndClassAreChecked) {
  expect_findings(
      [&](Findings& findings) {
        read_shipments(write("a.csv", "origin,destination,industry,value,use\nA,B,x,1,Raw\n"), nullptr, nullptr,
                       findings);
        read_industries(write("b.csv", "industry,use,traded\nx,raw,local\ny,half,lokal\nx,raw,local\n"), findings);
      },
      {"a.csv:2:5: use: found 'Raw', expected raw or finished", "b.csv:3:2: use: found 'half'",
       "b.csv:3:3: traded: found 'lokal', expected traded, conditional or local",
       "b.csv:4:1: industry: found 'x', expected only one line for an industry; line 2 has it already"});
}

TEST_F(ShipmentFiles, ClassesOfIndustriesSayWhichAreTraded) {
  Findings findings;
  IndustriesFile const industries =
      read_industries(write("i.csv", "industry,traded\ncoal,traded\nbread,local\nmilk,conditional\n"), findings);
  ShipmentsFile const file =
      read_shipments(write("s.csv", "origin,destination,industry,value\nA,B,coal,1\n"), nullptr, &industries, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(file.traded, ElementsAre(1, 0, 0));
  EXPECT_THAT(file.classes, ElementsAre(IndustryClass::traded, IndustryClass::local, IndustryClass::conditional));
}

TEST_F(ShipmentFiles, YearsBetweenOthersAreNamedAsRanges) {
  ShipmentsFile const file =
      shipments("A,B,x,1,1\nA,B,x,1,3\nA,B,x,1,2000000000\n", "origin,destination,industry,value,year");
  ASSERT_EQ(file.years.size(), 3U);
  EXPECT_THAT(file.notices, ::testing::Contains(HasSubstr("no shipments of 2, 4-1999999999:")));
}

TEST_F(ShipmentFiles, MergedRegionsStandInPlaceOfTheirParts) {
  ShipmentsFile file = shipments("city,land,x,1\nland,coast,x,2\ncoast,city,x,3\n");
  Findings findings;
  auto const into = merge_regions(write("merge.csv", "into,region\nmetro,city\nmetro,land\n"), file, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(into, ElementsAre(0, 0, 1));
  EXPECT_THAT(file.regions.codes(), ElementsAre("metro", "coast"));
  EXPECT_THAT(file.years[0].origin, ElementsAre(0, 0, 1));
  EXPECT_THAT(file.years[0].destination, ElementsAre(0, 1, 0));
}

TEST_F(ShipmentFiles, ARegionMayBeMergedIntoOneOfItsParts) {
  ShipmentsFile file = shipments("city,land,x,1\nland,coast,x,2\n");
  Findings findings;
  merge_regions(write("merge.csv", "into,region\nland,city\nland,land\n"), file, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(file.regions.codes(), ElementsAre("land", "coast"));
}

TEST_F(ShipmentFiles, WrongMergersAreRefused) {
  ShipmentsFile const file = shipments("city,land,x,1\nland,coast,x,2\n");
  auto const merge = [&](std::string const& lines) {
    return [this, file, lines](Findings& findings) {
      ShipmentsFile copy = file;
      merge_regions(write("merge.csv", "into,region\n" + lines), copy, findings);
    };
  };
  expect_findings(merge("metro,citty\n"), {"merge.csv:2:2: region: found 'citty'", "did you mean 'city'"});
  expect_findings(merge("metro,city\nother,city\n"), {"only one line for a region; line 2 has it already"});
  expect_findings(merge(",city\n"), {"merge.csv:2:1: into", "the code of the merged region"});
  expect_findings(merge("coast,city\n"), {"'coast' is a region of its own that is not merged"});
}

TEST_F(ShipmentFiles, FactsOfAYearAreAddedUpOverMergedRegions) {
  RegionCodes const regions({"city", "land", "coast"});
  Findings findings;
  auto const path = write("employment.csv",
                          "region,industry,value,year\ncity,shops,5,2020\ncity,shops,7,2021\nland,shops,2,2021\n"
                          "coast,mines,4,2021\n");
  RegionalFacts const facts = read_regional_facts(path, regions, {0, 0, 1}, 2, 2021, nullptr, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(facts.industries.codes(), ElementsAre("shops", "mines"));
  EXPECT_THAT(facts.values, ElementsAre(9, 0, 0, 4));
}

TEST_F(ShipmentFiles, FactsAreChecked) {
  RegionCodes const regions({"city", "land"}), industries({"shops"});
  auto const facts = [&](std::string const& lines) {
    return [&, lines](Findings& findings) {
      read_regional_facts(write("e.csv", "region,industry,value,year\n" + lines), regions, {}, 2, 2021, &industries,
                          findings);
    };
  };
  expect_findings(facts("citi,shops,1,2021\n"), {"e.csv:2:1: region: found 'citi'", "did you mean 'city'"});
  expect_findings(facts("city,shop,1,2021\n"), {"e.csv:2:2: industry: found 'shop'", "did you mean 'shops'"});
  expect_findings(facts("city,shops,-1,2021\n"), {"e.csv:2:3: value: found '-1'"});
  expect_findings(facts("city,shops,1,2020\n"), {"a line for 2021, the year that is shown"});
  expect_findings(facts("city,shops,1,2021\ncity,shops,2,2021\n"),
                  {"only one line for a region and industry; line 2 has it already"});
}

}  // namespace
}  // namespace regio::study
