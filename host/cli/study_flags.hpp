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

/// `--k-range`, `--missing`, ... for every key of a schema, but for the input that stands as the command's argument and
/// the seed, which is a common option. A key that is true or false is a flag for what it is not by default: `--no-x`.
class StudyFlags {
 public:
  /// `argument`: the key of [input] that is the command's argument ("panel").
  StudyFlags(format::StudySchema schema, std::string argument);

  void add_to(CLI::App& command);
  /// The study that the given flags amount to; paths are made relative to the folder of the argument's file.
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
  [[nodiscard]] WrittenStudy write_study(std::filesystem::path const& input) const;

  format::StudySchema schema_;
  std::string argument_;
  std::vector<Flag> flags_;
};

}  // namespace regio::cli
