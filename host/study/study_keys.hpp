/// Keys of study files in C++: words and what they stand for, tables of keys with kinds, defaults and bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/study_document.hpp"

namespace regio::study {

using format::KeyKind;
using format::KeySchema;
using format::StudySchema;

/// A word of the study file and what it stands for; the first of a list is the default.
template <class Value>
struct Word {
  std::string_view text;
  Value value;
};
template <class Value>
Word(std::string_view, Value) -> Word<Value>;  // clang before 17 deduces none for aggregates

template <class Words>
std::vector<std::string> texts(Words const& words) {
  std::vector<std::string> result;
  for (auto const& word : words) result.emplace_back(word.text);
  return result;
}

template <class Words>
auto value_of(Words const& words, std::string_view text) {
  for (auto const& word : words) {
    if (word.text == text) return word.value;
  }
  return words[0].value;  // the schema has refused every other text
}

/// Describes the keys of one table; each call adds one.
class TableKeys {
 public:
  TableKeys(StudySchema& schema, std::string table) : schema_(schema), table_(std::move(table)) {}

  void text(std::string key, std::string explanation, std::string default_value) {
    add(std::move(key), KeyKind::text, std::move(explanation)).default_value = std::move(default_value);
  }
  void optional_text(std::string key, std::string explanation, std::string example) {
    leave_out(add(std::move(key), KeyKind::text, std::move(explanation)), std::move(example));
  }
  void file(std::string key, std::string explanation, std::string name) {
    KeySchema& schema = add(std::move(key), KeyKind::path, std::move(explanation));
    schema.required = true;
    schema.default_value = std::move(name);
  }
  void optional_file(std::string key, std::string explanation, std::string example) {
    leave_out(add(std::move(key), KeyKind::path, std::move(explanation)), std::move(example));
  }
  void integer(std::string key, std::string explanation, std::int64_t default_value, double smallest, double largest) {
    KeySchema& schema = add(std::move(key), KeyKind::integer, std::move(explanation));
    schema.default_value = default_value;
    bound(schema, smallest, largest);
  }
  void optional_integer(std::string key, std::string explanation, std::string example, double smallest,
                        double largest) {
    KeySchema& schema = add(std::move(key), KeyKind::integer, std::move(explanation));
    bound(schema, smallest, largest);
    leave_out(schema, std::move(example));
  }
  void boolean(std::string key, std::string explanation, bool default_value) {
    add(std::move(key), KeyKind::boolean, std::move(explanation)).default_value = default_value;
  }
  void number(std::string key, std::string explanation, double default_value, double smallest, double largest) {
    KeySchema& schema = add(std::move(key), KeyKind::number, std::move(explanation));
    schema.default_value = default_value;
    bound(schema, smallest, largest);
  }
  void integers(std::string key, std::string explanation, std::vector<std::int64_t> default_value, double smallest,
                double largest) {
    KeySchema& schema = add(std::move(key), KeyKind::integer_list, std::move(explanation));
    schema.default_value = std::move(default_value);
    bound(schema, smallest, largest);
  }
  template <class Words>
  KeySchema& choice(std::string key, std::string explanation, Words const& words) {
    KeySchema& schema = add(std::move(key), KeyKind::choice, std::move(explanation));
    schema.choices = texts(words);
    schema.default_value = schema.choices.front();
    return schema;
  }
  template <class Words>
  void integer_or_choice(std::string key, std::string explanation, Words const& words, double smallest,
                         double largest) {
    KeySchema& schema = choice(std::move(key), std::move(explanation), words);
    schema.kind = KeyKind::integer_or_choice;
    bound(schema, smallest, largest);
  }

 private:
  KeySchema& add(std::string key, KeyKind kind, std::string explanation) {
    KeySchema schema;
    schema.table = table_;
    schema.key = std::move(key);
    schema.kind = kind;
    schema.explanation = std::move(explanation);
    return schema_.keys.emplace_back(std::move(schema));
  }
  static void bound(KeySchema& schema, double smallest, double largest) {
    schema.smallest = smallest;
    schema.largest = largest;
  }
  static void leave_out(KeySchema& schema, std::string example) {
    schema.optional = true;
    schema.example = std::move(example);
  }

  StudySchema& schema_;
  std::string table_;
};

/// The schema of a kind of study, with the table [study] that all of them begin with. `title` is the default, `seed`
/// what the seed is for.
inline StudySchema study_schema(std::string kind, std::string explanation, std::string title, std::string seed) {
  StudySchema schema;
  schema.kind = std::move(kind);
  schema.explanation = std::move(explanation);
  TableKeys study(schema, "study");
  study.text("title", "heading of the report", std::move(title));
  study.optional_text("source", "where the data come from, for the line under every figure",
                      "\"Statistical Office, 2024\"");
  study.integer("seed", std::move(seed), 1, 0, 9e18);
  return schema;
}

}  // namespace regio::study
