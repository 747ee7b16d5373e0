/// Files that a test writes for a reader, and the messages that the reader gives.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regio/error.hpp>

#include "format/csv_reader.hpp"

namespace regio::study {

/// A folder that is removed with the test.
class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto const* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("regio ") + test->test_suite_name() + "." + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(std::string const& name, std::string_view text) const {
    std::filesystem::path const path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// The messages of the findings, without the folder's name; "" when there are none.
  std::string messages(format::Findings& findings) const {
    try {
      findings.throw_if_any();
      return "";
    } catch (InputError const& error) {
      std::string text = error.what();
      std::string const prefix = folder_.string() + "/";
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
      return text;
    }
  }

  /// Reads, and expects each of the messages among those of the findings.
  template <class Read>
  void expect_findings(Read const& read, std::vector<std::string> const& expected) const {
    format::Findings findings;
    read(findings);
    std::string const text = messages(findings);
    for (std::string const& message : expected) EXPECT_THAT(text, ::testing::HasSubstr(message));
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace regio::study
