#include "format/result_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "format/digest.hpp"
#include "tests/format/folder_content.hpp"
#include "tests/format/refusal.hpp"
#include "tests/format/refused_output.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class ResultFolderTest : public ::testing::Test {
 protected:
  fs::path const& folder() const { return folder_; }

  /// A finished run of two files.
  void finish_run(std::string const& identity, ExistingResults existing = ExistingResults::refuse) {
    ResultFolder results(folder_, identity, existing);
    results.write("clusters.csv", "clusters of " + identity);
    results.write("figures/map.vl.json", "{}");
    results.finish({{"kind", "cluster"}});
  }

  std::string refused(std::string const& identity, ExistingResults existing) {
    return refusal([&] { ResultFolder const results(folder_, identity, existing); });
  }

  TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path() / "my results";
};

TEST_F(ResultFolderTest, FilesAndManifest) {
  finish_run("one");
  auto const files = tree(folder());
  EXPECT_EQ(files.size(), 4u);  // with the sub-folder
  EXPECT_EQ(files.at("clusters.csv"), "clusters of one");
  Json const manifest = Json::parse(files.at("manifest.json"));
  EXPECT_EQ(manifest["kind"], "cluster");
  EXPECT_EQ(manifest["identity"], "one");
  ASSERT_EQ(manifest["files"].size(), 2u);
  EXPECT_EQ(manifest["files"][0]["name"], "clusters.csv");
  EXPECT_EQ(manifest["files"][0]["bytes"], 15);
  EXPECT_EQ(manifest["files"][0]["sha256"], sha256("clusters of one"));
  EXPECT_EQ(manifest["files"][1]["name"], "figures/map.vl.json");
}

TEST_F(ResultFolderTest, NothingStaysOfAnUnfinishedRun) {
  folder_ = temporary_.path() / "new" / "parents" / "results";
  {
    ResultFolder results(folder_, "one", ExistingResults::refuse);
    results.write("clusters.csv", "x");
    results.write("figures/map.vl.json", "{}");
    results.write_checkpoint("bootstrap-0", "y");
  }
  EXPECT_TRUE(tree(temporary_.path()).empty());
}

TEST_F(ResultFolderTest, FoldersThatWereThereStay) {
  put(folder() / "mine" / "notes.txt", "mine");
  fs::remove_all(folder() / "mine");
  { ResultFolder const results(folder(), "one", ExistingResults::refuse); }
  EXPECT_TRUE(fs::is_directory(folder()));
}

TEST_F(ResultFolderTest, ARunThatWritesNothingChangesNothing) {
  finish_run("one");
  auto const before = tree(folder());
  { ResultFolder const results(folder(), "two", ExistingResults::force); }
  { ResultFolder const results(folder(), "one", ExistingResults::resume); }
  EXPECT_EQ(tree(folder()), before);
}

TEST_F(ResultFolderTest, NonEmptyFolderIsRefused) {
  finish_run("one");
  auto const before = tree(folder());
  EXPECT_THAT(
      refused("one", ExistingResults::refuse),
      EndsWith("my results: is not empty; name another folder with --out, or replace the results in it with --force"));
  EXPECT_EQ(tree(folder()), before);
}

TEST_F(ResultFolderTest, ForceReplacesOnlyWhatTheManifestLists) {
  finish_run("one");
  put(folder() / "notes.txt", "mine");
  put(folder() / "figures" / "drawing.svg", "mine too");
  {
    ResultFolder results(folder(), "two", ExistingResults::force);
    results.write("regions.csv", "new");
    results.finish({});
  }
  auto const files = tree(folder());
  EXPECT_EQ(files.at("notes.txt"), "mine");
  EXPECT_EQ(files.at("figures/drawing.svg"), "mine too");
  EXPECT_EQ(files.at("regions.csv"), "new");
  EXPECT_FALSE(files.contains("clusters.csv"));
  EXPECT_FALSE(files.contains("figures/map.vl.json"));
}

TEST_F(ResultFolderTest, ForceDoesNotReplaceSomebodyElsesFile) {
  finish_run("one");
  put(folder() / "regions.csv", "mine");
  ResultFolder results(folder(), "two", ExistingResults::force);
  EXPECT_THAT(output_error([&] { results.write("regions.csv", "new"); }),
              EndsWith("regions.csv: exists and is no result of an earlier run; it is not replaced"));
  EXPECT_EQ(content_of(folder() / "regions.csv"), "mine");
}

TEST_F(ResultFolderTest, ForceRefusesAFolderThatIsNoResult) {
  put(folder() / "thesis.doc", "years of work");
  std::string const expected =
      "my results: is not empty and holds no results of regio (no manifest.json of its own); nothing was changed";
  EXPECT_THAT(refused("one", ExistingResults::force), EndsWith(expected));
  EXPECT_THAT(refused("one", ExistingResults::resume), EndsWith(expected));
  put(folder() / "manifest.json", R"({"name": "a web app"})");
  EXPECT_THAT(refused("one", ExistingResults::force), EndsWith(expected));
  put(folder() / "manifest.json", "not json");
  EXPECT_THAT(refused("one", ExistingResults::force), EndsWith(expected));
  EXPECT_EQ(content_of(folder() / "thesis.doc"), "years of work");
}

TEST_F(ResultFolderTest, HostileManifestsReachNothingOutside) {
  put(temporary_.path() / "outside.txt", "safe");
  for (std::string const name : {"../outside.txt", "/etc/hostname", "a/../../outside.txt", "", ".", "a//b",
                                 "manifest.json", ".regio-run.json"}) {
    put(folder() / "manifest.json", Json{{"identity", "x"}, {"files", {{{"name", name}, {"sha256", ""}}}}}.dump());
    EXPECT_THAT(refused("one", ExistingResults::force),
                EndsWith("its list of files names '" + name + "', which no run of regio writes; nothing was changed"));
  }
  EXPECT_EQ(content_of(temporary_.path() / "outside.txt"), "safe");
}

TEST_F(ResultFolderTest, LinksInsideAreNotFollowed) {
  put(temporary_.path() / "elsewhere" / "map.vl.json", "safe");
  put(temporary_.path() / "elsewhere" / "target.csv", "safe");
  put(folder() / "manifest.json",
      R"({"identity": "x", "files": [{"name": "figures/map.vl.json", "sha256": ""}, {"name": "link.csv", "sha256": ""}]})");
  fs::create_directory_symlink(temporary_.path() / "elsewhere", folder() / "figures");
  fs::create_symlink(temporary_.path() / "elsewhere" / "target.csv", folder() / "link.csv");
  {
    ResultFolder results(folder(), "one", ExistingResults::force);
    EXPECT_THAT(output_error([&] { results.write("figures/map.vl.json", "new"); }), HasSubstr("cannot be written"));
    results.write("link.csv", "new");
    results.finish({});
  }
  EXPECT_EQ(content_of(temporary_.path() / "elsewhere" / "map.vl.json"), "safe");
  EXPECT_EQ(content_of(temporary_.path() / "elsewhere" / "target.csv"), "safe");
  EXPECT_EQ(content_of(folder() / "link.csv"), "new");
  EXPECT_FALSE(fs::is_symlink(folder() / "link.csv"));
}

TEST_F(ResultFolderTest, NamesOutsideAreADefectOfTheCaller) {
  ResultFolder results(folder(), "one", ExistingResults::refuse);
  for (char const* name : {"../x", "/x", "a/../b", "", "a/", "manifest.json", ".regio-run.json", "\xff.csv"}) {
    EXPECT_THROW(results.write(name, ""), ContractError) << name;
  }
  EXPECT_THROW(results.write_checkpoint("a/b", ""), ContractError);
}

TEST_F(ResultFolderTest, NamesInEveryScript) {
  std::vector<std::string> const names{"with space.csv", "é.csv", "e\xcc\x81.csv", "العربية.csv", "🗺/Київ.csv"};
  ResultFolder results(folder(), "one", ExistingResults::refuse);
  for (std::string const& name : names) results.write(name, name);
  results.finish({});
  for (std::string const& name : names) EXPECT_EQ(content_of(folder() / name), name);
}

TEST_F(ResultFolderTest, ResumeFindsWhatWasWritten) {
  {
    ResultFolder results(folder(), "one", ExistingResults::refuse);
    results.write("a.csv", "a");
    results.write("figures/b.json", "b");
    results.write("c.csv", "c");
    results.write_checkpoint("bootstrap-0", "half the work");
    results.keep_unfinished();
  }
  EXPECT_FALSE(fs::exists(folder() / "manifest.json"));
  EXPECT_THAT(refused("one", ExistingResults::refuse),
              EndsWith("holds an unfinished run; --resume continues it, --force replaces it"));
  put(folder() / "c.csv", "damaged");
  {
    ResultFolder results(folder(), "one", ExistingResults::resume);
    EXPECT_TRUE(results.has("a.csv"));
    EXPECT_TRUE(results.has("figures/b.json"));
    EXPECT_FALSE(results.has("c.csv"));
    EXPECT_FALSE(results.has("d.csv"));
    EXPECT_EQ(results.read_checkpoint("bootstrap-0"), "half the work");
    EXPECT_EQ(results.read_checkpoint("bootstrap-1"), "");
    results.write("c.csv", "c");
    results.finish({});
  }
  auto const files = tree(folder());
  EXPECT_EQ(files.size(), 5u);
  EXPECT_EQ(files.at("c.csv"), "c");
  EXPECT_EQ(Json::parse(files.at("manifest.json"))["files"].size(), 3u);
}

TEST_F(ResultFolderTest, ResumeRefusesAnotherRun) {
  finish_run("one");
  std::string const expected =
      "holds a run of another study, other inputs or another version of regio; --force replaces it";
  EXPECT_THAT(refused("two", ExistingResults::resume), EndsWith(expected));
  {
    ResultFolder results(folder(), "two", ExistingResults::force);
    results.write("a.csv", "a");
    results.keep_unfinished();
  }
  EXPECT_THAT(refused("one", ExistingResults::resume), EndsWith(expected));
}

TEST_F(ResultFolderTest, ResumeOfAFinishedRunHasEverything) {
  finish_run("one");
  auto const before = tree(folder());
  {
    ResultFolder results(folder(), "one", ExistingResults::resume);
    EXPECT_TRUE(results.has("clusters.csv"));
    EXPECT_TRUE(results.has("figures/map.vl.json"));
    results.finish({{"kind", "cluster"}});
  }
  EXPECT_EQ(tree(folder()), before);
}

TEST_F(ResultFolderTest, ResumeAfterForceDoesNotTakeTheOldRunsFiles) {
  finish_run("one");
  auto const old = content_of(folder() / "clusters.csv");
  {
    ResultFolder results(folder(), "two", ExistingResults::force);
    results.write("a.csv", "a");
    results.keep_unfinished();
  }
  put(folder() / "clusters.csv", old);  // as if the end had come before its removal
  ResultFolder results(folder(), "two", ExistingResults::resume);
  EXPECT_TRUE(results.has("a.csv"));
  EXPECT_FALSE(results.has("clusters.csv"));
}

TEST_F(ResultFolderTest, DamagedCheckpointsAreNotRead) {
  ResultFolder results(folder(), "one", ExistingResults::refuse);
  results.write_checkpoint("block", "content");
  EXPECT_EQ(results.read_checkpoint("block"), "content");
  std::ofstream(folder() / ".regio-checkpoints" / "block", std::ios::app) << "x";
  EXPECT_EQ(results.read_checkpoint("block"), "");
  std::ofstream(folder() / ".regio-checkpoints" / "block").flush();
  EXPECT_EQ(results.read_checkpoint("block"), "");
}

TEST_F(ResultFolderTest, TwoRunsAtATimeAreRefused) {
  ResultFolder const results(folder(), "one", ExistingResults::refuse);
  EXPECT_THAT(refused("one", ExistingResults::refuse), EndsWith("another run is writing its results there"));
}

TEST_F(ResultFolderTest, AFileInThePlaceOfTheFolder) {
  put(folder(), "file");
  EXPECT_THAT(refused("one", ExistingResults::force), EndsWith("is a file; expected a folder for the results"));
}

/// The user without rights, also where the tests run as root.
class WithoutRights {
 public:
  WithoutRights() {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) throw std::runtime_error("cannot change the user");
  }
  ~WithoutRights() {
    if (::getuid() == 0 && ::seteuid(0) != 0) std::abort();
  }
};

TEST_F(ResultFolderTest, FolderWithoutPermission) {
  fs::permissions(temporary_.path(),
                  fs::perms::all & ~(fs::perms::group_write | fs::perms::others_write | fs::perms::owner_write));
  fs::create_directory(temporary_.path() / "x");
  fs::remove(temporary_.path() / "x");
  std::optional<WithoutRights> without_rights(std::in_place);
  std::string const message =
      output_error([&] { ResultFolder const results(folder(), "one", ExistingResults::refuse); });
  without_rights.reset();
  fs::permissions(temporary_.path(), fs::perms::owner_all);
  EXPECT_EQ(message, folder().string() + ": cannot be created: Permission denied");
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(ResultFolderTest, FileBeyondTheLimitLeavesNothing) {
  std::string message;
  {
    FileSizeLimit const limit(1000);
    message = output_error([&] {
      ResultFolder results(folder(), "one", ExistingResults::refuse);
      results.write("small.csv", "x");
      results.write("large.csv", std::string(2000, 'x'));
    });
  }
  EXPECT_EQ(message, (folder() / "large.csv").string() + ": cannot be written: File too large");
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(ResultFolderTest, AFileFilledInMemoryAppearsWhenItIsPublished) {
  std::string const numbers(100'000, 'n');
  {
    ResultFolder results(folder(), "one", ExistingResults::refuse);
    auto const file = results.map("big/numbers.bin", numbers.size());
    results.write("other.csv", "x");  // files may be written while it is filled
    std::memcpy(file->data(), numbers.data(), numbers.size());
    EXPECT_FALSE(fs::exists(folder() / "big/numbers.bin"));
    EXPECT_FALSE(results.has("big/numbers.bin"));
    results.publish("big/numbers.bin", *file);
    EXPECT_TRUE(results.has("big/numbers.bin"));
    EXPECT_EQ(file->bytes(), numbers);
    results.finish(Json::object());
  }
  auto const files = tree(folder());
  EXPECT_EQ(files.at("big/numbers.bin"), numbers);
  EXPECT_THAT(files.at("manifest.json"), HasSubstr(sha256(numbers)));
  EXPECT_EQ(files.size(), 4U);  // and the folder `big`: nothing unfinished is left
}

TEST_F(ResultFolderTest, AFileFilledInMemoryThatIsNotPublishedLeavesNothing) {
  {
    ResultFolder results(folder(), "one", ExistingResults::refuse);
    auto const file = results.map("numbers.bin", 1000);
  }
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(ResultFolderTest, AFileFilledInMemoryNeedsItsRoomAtTheBeginning) {
  std::string message;
  {
    FileSizeLimit const limit(1000);
    message = output_error([&] {
      ResultFolder results(folder(), "one", ExistingResults::refuse);
      (void)results.map("numbers.bin", 2000);
    });
  }
  EXPECT_EQ(message, (folder() / "numbers.bin").string() + ": cannot be written: File too large");
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(ResultFolderTest, NoRoomEvenForTheMark) {
  std::string message;
  {
    FileSizeLimit const limit(0);
    message = output_error([&] {
      ResultFolder results(folder(), "one", ExistingResults::refuse);
      results.write("small.csv", "x");
    });
  }
  EXPECT_EQ(message, (folder() / ".regio-run.json").string() + ": cannot be written: File too large");
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(ResultFolderTest, FullDiskWhileReplacingKeepsTheOldResults) {
  finish_run("one");
  auto const before = tree(folder());
  {
    FileSizeLimit const limit(0);
    EXPECT_NE(output_error([&] {
                ResultFolder results(folder(), "two", ExistingResults::force);
                results.write("small.csv", "x");
              }),
              "");
  }
  EXPECT_EQ(tree(folder()), before);
}

/// A run of six files, three checkpoints and a manifest; does what is left to do.
void run_to_the_end(fs::path const& folder, ExistingResults existing) {
  ResultFolder results(folder, "one", existing);
  for (int block = 0; block < 3; ++block) {
    std::string const name = "block-" + std::to_string(block);
    if (results.read_checkpoint(name).empty())
      results.write_checkpoint(name, std::string(5000, static_cast<char>('a' + block)));
  }
  for (int i = 0; i < 6; ++i) {
    std::string const name = (i % 3 == 0 ? "figures/" : "") + std::to_string(i) + ".csv";
    if (!results.has(name)) results.write(name, std::string(20'000, static_cast<char>('a' + i)));
  }
  results.finish({{"kind", "cluster"}});
}

TEST_F(ResultFolderTest, KilledAtAnyMomentAndResumedGivesTheSameBytes) {
  auto const started = std::chrono::steady_clock::now();
  run_to_the_end(folder(), ExistingResults::refuse);
  auto const duration = std::chrono::steady_clock::now() - started;
  auto const expected = tree(folder());
  constexpr int moments = 50;
  int interrupted = 0;
  for (int moment = 0; moment < moments; ++moment) {
    fs::path const killed = temporary_.path() / ("killed " + std::to_string(moment));
    pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      run_to_the_end(killed, ExistingResults::refuse);
      ::_exit(0);
    }
    std::this_thread::sleep_for(duration * moment / moments);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    interrupted += WIFSIGNALED(status) ? 1 : 0;
    run_to_the_end(killed, ExistingResults::resume);
    ASSERT_EQ(tree(killed), expected) << "killed at moment " << moment;
    fs::remove_all(killed);
  }
  EXPECT_GT(interrupted, 0);
}

}  // namespace
}  // namespace regio::format
