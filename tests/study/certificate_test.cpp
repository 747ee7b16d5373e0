#include "study/certificate.hpp"

#include <gmock/gmock.h>

namespace regio::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

CertificateTerm term(std::string const& margin, std::string const& region, std::string const& label, double total,
                     double multiplier) {
  return {.margin = margin, .region = region, .label = label, .total = total, .multiplier = multiplier};
}

TEST(Certificate, NamesBothSidesTheirSumsAndTheDeficit) {
  Certificate const certificate{
      .terms = {term("row", "north", "farms", 4, 1), term("row", "north", "mills", 4, 1),
                term("column", "north", "bread", 6, -1)},
      .deficit = 2,
  };
  EXPECT_EQ(certificate.conflict(),
            "rows 'farms', 'mills' of region 'north' need 8 together, but column 'bread' of region 'north' leaves room "
            "for only 6: 2 too much");
  EXPECT_EQ(certificate.repair(false),
            "Repair: lower rows 'farms', 'mills' of region 'north', or raise column 'bread' of region 'north', by at "
            "least 2 together.");
  EXPECT_THAT(certificate.repair(true), HasSubstr("; or put a number into a cell that is zero"));
}

TEST(Certificate, ATotalThatNoCellCanTakeStandsAlone) {
  Certificate const empty{.terms = {term("row", "", "farms", 4, 1)}, .deficit = 4};
  EXPECT_EQ(empty.conflict(), "row 'farms' needs 4, but no cell there can take more than 0: 4 too much");
  Certificate const sign{.terms = {term("row", "", "farms", -3, -1)}, .deficit = 3};
  EXPECT_EQ(sign.conflict(), "row 'farms' has the total -3, but cannot have less than 0: 3 too much");
}

TEST(Certificate, BoundsShareInWhatLeavesTooLittleRoom) {
  Certificate certificate{.terms = {term("constraint", "", "heavy", 9, 1), term("row", "", "farms", 4, -1)},
                          .deficit = 2,
                          .has_bounds = true};
  EXPECT_EQ(certificate.conflict(),
            "constraint 'heavy' needs 9, but row 'farms' and the bounds leave room for only 7: 2 too much");
  EXPECT_THAT(certificate.repair(true), HasSubstr("; or widen bounds"));
  certificate.terms.pop_back();
  EXPECT_EQ(certificate.conflict(), "constraint 'heavy' needs 9, but the bounds leave room for only 7: 2 too much");
}

TEST(Certificate, WeightsOtherThanOneAreSaid) {
  Certificate const certificate{.terms = {term("row", "", "farms", 4, 2), term("column", "", "bread", 6, -1)},
                                .deficit = 2};
  EXPECT_THAT(certificate.conflict(), HasSubstr("row 'farms' needs 8"));
  EXPECT_THAT(certificate.conflict(), HasSubstr("2 too much, each total times its multiplier"));
  EXPECT_THAT(certificate.repair(true), HasSubstr("(a total counts as often as its multiplier says)"));
}

TEST(Certificate, OnlyTheFirstGroupsAreNamed) {
  Certificate certificate{.terms = {}, .deficit = 1};
  for (char const* const region : {"a", "b", "c", "d", "e", "f"}) {
    certificate.terms.push_back(term("row", region, "farms", 1, 1));
  }
  EXPECT_THAT(certificate.conflict(), HasSubstr("row 'farms' of region 'd' and 2 totals more need 6 together"));
  EXPECT_THAT(certificate.conflict(), Not(HasSubstr("region 'e'")));
}

TEST(Certificate, TableHasTheLargestProductsFirstAndRegionsWhereThereAreSome) {
  Certificate const certificate{.terms = {term("row", "", "farms", 4, 1), term("column", "", "bread", 6, -2)},
                                .deficit = 1};
  format::ReportTable const table = certificate.table();
  EXPECT_THAT(table.columns, ElementsAre("Margin", "Label", "Multiplier", "Total", "Multiplier times total"));
  EXPECT_EQ(std::get<std::string>(table.rows[0][1]), "bread");
  EXPECT_EQ(std::get<double>(table.rows[0][4]), -12);
  Certificate const regional{.terms = {term("row", "north", "farms", 4, 1)}, .deficit = 1};
  EXPECT_EQ(regional.table().columns[1], "Region");
}

}  // namespace
}  // namespace regio::study
