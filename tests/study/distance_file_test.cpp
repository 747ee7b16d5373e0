#include "study/distance_file.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using format::Findings;
using ::testing::ElementsAre;
using ::testing::IsNan;

class DistanceFile : public FileTest {
 protected:
  RegionCodes const regions_ = RegionCodes({"A", "B", "C"});

  auto reading(std::string const& lines) {
    return [this, lines](Findings& findings) {
      read_distances(write("distances.csv", "origin,destination,distance\n" + lines), regions_, findings);
    };
  }
};

TEST_F(DistanceFile, OneLineAPairHoldsForBothDirections) {
  Findings findings;
  auto const distances =
      read_distances(write("d.csv", "origin,destination,distance\nB,A,10\nC,A,20\nB,C,30.5\n"), regions_, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(distances, ElementsAre(IsNan(), 10, 20, 10, IsNan(), 30.5, 20, 30.5, IsNan()));
}

TEST_F(DistanceFile, BothDirectionsMayDifferAndOwnOnesAreNotUsed) {
  Findings findings;
  auto const distances = read_distances(
      write("d.csv", "origin,destination,distance\nA,B,10\nB,A,11\nA,C,20\nB,C,30\nA,A,0\n"), regions_, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(distances, ElementsAre(IsNan(), 10, 20, 11, IsNan(), 30, 20, 30, IsNan()));
}

TEST_F(DistanceFile, EveryPairWithoutADistanceIsNamed) {
  expect_findings(
      reading("A,B,10\n"),
      {"distances.csv: distance: a line for 'A' and 'C': every two regions need a distance", "a line for 'B' and 'C'"});
}

TEST_F(DistanceFile, WrongLinesAreRefusedWithTheirPlace) {
  std::string const rest = "A,C,1\nB,C,1\n";
  expect_findings(reading("A,B,0\n" + rest), {"distances.csv:2:3: distance: found '0', expected a distance above 0"});
  expect_findings(reading("A,B,-4\n" + rest), {"distances.csv:2:3: distance: found '-4'"});
  expect_findings(reading("A,B,\n" + rest), {"distances.csv:2:3: distance", "a distance above 0"});
  expect_findings(reading("A,B,far\n" + rest), {"distances.csv:2:3: distance: found 'far'"});
  expect_findings(reading("A,D,1\n" + rest),
                  {"distances.csv:2:2: destination: found 'D', expected a region of the study"});
  expect_findings(reading("A,B,1\nA,B,2\n" + rest),
                  {"distances.csv:3:1: origin", "only one line for the distance from A to B; line 2 has it already"});
}

}  // namespace
}  // namespace regio::study
