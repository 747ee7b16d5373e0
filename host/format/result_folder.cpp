#include "format/result_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <regio/error.hpp>

#include "format/digest.hpp"
#include "format/text_encoding.hpp"

namespace regio::format {
namespace {

constexpr char const* manifest_name = "manifest.json";
constexpr char const* mark_name = ".regio-run.json";
constexpr char const* checkpoints_name = ".regio-checkpoints";
constexpr std::string_view private_prefix = ".regio-";
constexpr mode_t folder_mode = 0777;  // less what the user's umask takes away

[[noreturn]] void refuse(std::filesystem::path const& path, std::string const& reason) {
  throw InputError(path.string() + ": " + reason);
}

[[noreturn]] void fail(std::filesystem::path const& path, std::string const& what, int error) {
  throw OutputError(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(error)));
}

std::vector<std::string> components(std::string const& name) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = name.find('/'); end != name.npos; end = name.find('/', begin)) {
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(name.substr(begin));
  return parts;
}

/// A relative name that stays inside the folder and is none of the folder's own marks.
bool is_result_name(std::string const& name) {
  if (name == manifest_name || name.starts_with(private_prefix) || encoding_problem(name, "")) return false;
  auto const parts = components(name);
  return std::none_of(parts.begin(), parts.end(),
                      [](std::string const& part) { return part.empty() || part == "." || part == ".."; });
}

/// The folder of a result; links are refused, so that nothing outside is reached. Not open, with errno, on failure.
Descriptor open_parent(int folder, std::string const& name, bool create) {
  auto const parts = components(name);
  Descriptor parent(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; parent.is_open() && i + 1 < parts.size(); ++i) {
    if (create && ::mkdirat(parent.value(), parts[i].c_str(), folder_mode) != 0 && errno != EEXIST) return {};
    parent = Descriptor(::openat(parent.value(), parts[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return parent;
}

bool exists_in(int folder, std::string const& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

std::optional<std::string> read_result(int folder, std::string const& name) {
  Descriptor const parent = open_parent(folder, name, false);
  if (!parent.is_open()) return std::nullopt;
  return read_file_in(parent.value(), components(name).back());
}

/// What a manifest or a mark says about the run that wrote it.
struct RunRecord {
  std::string identity;
  std::map<std::string, std::string> files;  ///< name, SHA-256
};

/// The record in `name`; one without identity when the file is there but damaged or of somebody else; nullopt when
/// there is no file.
std::optional<RunRecord> read_record(int folder, char const* name) {
  if (!exists_in(folder, name)) return std::nullopt;
  Json const json = Json::parse(read_file_in(folder, name).value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("identity") || !json["identity"].is_string() || !json.contains("files") ||
      !json["files"].is_array()) {
    return RunRecord{};
  }
  RunRecord record{.identity = json["identity"]};
  for (Json const& file : json["files"]) {
    auto const text = [&](char const* key) {
      return file.is_object() && file.contains(key) && file[key].is_string() ? std::string(file[key]) : std::string();
    };
    record.files[text("name")] = text("sha256");
  }
  return record;
}

}  // namespace

ResultFolder::ResultFolder(std::filesystem::path path, std::string identity, ExistingResults existing)
    : path_(std::move(path)), identity_(std::move(identity)) {
  try {
    create_or_open();
    take_over(existing);
  } catch (...) {
    remove_created_folders();
    throw;
  }
}

ResultFolder::~ResultFolder() {
  if (finished_ || ((keep_ || resumed_) && begun_)) return;
  abandon();
}

void ResultFolder::create_or_open() {
  std::error_code error;
  if (path_.empty()) throw InputError("the result folder has no name");
  if (std::filesystem::exists(path_, error) && !std::filesystem::is_directory(path_, error)) {
    refuse(path_, "is a file; expected a folder for the results");
  }
  std::filesystem::path top = std::filesystem::absolute(path_).lexically_normal();
  if (!top.has_filename()) top = top.parent_path();
  for (std::filesystem::path folder = top; folder != folder.parent_path(); folder = folder.parent_path()) {
    if (std::filesystem::exists(std::filesystem::symlink_status(folder, error))) break;
    created_ = folder;
  }
  std::filesystem::create_directories(top, error);
  if (error) fail(path_, "cannot be created", error.value());
  folder_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_.is_open()) fail(path_, "cannot be opened", errno);
  if (::faccessat(folder_.value(), ".", W_OK | X_OK, AT_EACCESS) != 0) fail(path_, "cannot be written to", errno);
  // Freed by the system when the process ends, however it ends. File systems without locks do without.
  if (::flock(folder_.value(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    refuse(path_, "another run is writing its results there");
  }
}

void ResultFolder::take_over(ExistingResults existing) {
  bool empty = true;
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator(path_, error)) {
    empty = empty && entry.path().filename().string().starts_with(unfinished_prefix);
  }
  if (error) fail(path_, "cannot be listed", error.value());
  if (empty) return;

  auto const mark = read_record(folder_.value(), mark_name);
  auto const manifest = read_record(folder_.value(), manifest_name);
  if (existing == ExistingResults::refuse) {
    if (mark) refuse(path_, "holds an unfinished run; --resume continues it, --force replaces it");
    refuse(path_, "is not empty; name another folder with --out, or replace the results in it with --force");
  }
  if (!mark && (!manifest || manifest->identity.empty())) {
    refuse(path_, "is not empty and holds no results of regio (no manifest.json of its own); nothing was changed");
  }
  for (auto const* record : {manifest ? &*manifest : nullptr, mark ? &*mark : nullptr}) {
    if (record == nullptr) continue;
    for (auto const& [name, digest] : record->files) {
      if (!is_result_name(name)) {
        refuse(path_,
               fmt::format("its list of files names '{}', which no run of regio writes; nothing was changed", name));
      }
      // What another run wrote must never be taken for a file of this one, so its digest is not kept.
      own_[name] = existing == ExistingResults::resume ? digest : "";
    }
  }
  if (existing == ExistingResults::resume) {
    if ((mark ? mark : manifest)->identity != identity_) {
      refuse(path_, "holds a run of another study, other inputs or another version of regio; --force replaces it");
    }
    resumed_ = true;
    adopt_verified_files();
  }
}

/// Files of the run that is resumed count as written when their bytes are those that it meant to write.
void ResultFolder::adopt_verified_files() {
  for (auto const& [name, digest] : own_) {
    auto const content = read_result(folder_.value(), name);
    if (content && sha256(*content) == digest) written_[name] = {.sha256 = digest, .bytes = content->size()};
  }
}

/// The first change to the folder: the mark, then away with what is replaced.
void ResultFolder::begin() {
  if (begun_) return;
  write_mark();
  begun_ = true;
  ::unlinkat(folder_.value(), manifest_name, 0);
  remove_unfinished_files();
  if (resumed_) return;
  for (auto const& [name, digest] : own_) remove_own(name);
  own_.clear();
  remove_checkpoints();
}

/// What a process that was killed left beside its place.
void ResultFolder::remove_unfinished_files() {
  std::set<std::string> folders{"", std::string(checkpoints_name) + '/'};
  for (auto const& [name, digest] : own_) folders.insert(name.substr(0, name.rfind('/') + 1));
  for (std::string const& folder : folders) {
    Descriptor const opened = open_parent(folder_.value(), folder + "any", false);
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(path_ / folder, error)) {
      std::string const name = entry.path().filename().string();
      if (name.starts_with(unfinished_prefix)) ::unlinkat(opened.value(), name.c_str(), 0);
    }
  }
}

void ResultFolder::write_mark() {
  Json mark;
  mark["identity"] = identity_;
  mark["files"] = Json::array();
  for (auto const& [name, digest] : own_) mark["files"].push_back({{"name", name}, {"sha256", digest}});
  // Later marks become durable with the file that they announce.
  write_file_in(folder_.value(), mark_name, mark.dump(1) + '\n', (path_ / mark_name).string(),
                begun_ ? Durability::with_folder : Durability::at_once);
}

/// The folder of a result that may be written.
Descriptor ResultFolder::open_parent_of(std::string const& name) {
  if (!is_result_name(name)) {
    throw ContractError("ResultFolder::write: name", "is '" + name + "'; expected a relative name inside the folder");
  }
  begin();
  Descriptor parent = open_parent(folder_.value(), name, true);
  if (!parent.is_open()) fail(path_ / name, "cannot be written", errno);
  if (!own_.contains(name) && exists_in(parent.value(), components(name).back())) {
    throw OutputError((path_ / name).string() + ": exists and is no result of an earlier run; it is not replaced");
  }
  return parent;
}

/// Announces a file in the mark, then writes it.
template <class Write>
void ResultFolder::record(std::string const& name, std::string_view content, Write const& write) {
  written_.erase(name);
  std::string digest = sha256(content);
  own_[name] = digest;
  write_mark();
  write();
  written_[name] = {.sha256 = std::move(digest), .bytes = content.size()};
}

void ResultFolder::write(std::string const& name, std::string_view content) {
  Descriptor const parent = open_parent_of(name);
  record(name, content,
         [&] { write_file_in(parent.value(), components(name).back(), content, (path_ / name).string()); });
}

std::unique_ptr<MappedOutput> ResultFolder::map(std::string const& name, std::size_t bytes) {
  (void)open_parent_of(name);
  return std::make_unique<MappedOutput>(folder_.value(), bytes, (path_ / name).string());
}

void ResultFolder::publish(std::string const& name, MappedOutput& file) {
  Descriptor const parent = open_parent_of(name);
  record(name, file.bytes(), [&] { file.publish(parent.value(), components(name).back()); });
}

bool ResultFolder::has(std::string const& name) const { return written_.contains(name); }

void ResultFolder::write_checkpoint(std::string const& name, std::string_view content) {
  if (!is_result_name(name) || name.find('/') != name.npos) {
    throw ContractError("ResultFolder::write_checkpoint: name", "is '" + name + "'; expected a plain file name");
  }
  begin();
  Descriptor const folder = open_parent(folder_.value(), std::string(checkpoints_name) + "/" + name, true);
  if (!folder.is_open()) fail(path_ / checkpoints_name, "cannot be written", errno);
  write_file_in(folder.value(), name, sha256(content).append("\n").append(content),
                (path_ / checkpoints_name / name).string());
}

std::string ResultFolder::read_checkpoint(std::string const& name) const {
  if (!resumed_ && !begun_) return "";
  auto const text = read_result(folder_.value(), std::string(checkpoints_name) + "/" + name);
  std::size_t const line_end = text ? text->find('\n') : std::string::npos;
  if (line_end == std::string::npos) return "";
  std::string content = text->substr(line_end + 1);
  return sha256(content) == text->substr(0, line_end) ? content : "";
}

void ResultFolder::finish(Json manifest) {
  begin();
  for (auto const& [name, digest] : own_) {
    if (!written_.contains(name)) remove_own(name);
  }
  remove_checkpoints();
  manifest["identity"] = identity_;
  manifest["files"] = Json::array();
  for (auto const& [name, file] : written_) {
    manifest["files"].push_back({{"name", name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  std::string const text = manifest.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
  write_file_in(folder_.value(), manifest_name, text, (path_ / manifest_name).string());
  finished_ = true;
  ::unlinkat(folder_.value(), mark_name, 0);
  ::fsync(folder_.value());
}

/// Removes a file of this or the old run, and its sub-folders once they are empty.
void ResultFolder::remove_own(std::string const& name) noexcept {
  auto parts = components(name);
  for (int flags = 0; !parts.empty(); flags = AT_REMOVEDIR, parts.pop_back()) {
    std::string path = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) path += "/" + parts[i];
    Descriptor const parent = open_parent(folder_.value(), path, false);
    if (!parent.is_open() || (::unlinkat(parent.value(), parts.back().c_str(), flags) != 0 && errno != ENOENT)) return;
  }
}

void ResultFolder::remove_checkpoints() noexcept {
  Descriptor const folder(::openat(folder_.value(), checkpoints_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.is_open()) return;
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator(path_ / checkpoints_name, error)) {
    ::unlinkat(folder.value(), entry.path().filename().c_str(), 0);
  }
  ::unlinkat(folder_.value(), checkpoints_name, AT_REMOVEDIR);
}

void ResultFolder::abandon() noexcept {
  if (begun_) {
    for (auto const& [name, digest] : own_) remove_own(name);
    remove_checkpoints();
    ::unlinkat(folder_.value(), mark_name, 0);
  }
  remove_created_folders();
}

void ResultFolder::remove_created_folders() noexcept {
  if (created_.empty()) return;
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(path_, error).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  while (std::filesystem::remove(folder, error) && folder != created_) folder = folder.parent_path();
}

}  // namespace regio::format
