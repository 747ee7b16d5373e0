/// Study files: TOML read against a schema, with positions, types, choices and "did you mean".
///
/// A schema is a list of keys with their kind, default and one line of explanation. The same schema checks a file,
/// gives the commented file that `regio new` writes, and the table of keys in the documentation. [study] version and
/// [study] kind belong to every study and are not listed in a schema.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <regio/error.hpp>

namespace regio::format {

using StudyValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                                std::vector<std::string>>;

enum class KeyKind : std::uint8_t {
  boolean,
  integer,
  number,
  text,
  path,
  choice,
  integer_or_choice,
  integer_list,
  number_list,
  text_list
};

struct KeySchema {
  std::string table;  ///< "clusters"
  std::string key;    ///< "k_range"
  KeyKind kind = KeyKind::text;
  std::string explanation;                   ///< one line, for people
  StudyValue default_value = std::string();  ///< of a required key: what `regio new` shows
  bool required = false;
  bool optional = false;                      ///< no default: left out of the values unless given
  std::vector<std::string> choices;           ///< for choice and integer_or_choice
  double smallest = -1e308, largest = 1e308;  ///< bounds of numbers, and of each number of a list
  std::string example;                        ///< TOML text shown, commented out, by `regio new` for optional keys
};

struct StudySchema {
  std::string kind;  ///< "cluster"
  std::string explanation;
  std::vector<KeySchema> keys;
};

/// A checked study file: every key of the schema has a value, but for optional ones not given.
class StudyDocument {
 public:
  /// Reads and checks. Throws InputError with every finding: syntax, unknown table or key, wrong type, choice or range,
  /// a required key that is missing, version other than 1, another kind than the schema's. An integer is a number too.
  /// Lines and columns count from 1; a column is a character of the line.
  static StudyDocument read(std::filesystem::path const& path, StudySchema const& schema);
  static StudyDocument parse(std::string text, std::string name, std::filesystem::path folder,
                             StudySchema const& schema);
  /// Only the value of [study] kind, for choosing the schema. Throws InputError when it is none of `known`.
  static std::string read_kind(std::filesystem::path const& path, std::vector<std::string> const& known);

  /// True when the key has a value, its own or the default. The accessors below throw std::logic_error when it has none
  /// or one of another type.
  [[nodiscard]] bool has(std::string const& table, std::string const& key) const;
  [[nodiscard]] bool boolean(std::string const& table, std::string const& key) const;
  [[nodiscard]] std::int64_t integer(std::string const& table, std::string const& key) const;
  [[nodiscard]] double number(std::string const& table, std::string const& key) const;
  [[nodiscard]] std::string const& text(std::string const& table, std::string const& key) const;
  [[nodiscard]] std::vector<std::int64_t> const& integers(std::string const& table, std::string const& key) const;
  [[nodiscard]] std::vector<double> const& numbers(std::string const& table, std::string const& key) const;
  [[nodiscard]] std::vector<std::string> const& texts(std::string const& table, std::string const& key) const;
  /// True when an integer_or_choice key holds an integer.
  [[nodiscard]] bool is_integer(std::string const& table, std::string const& key) const;
  /// A path key, relative to the study file's folder; empty when not given.
  [[nodiscard]] std::filesystem::path path(std::string const& table, std::string const& key) const;
  /// A finding at a key's position.
  [[nodiscard]] InputProblem problem(std::string const& table, std::string const& key, std::string expected) const;
  /// The file's text, as read.
  [[nodiscard]] std::string const& source() const noexcept { return source_; }
  [[nodiscard]] std::string const& file() const noexcept { return file_; }

 private:
  struct Entry {
    StudyValue value;
    std::int64_t line = 0, column = 0;  ///< 0: the default
    std::string found;                  ///< as the file has it; empty: the default
  };
  friend class StudyCheck;

  template <class Value>
  [[nodiscard]] Value const& value(std::string const& table, std::string const& key) const;

  std::map<std::pair<std::string, std::string>, Entry> entries_;
  std::string source_, file_;
  std::filesystem::path folder_;
};

/// A commented study file with every key at its default, optional keys commented out; it reads back to the defaults.
std::string commented_study(StudySchema const& schema);

}  // namespace regio::format
