#include <regio/error.hpp>
#include <regio/outcome.hpp>

#include <gtest/gtest.h>

#include <set>

namespace regio {
namespace {

TEST(InputProblem, TextHasPositionFieldFoundAndExpected) {
  InputProblem problem;
  problem.file = "panel.csv";
  problem.line = 17;
  problem.column = 4;
  problem.field = "gsp";
  problem.found = "abc";
  problem.expected = "a number";
  EXPECT_EQ(problem.text(), "panel.csv:17:4: gsp: found 'abc', expected a number");
}

TEST(InputProblem, TextWithoutPosition) {
  InputProblem problem;
  problem.file = "panel.csv";
  problem.expected = "the file has no header";
  EXPECT_EQ(problem.text(), "panel.csv: the file has no header");
}

TEST(InputError, PrintsTwentyProblemsAndCountsTheRest) {
  std::vector<InputProblem> problems(25);
  for (std::size_t i = 0; i < problems.size(); ++i) problems[i].expected = "problem " + std::to_string(i + 1);
  InputError const error(problems);
  std::string const text = error.what();
  EXPECT_NE(text.find("problem 20\n... and 5 more"), std::string::npos) << text;
  EXPECT_EQ(text.find("problem 21"), std::string::npos);
  EXPECT_EQ(error.problems().size(), 25u);
}

TEST(InputError, OfOneMessageKeepsIt) {
  InputError const error("the study has no regions");
  EXPECT_STREQ(error.what(), "the study has no regions");
  EXPECT_EQ(error.problems().size(), 1u);
}

TEST(Names, EveryOutcomeAndFailureHasItsOwn) {
  std::set<std::string_view> names;
  for (int o = 0; o <= static_cast<int>(Outcome::cancelled); ++o) names.insert(name(static_cast<Outcome>(o)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Outcome::cancelled) + 1);
  names.clear();
  for (int f = 0; f <= static_cast<int>(DeviceFailure::failed); ++f) names.insert(name(static_cast<DeviceFailure>(f)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(DeviceFailure::failed) + 1);
}

}  // namespace
}  // namespace regio
