#include "format/suggestion.hpp"

#include <gtest/gtest.h>

namespace regio::format {
namespace {

TEST(Suggestion, EditDistanceCountsInsertDeleteReplaceAndSwap) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("elbow", "elbow"), 0);
  EXPECT_EQ(edit_distance("elbow", "ebow"), 1);
  EXPECT_EQ(edit_distance("elbow", "eblow"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(Suggestion, EditDistanceCountsCharactersNotBytes) { EXPECT_EQ(edit_distance("Київ", "Киів"), 1); }

TEST(Suggestion, NearestKnownWord) {
  EXPECT_EQ(did_you_mean("restrats", {"seed", "restarts", "start_year"}), "; did you mean 'restarts'?");
}

TEST(Suggestion, DifferingCaseIsSuggestedWhateverTheLength) {
  EXPECT_EQ(did_you_mean("GSP", {"emp", "gsp"}), "; did you mean 'gsp'?");
  EXPECT_EQ(did_you_mean("al", {"AK", "AL"}), "; did you mean 'AL'?");
}

TEST(Suggestion, NothingNearSaysNothing) {
  EXPECT_EQ(did_you_mean("population", {"gsp", "emp"}), "");
  EXPECT_EQ(did_you_mean("", {"a"}), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

TEST(Suggestion, TiesGoToTheFirst) { EXPECT_EQ(did_you_mean("bat", {"cat", "hat"}), "; did you mean 'cat'?"); }

}  // namespace
}  // namespace regio::format
