#include "format/atomic_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/format/folder_content.hpp"
#include "tests/format/refused_output.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

namespace fs = std::filesystem;

TEST(WriteFile, WholeOrNotAtAll) {
  TemporaryFolder const folder;
  fs::path const file = folder.path() / "study.toml";
  write_file(file, "first");
  write_file(file, "second");
  {
    FileSizeLimit const limit(100);
    EXPECT_EQ(output_error([&] { write_file(file, std::string(200, 'x')); }),
              file.string() + ": cannot be written: File too large");
  }
  EXPECT_EQ(tree(folder.path()), (std::map<std::string, std::string>{{"study.toml", "second"}}));
}

TEST(WriteFile, SystemsReason) {
  TemporaryFolder const folder;
  EXPECT_EQ(output_error([] { write_file("/dev/full", "x"); }),
            "/dev/full: cannot be written: No space left on device");
  EXPECT_EQ(output_error([&] { write_file(folder.path(), "x"); }),
            folder.path().string() + ": cannot be written: Is a directory");
  EXPECT_EQ(output_error([&] { write_file(folder.path() / "absent" / "x", "x"); }),
            (folder.path() / "absent" / "x").string() + ": cannot be written: No such file or directory");
}

TEST(WriteFile, LinksAreFollowed) {
  TemporaryFolder const folder;
  put(folder.path() / "target.txt", "old");
  fs::create_symlink("target.txt", folder.path() / "link.txt");
  write_file(folder.path() / "link.txt", "new");
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link.txt"));
  EXPECT_EQ(content_of(folder.path() / "target.txt"), "new");
}

}  // namespace
}  // namespace regio::format
