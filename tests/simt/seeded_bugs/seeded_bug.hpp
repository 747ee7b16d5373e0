/// Kernels with one mistake each, and how each of the three builds must answer.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "tests/simt/address_sanitizer.hpp"
#include "tests/simt/device.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/test_launch.hpp"

namespace simt {

/// Which builds see a mistake, and how. A build that cannot see it does not run it: the run would mean nothing.
struct Answers {
  std::optional<FindingKind> plain;     ///< of the executor itself; the build with sanitizers gives it too
  std::optional<FindingKind> observed;  ///< of the build that observes accesses
  char const* sanitizer = nullptr;      ///< a regular expression for the words with which a sanitizer ends the program
};

/// A mistake that the executor sees without observing accesses.
inline Answers in_every_build(FindingKind kind) { return {.plain = kind, .observed = kind}; }
inline Answers only_observed(FindingKind kind) { return {.observed = kind}; }

/// Runs the launch, which must end with one finding of the right kind whose text holds `words`.
inline void expect_caught(Answers const& answers, std::string const& words, std::function<bool()> const& launch) {
#if defined(__SANITIZE_THREAD__)
  std::optional<FindingKind> const expected = answers.observed;
#else
  std::optional<FindingKind> const expected = answers.plain;
#endif
  if (address_sanitizer && answers.sanitizer != nullptr) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)launch(), answers.sanitizer);
    return;
  }
  if (!expected.has_value()) return;
  ExecutorOptions const before = options();
  options().fail_fast = false;
  findings().clear();
  EXPECT_FALSE(launch()) << "the mistake was not found";
  ASSERT_EQ(findings().size(), 1U);
  EXPECT_EQ(findings()[0].kind, *expected)
      << name_of(findings()[0].kind) << " instead of " << name_of(*expected) << ": " << findings()[0].text;
  EXPECT_NE(findings()[0].text.find(words), std::string::npos) << findings()[0].text;
  findings().clear();
  options() = before;
}

}  // namespace simt
