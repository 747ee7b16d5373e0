#include "study/study_kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/balance_study.hpp"
#include "study/cluster_study_file.hpp"

namespace regio::study {
namespace {

using format::StudyDocument;
using ::testing::AllOf;
using ::testing::HasSubstr;

StudyDocument new_document(std::string const& kind) {
  auto const schema = schema_of_kind(kind);
  return StudyDocument::parse(format::commented_study(schema), "new.toml", "", schema);
}

TEST(StudyKinds, EveryKindWritesAFileThatItReads) {
  for (std::string const& kind : study_kinds()) EXPECT_EQ(new_document(kind).text("study", "kind"), kind);
}

TEST(StudyKinds, TheCommentedFileSaysWhatTheDefaultsSay) {
  EXPECT_EQ(cluster_options(new_document("cluster")).choice.kmeans.restarts, 100);
  EXPECT_EQ(dynamics_options(new_document("dynamics"), "dynamics").stable_share, 0.9);
  BalanceOptions const balance = balance_options(new_document("balance"));
  EXPECT_EQ(balance.method, BalanceOptions{}.method);
  EXPECT_EQ(balance.tolerance, BalanceOptions{}.tolerance);
  EXPECT_EQ(balance.max_iterations, BalanceOptions{}.max_iterations);
  EXPECT_EQ(balance.over_relaxation, BalanceOptions{}.over_relaxation);
}

TEST(StudyKinds, AnUnknownKindGetsASuggestion) {
  try {
    (void)schema_of_kind("balanse");
    FAIL();
  } catch (InputError const& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("the kinds are cluster, dynamics"), HasSubstr("did you mean 'balance'?")));
  }
}

}  // namespace
}  // namespace regio::study
