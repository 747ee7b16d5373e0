#include "study/region_codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace regio::study {
namespace {

using ::testing::HasSubstr;

TEST(RegionCodes, KeepTheOrderOfFirstAppearance) {
  RegionCodes codes;
  EXPECT_EQ(codes.insert("b"), 0);
  EXPECT_EQ(codes.insert("a"), 1);
  EXPECT_EQ(codes.insert("b"), 0);
  EXPECT_EQ(codes.codes(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(codes.find("a"), 1);
  EXPECT_EQ(codes.find("A"), std::nullopt) << "codes are case-sensitive";
}

TEST(RegionCodes, ComposedAndDecomposedAccentsDifferOnlyByNormalisation) {
  std::string const composed = "\u010Cerkasy";     // C with caron
  std::string const decomposed = "C\u030Cerkasy";  // C, combining caron
  EXPECT_TRUE(differ_only_by_normalisation(composed, decomposed));
  EXPECT_TRUE(differ_only_by_normalisation(decomposed, composed));
  EXPECT_TRUE(differ_only_by_normalisation("Ky\u0457v", "Ky\u0456\u0308v")) << "Cyrillic yi";
  EXPECT_TRUE(differ_only_by_normalisation("\u1EC7", "e\u0323\u0302")) << "two marks on one letter";
  EXPECT_FALSE(differ_only_by_normalisation(composed, composed));
  EXPECT_FALSE(differ_only_by_normalisation(composed, "Cerkasy")) << "the accent is missing";
  EXPECT_FALSE(differ_only_by_normalisation("ab", "abc"));
  EXPECT_FALSE(differ_only_by_normalisation("\u010Cerkasy", "C\u030Cerkasi"));
  EXPECT_FALSE(differ_only_by_normalisation("", "a"));
}

TEST(RegionCodes, UnknownCodesGetTheLikelyOne) {
  RegionCodes const codes({"Zhytomyr", "Rivne", "\u010Cerkasy"});
  EXPECT_THAT(codes.hint("Zhitomyr"), HasSubstr("did you mean 'Zhytomyr'?"));
  EXPECT_THAT(codes.hint("C\u030Cerkasy"), HasSubstr("NFC and NFD"));
  EXPECT_EQ(codes.hint("Tokyo"), "");
}

}  // namespace
}  // namespace regio::study
