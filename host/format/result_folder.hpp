/// A folder of results: files appear whole or not at all, manifest.json lists them, an interrupted run can be resumed.
///
/// Until manifest.json is written, last, `.regio-run.json` marks the folder as an unfinished run: the run's identity
/// and, before each file appears, its name and SHA-256. So a run that was killed at any moment is resumed with the same
/// bytes, and neither --force nor --resume ever touches a file that is not the run's own. Links inside the folder are
/// not followed. Two runs cannot write into one folder at a time.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "format/atomic_file.hpp"
#include "format/descriptor.hpp"
#include "format/mapped_output.hpp"

namespace regio::format {

using Json = nlohmann::ordered_json;

enum class ExistingResults { refuse, force, resume };

class ResultFolder {
 public:
  /// Opens the folder, or creates it with its parents. `identity` names the run (a digest): resume needs the same one.
  /// Nothing in an existing folder changes before the first write. Throws InputError: a non-empty folder without force
  /// or resume, a folder that is no result of regio, another run (with resume), a manifest that lists a file outside of
  /// the folder, another process at work there. Throws OutputError with the system's reason: no permission, no space.
  ResultFolder(std::filesystem::path path, std::string identity, ExistingResults existing);
  /// Removes what it made when the run did not finish, unless keep_unfinished() was called or the run was a resumed
  /// one.
  ~ResultFolder();
  ResultFolder(ResultFolder const&) = delete;
  ResultFolder& operator=(ResultFolder const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }
  /// Writes `name` (UTF-8; may contain sub-folders) whole or not at all; a second time replaces it. Throws OutputError
  /// with the system's reason, or when a file of that name is not the run's own; ContractError for a name outside of
  /// the folder.
  void write(std::string const& name, std::string_view content);
  /// A file of this size that the caller fills in memory; publish() makes it the result `name`. One at a time. Throws
  /// as write().
  std::unique_ptr<MappedOutput> map(std::string const& name, std::size_t bytes);
  void publish(std::string const& name, MappedOutput& file);
  /// True when this run, or the one that it resumes, wrote this file completely.
  [[nodiscard]] bool has(std::string const& name) const;
  /// Intermediate results that a resumed run reads back; not part of the results, removed by finish(). No sub-folders.
  void write_checkpoint(std::string const& name, std::string_view content);
  [[nodiscard]] std::string read_checkpoint(std::string const& name) const;  ///< "" when there is none or it is damaged
  /// Completes the manifest with "identity" and "files" (name, bytes and SHA-256 of everything written, by name),
  /// writes manifest.json, removes the marks of the unfinished run and what an earlier run left of its own.
  void finish(Json manifest);
  /// After an interruption: leaves the folder as it is, for --resume.
  void keep_unfinished() noexcept { keep_ = true; }

 private:
  struct WrittenFile {
    std::string sha256;
    std::size_t bytes = 0;
  };

  Descriptor open_parent_of(std::string const& name);
  template <class Write>
  void record(std::string const& name, std::string_view content, Write const& write);
  void create_or_open();
  void take_over(ExistingResults existing);
  void adopt_verified_files();
  void begin();
  void remove_unfinished_files();
  void write_mark();
  void remove_own(std::string const& name) noexcept;
  void remove_checkpoints() noexcept;
  void abandon() noexcept;
  void remove_created_folders() noexcept;

  std::filesystem::path path_;
  std::string identity_;
  Descriptor folder_;
  std::filesystem::path created_;           ///< the topmost folder that did not exist before
  std::map<std::string, std::string> own_;  ///< name, SHA-256 of what the mark or the old manifest lists
  std::map<std::string, WrittenFile> written_;
  bool resumed_ = false, begun_ = false, finished_ = false, keep_ = false;
};

}  // namespace regio::format
