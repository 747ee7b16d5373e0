/// Options of a command made from the keys of a study, and the study file that they amount to.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "format/study_document.hpp"

namespace CLI {
class App;
}

namespace regio::cli {

/// A study that a command's argument may ask for.
struct StudyForm {
  format::StudySchema schema;
  std::string argument;   ///< the key of [input] that the command's argument stands for: "panel"
  std::string extension;  ///< of the files that ask for it, as in ".npy"; empty: all that no other form takes
};

/// `--k-range`, `--missing`, ... for every key of one schema or more, but for the input that stands as the command's
/// argument and the seed, which is a common option. A key that is true or false is a flag for what it is not by
/// default:
/// `--no-x`.
class StudyFlags {
 public:
  /// The first form takes every extension that no other one has; its kind is the command's name.
  explicit StudyFlags(std::vector<StudyForm> forms);

  void add_to(CLI::App& command);
  /// What the argument is, for the help.
  [[nodiscard]] std::string explain_argument() const;
  /// The kind of study that this input asks for.
  [[nodiscard]] std::string const& kind_of(std::filesystem::path const& input) const;
  /// The study that the given flags amount to; paths are made relative to the folder of the argument's file. Throws
  /// InputError, also for a flag that a study of this kind does not have.
  [[nodiscard]] format::StudyDocument document(std::filesystem::path const& input) const;
  /// The same error with flags in the place of lines of the study that nobody has seen.
  [[nodiscard]] InputError named_by_flags(InputError const& error, std::filesystem::path const& input) const;
  /// The flags that were given, for repeating the run.
  [[nodiscard]] std::string command_line(std::filesystem::path const& input) const;

 private:
  struct Flag {
    format::KeySchema key;
    std::string name;                 ///< "--k-range"
    std::vector<std::string> values;  ///< as given; empty: not given
  };

  struct WrittenStudy {
    std::string text;
    std::map<std::int64_t, std::string> flag_at;  ///< line -> flag
  };
  void add_flag(format::KeySchema const& key);
  [[nodiscard]] StudyForm const& form_of(std::filesystem::path const& input) const;
  [[nodiscard]] WrittenStudy write_study(std::filesystem::path const& input) const;

  std::vector<StudyForm> forms_;
  std::vector<Flag> flags_;
};

}  // namespace regio::cli
