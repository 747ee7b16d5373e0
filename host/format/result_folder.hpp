/// A folder of results: files appear whole or not at all, manifest.json lists them, an interrupted run can be resumed.
///
/// Every file is written beside its place under a temporary name, flushed and renamed. The manifest is written last;
/// until then `.regio-run.json` marks the folder as an unfinished run of one study (digest of study text, options and
/// inputs).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace regio::format {

using Json = nlohmann::ordered_json;

enum class ExistingResults { refuse, force, resume };

class ResultFolder {
 public:
  /// Opens or creates the folder. `identity` names the run (a digest): resume needs the same one. Throws OutputError or
  /// InputError: a non-empty folder without force or resume, a folder that is no result of regio (with force), another
  /// run (with resume), no permission, no space. With force only the files that the old manifest lists are removed.
  ResultFolder(std::filesystem::path path, std::string identity, ExistingResults existing);
  /// Removes what it made when the run did not finish and nothing can be resumed (see keep_unfinished).
  ~ResultFolder();
  ResultFolder(ResultFolder const&) = delete;
  ResultFolder& operator=(ResultFolder const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }
  /// Writes `name` (may contain a sub-folder) whole or not at all. Throws OutputError with the system's reason.
  void write(std::string const& name, std::string_view content);
  /// True after resume when an earlier run of the same identity already wrote this file completely.
  [[nodiscard]] bool has(std::string const& name) const;
  /// Intermediate results that a resumed run reads back; not part of the results, removed by finish().
  void write_checkpoint(std::string const& name, std::string_view content);
  [[nodiscard]] std::string read_checkpoint(std::string const& name) const;  ///< "" when there is none or it is damaged
  /// Completes manifest["files"] with name, bytes and SHA-256 of everything written, writes manifest.json, removes the
  /// marks of the unfinished run.
  void finish(Json manifest);
  /// After an interruption: leaves the folder as it is, for --resume.
  void keep_unfinished() noexcept { keep_ = true; }

 private:
  std::filesystem::path path_;
  std::string identity_;
  std::map<std::string, std::string> written_;  ///< name, SHA-256
  bool created_ = false, finished_ = false, keep_ = false;
};

/// Writes one file whole or not at all, outside of any result folder.
void write_file(std::filesystem::path const& path, std::string_view content);

}  // namespace regio::format
