#include "format/unchanged_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/format/refusal.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

constexpr std::size_t file_bytes = std::size_t{1} << 20;

class UnchangedFileTest : public testing::Test {
 protected:
  UnchangedFileTest() : path_(folder_.path() / "points") { write(); }

  void write() const { std::ofstream(path_, std::ios::binary) << std::string(file_bytes, 'x'); }

  TemporaryFolder folder_;
  std::filesystem::path path_;
};

TEST_F(UnchangedFileTest, IsMappedAndUnchanged) {
  UnchangedFile const file(path_);
  EXPECT_EQ(file.bytes(), std::string(file_bytes, 'x'));
  EXPECT_TRUE(file.is_unchanged());
  EXPECT_NO_THROW(file.require_unchanged());
}

TEST_F(UnchangedFileTest, PagesThatWereCutOffReadAsZeros) {
  UnchangedFile const file(path_);
  UnchangedFile const other(path_);
  std::filesystem::resize_file(path_, 100);
  auto const zeros = static_cast<std::size_t>(std::count(file.bytes().begin(), file.bytes().end(), '\0'));
  EXPECT_EQ(zeros, file_bytes - 100);
  EXPECT_FALSE(file.is_unchanged());
  EXPECT_EQ(refusal([&] { file.require_unchanged(); }),
            path_.string() + ": was changed while it was read; run again when nothing writes to it");
  EXPECT_EQ(other.bytes().back(), '\0');
  EXPECT_FALSE(other.is_unchanged());
}

TEST_F(UnchangedFileTest, PagesThatWereCutOffStayLostWhenTheFileGrowsAgain) {
  UnchangedFile const file(path_);
  auto const time = std::filesystem::last_write_time(path_);
  std::filesystem::resize_file(path_, 0);
  EXPECT_EQ(file.bytes().front(), '\0');
  write();
  std::filesystem::last_write_time(path_, time);
  EXPECT_FALSE(file.is_unchanged());
}

TEST_F(UnchangedFileTest, AnotherFileOfThatNameIsAChange) {
  UnchangedFile const file(path_);
  auto const time = std::filesystem::last_write_time(path_);
  std::filesystem::rename(path_, folder_.path() / "old");
  EXPECT_FALSE(file.is_unchanged());
  write();
  std::filesystem::last_write_time(path_, time);
  EXPECT_FALSE(file.is_unchanged());
  EXPECT_EQ(file.bytes().front(), 'x');
}

TEST_F(UnchangedFileTest, RefusesWhatCannotBeReadSeveralTimes) {
  EXPECT_EQ(refusal([&] { UnchangedFile(folder_.path() / "absent"); }),
            (folder_.path() / "absent").string() + ": no such file");
  EXPECT_EQ(refusal([&] { UnchangedFile(folder_.path()); }),
            folder_.path().string() + ": is a folder; expected a file");
  std::ofstream(folder_.path() / "empty").flush();
  EXPECT_EQ(refusal([&] { UnchangedFile(folder_.path() / "empty"); }),
            (folder_.path() / "empty").string() + ": is empty");
  EXPECT_EQ(refusal([&] { UnchangedFile("/dev/zero"); }),
            "/dev/zero: is a pipe or a device; expected a file, which is read several times");
}

}  // namespace
}  // namespace regio::format
