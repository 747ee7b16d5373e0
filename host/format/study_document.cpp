#include "format/study_document.hpp"

#include <algorithm>
#include <cmath>
#include <locale>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "format/checked_toml.hpp"
#include "format/csv_writer.hpp"
#include "format/findings.hpp"
#include "format/mapped_file.hpp"
#include "format/suggestion.hpp"
#include "format/text_encoding.hpp"

namespace regio::format {
namespace {

constexpr std::int64_t study_version = 1;

bool fails_an_assertion(std::string_view text) {
  try {
    (void)toml::parse(text);
  } catch (TomlAssertionFailed const&) {
    return true;
  } catch (toml::parse_error const&) {
  }
  return false;
}

/// Bytes up to which a text that fails an assertion has to be read for it: every longer beginning fails too.
std::size_t bytes_to_failed_assertion(std::string_view text) {
  std::size_t passes = 0;
  std::size_t fails = text.size();
  while (fails - passes > 1) {
    std::size_t const middle = passes + (fails - passes) / 2;
    (fails_an_assertion(text.substr(0, middle)) ? fails : passes) = middle;
  }
  return fails;
}

toml::table parsed_toml(std::string_view text, std::string const& file) {
  if (auto problem = encoding_problem(text, file)) throw InputError({*std::move(problem)});
  InputProblem problem{.file = file};
  try {
    return toml::parse(text);
  } catch (toml::parse_error const& error) {
    problem.line = error.source().begin.line;
    problem.column = error.source().begin.column;
    problem.expected = "is no TOML here: " + std::string(error.description());
  } catch (TomlAssertionFailed const&) {
    std::string_view const read = text.substr(0, bytes_to_failed_assertion(text));
    std::size_t const line_start = read.rfind('\n') + 1;  // npos + 1 is 0
    problem.line = 1 + std::count(read.begin(), read.end(), '\n');
    problem.column = static_cast<std::int64_t>(std::max<std::size_t>(read.size() - line_start, 1));
    problem.expected = "is no TOML here: a key or a value is missing";
  }
  throw InputError({std::move(problem)});
}

/// A value as TOML writes it, shortened; the bare text of a string.
std::string found_text(toml::node const& node) {
  std::string text;
  if (auto const* string = node.as_string()) {
    text = string->get();
  } else if (auto const* array = node.as_array()) {
    // Item by item: to lay an array out, toml++ makes integers of the logarithms of its numbers, of infinity too.
    std::vector<std::string> items;
    for (toml::node const& item : *array) {
      items.push_back(item.is_string() ? "'" + found_text(item) + "'" : found_text(item));
    }
    text = items.empty() ? "[]" : fmt::format("[ {} ]", fmt::join(items, ", "));
  } else if (node.is_table()) {
    text = "a table";
  } else {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    node.visit([&](auto const& value) { stream << value; });
    text = stream.str();
  }
  return text.empty() ? "\"\"" : shortened(std::move(text));
}

/// Whole numbers without an exponent, which people read more easily.
std::string bound_text(double bound) {
  return std::abs(bound) < 1e15 && bound == std::floor(bound) ? fmt::format("{:.0f}", bound) : number_text(bound);
}

std::string bounds_text(KeySchema const& key) {
  bool const from = key.smallest > -1e308;
  bool const to = key.largest < 1e308;
  if (from && to) return fmt::format(" from {} to {}", bound_text(key.smallest), bound_text(key.largest));
  if (from) return fmt::format(" of at least {}", bound_text(key.smallest));
  if (to) return fmt::format(" of at most {}", bound_text(key.largest));
  return "";
}

std::string choices_text(KeySchema const& key) { return fmt::format("{}", fmt::join(key.choices, ", ")); }

/// What a key takes, in words: "a whole number from 1 to 1000, or one of elbow, gap".
std::string expectation(KeySchema const& key) {
  switch (key.kind) {
    case KeyKind::boolean: return "true or false";
    case KeyKind::integer:
      if (key.smallest == key.largest) return number_text(key.smallest);
      return "a whole number" + bounds_text(key);
    case KeyKind::number: return "a number" + bounds_text(key);
    case KeyKind::text: return "a text in quotes";
    case KeyKind::path: return "the name of a file, in quotes";
    case KeyKind::choice: return "one of " + choices_text(key);
    case KeyKind::integer_or_choice: return "a whole number" + bounds_text(key) + ", or one of " + choices_text(key);
    case KeyKind::integer_list: return "a list of whole numbers" + bounds_text(key) + ", as in [1, 2]";
    case KeyKind::number_list: return "a list of numbers" + bounds_text(key) + ", as in [0.5, 1]";
    case KeyKind::text_list: break;
  }
  return "a list of texts, as in [\"a\", \"b\"]";
}

std::optional<std::int64_t> checked_integer(toml::node const& node, KeySchema const& key) {
  auto const* integer = node.as_integer();
  if (integer == nullptr) return std::nullopt;
  auto const value = static_cast<double>(integer->get());
  if (value < key.smallest || value > key.largest) return std::nullopt;
  return integer->get();
}

std::optional<double> checked_number(toml::node const& node, KeySchema const& key) {
  if (!node.is_number()) return std::nullopt;
  double const value = *node.value<double>();
  if (!std::isfinite(value) || value < key.smallest || value > key.largest) return std::nullopt;
  return value;
}

std::optional<std::string> checked_text(toml::node const& node, KeySchema const&) {
  return node.value_exact<std::string>();
}

std::optional<std::string> checked_choice(toml::node const& node, KeySchema const& key) {
  auto text = node.value_exact<std::string>();
  if (text && std::find(key.choices.begin(), key.choices.end(), *text) == key.choices.end()) text.reset();
  return text;
}

/// The list's values when every one passes `check`.
template <class Value>
std::optional<StudyValue> checked_list(toml::node const& node, KeySchema const& key,
                                       std::optional<Value> (*check)(toml::node const&, KeySchema const&)) {
  auto const* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<Value> values;
  for (toml::node const& element : *array) {
    auto value = check(element, key);
    if (!value) return std::nullopt;
    values.push_back(*std::move(value));
  }
  return values;
}

template <class Value>
std::optional<StudyValue> as_study_value(std::optional<Value> value) {
  if (!value) return std::nullopt;
  return StudyValue(*std::move(value));
}

/// The value, when it is what the key takes.
std::optional<StudyValue> checked_value(toml::node const& node, KeySchema const& key) {
  switch (key.kind) {
    case KeyKind::boolean: return as_study_value(node.value_exact<bool>());
    case KeyKind::integer: return as_study_value(checked_integer(node, key));
    case KeyKind::number: return as_study_value(checked_number(node, key));
    case KeyKind::text: return as_study_value(checked_text(node, key));
    case KeyKind::path: {
      auto path = checked_text(node, key);
      if (path && (path->empty() || path->find('\0') != path->npos)) path.reset();
      return as_study_value(std::move(path));
    }
    case KeyKind::choice: return as_study_value(checked_choice(node, key));
    case KeyKind::integer_or_choice:
      return node.is_integer() ? as_study_value(checked_integer(node, key)) : as_study_value(checked_choice(node, key));
    case KeyKind::integer_list: return checked_list(node, key, checked_integer);
    case KeyKind::number_list: return checked_list(node, key, checked_number);
    case KeyKind::text_list: break;
  }
  return checked_list(node, key, checked_text);
}

/// [study] version and kind, which every study has.
std::vector<KeySchema> keys_of_every_study(std::string const& kind) {
  KeySchema version{.table = "study", .key = "version", .kind = KeyKind::integer, .required = true};
  version.explanation = "of this file's layout";
  version.default_value = study_version;
  version.smallest = version.largest = static_cast<double>(study_version);
  KeySchema name{.table = "study", .key = "kind", .kind = KeyKind::choice, .required = true};
  name.explanation = "what is done";
  name.default_value = kind;
  name.choices = {kind};
  return {version, name};
}

StudySchema with_keys_of_every_study(StudySchema schema) {
  auto keys = keys_of_every_study(schema.kind);
  schema.keys.insert(schema.keys.begin(), keys.begin(), keys.end());
  return schema;
}

/// Tables of a schema, in the order of their first key.
std::vector<std::string> table_names(StudySchema const& schema) {
  std::vector<std::string> names;
  for (KeySchema const& key : schema.keys) {
    if (std::find(names.begin(), names.end(), key.table) == names.end()) names.push_back(key.table);
  }
  return names;
}

std::string as_text(std::filesystem::path const& path) { return std::string(MappedFile(path).bytes()); }

}  // namespace

/// Compares a TOML document with a schema and fills a StudyDocument.
class StudyCheck {
 public:
  StudyCheck(StudyDocument& document, toml::table const& root, StudySchema const& schema)
      : document_(document), root_(root), schema_(schema), tables_(table_names(schema)) {}

  void run() {
    for (auto const& [name, node] : root_) check_table(name, node);
    for (KeySchema const& key : schema_.keys) fill_in(key);
    findings_.throw_if_any();
  }

 private:
  void check_table(toml::key const& name, toml::node const& node) {
    std::string const table(name.str());
    bool const known = std::find(tables_.begin(), tables_.end(), table) != tables_.end();
    if (known && !node.is_table()) {
      report(name.source(), table, found_text(node), fmt::format("a table, as in [{}]", table));
    } else if (!known && node.is_table()) {
      report(name.source(), "", "[" + table + "]",
             fmt::format("one of the tables [{}]{}", fmt::join(tables_, "], ["), did_you_mean(table, tables_)));
    } else if (!known) {
      report(name.source(), "", table, "no key outside of a table" + place_of(table));
    } else {
      for (auto const& [key, value] : *node.as_table()) check_key(table, key, value);
    }
  }

  void check_key(std::string const& table, toml::key const& name, toml::node const& node) {
    std::string const key(name.str());
    KeySchema const* const schema = find(table, key);
    if (schema == nullptr) {
      std::string advice = did_you_mean(key, keys_of(table));
      if (advice.empty()) advice = place_of(key);
      report(name.source(), "", key, fmt::format("a key of [{}]{}", table, advice));
      return;
    }
    auto value = checked_value(node, *schema);
    if (!value) {
      std::string expected = expectation(*schema);
      if (auto const* text = node.as_string()) expected += did_you_mean(text->get(), schema->choices);
      report(node.source(), table + "." + key, found_text(node), std::move(expected));
      return;
    }
    StudyDocument::Entry entry;
    entry.value = *std::move(value);
    entry.line = node.source().begin.line;
    entry.column = node.source().begin.column;
    entry.found = found_text(node);
    document_.entries_[{table, key}] = std::move(entry);
  }

  /// The default of a key that is not given.
  void fill_in(KeySchema const& key) {
    toml::table const* const table = root_[key.table].as_table();
    if (table != nullptr && table->contains(key.key)) return;
    if (key.required) {
      findings_.add({.file = document_.file_,
                     .line = table == nullptr ? 0 : std::int64_t{table->source().begin.line},
                     .expected = fmt::format("[{}] needs the key '{}': {}", key.table, key.key, expectation(key))});
    } else if (!key.optional) {
      StudyValue value = key.default_value;
      auto const* integer = std::get_if<std::int64_t>(&value);
      if (key.kind == KeyKind::number && integer != nullptr) value = static_cast<double>(*integer);
      document_.entries_[{key.table, key.key}] = {.value = std::move(value)};
    }
  }

  [[nodiscard]] KeySchema const* find(std::string const& table, std::string const& key) const {
    for (KeySchema const& schema : schema_.keys) {
      if (schema.table == table && schema.key == key) return &schema;
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<std::string> keys_of(std::string const& table) const {
    std::vector<std::string> keys;
    for (KeySchema const& schema : schema_.keys) {
      if (schema.table == table) keys.push_back(schema.key);
    }
    return keys;
  }

  /// "; it belongs to [clusters]" for a key of another table.
  [[nodiscard]] std::string place_of(std::string const& key) const {
    for (KeySchema const& schema : schema_.keys) {
      if (schema.key == key) return fmt::format("; it belongs to [{}]", schema.table);
    }
    return "";
  }

  void report(toml::source_region const& source, std::string field, std::string found, std::string expected) {
    findings_.add({.file = document_.file_,
                   .line = source.begin.line,
                   .column = source.begin.column,
                   .field = std::move(field),
                   .found = std::move(found),
                   .expected = std::move(expected)});
  }

  StudyDocument& document_;
  toml::table const& root_;
  StudySchema const& schema_;
  std::vector<std::string> tables_;
  Findings findings_;
};

StudyDocument StudyDocument::read(std::filesystem::path const& path, StudySchema const& schema) {
  return parse(as_text(path), path.string(), path.parent_path(), schema);
}

StudyDocument StudyDocument::parse(std::string text, std::string name, std::filesystem::path folder,
                                   StudySchema const& schema) {
  StudyDocument document;
  document.source_ = std::move(text);
  document.file_ = std::move(name);
  document.folder_ = std::move(folder);
  toml::table const root = parsed_toml(document.source_, document.file_);
  StudyCheck(document, root, with_keys_of_every_study(schema)).run();
  return document;
}

std::string StudyDocument::read_kind(std::filesystem::path const& path, std::vector<std::string> const& known) {
  std::string const text = as_text(path);
  toml::table const root = parsed_toml(text, path.string());
  auto const node = root["study"]["kind"];
  auto const kind = node.value_exact<std::string>();
  if (kind && std::find(known.begin(), known.end(), *kind) != known.end()) return *kind;
  InputProblem problem{.file = path.string()};
  if (toml::node const* const value = node.node()) {
    problem.line = value->source().begin.line;
    problem.column = value->source().begin.column;
    problem.field = "study.kind";
    problem.found = found_text(*value);
    problem.expected = fmt::format("one of {}{}", fmt::join(known, ", "), kind ? did_you_mean(*kind, known) : "");
  } else {
    problem.expected = fmt::format("[study] needs the key 'kind': one of {}", fmt::join(known, ", "));
  }
  throw InputError({std::move(problem)});
}

bool StudyDocument::has(std::string const& table, std::string const& key) const {
  return entries_.contains({table, key});
}

template <class Value>
Value const& StudyDocument::value(std::string const& table, std::string const& key) const {
  auto const entry = entries_.find({table, key});
  auto const* const value = entry == entries_.end() ? nullptr : std::get_if<Value>(&entry->second.value);
  if (value == nullptr) throw std::logic_error("StudyDocument: " + table + "." + key + " has no value of this type");
  return *value;
}

bool StudyDocument::boolean(std::string const& table, std::string const& key) const { return value<bool>(table, key); }

std::int64_t StudyDocument::integer(std::string const& table, std::string const& key) const {
  return value<std::int64_t>(table, key);
}

double StudyDocument::number(std::string const& table, std::string const& key) const {
  return value<double>(table, key);
}

std::string const& StudyDocument::text(std::string const& table, std::string const& key) const {
  return value<std::string>(table, key);
}

std::vector<std::int64_t> const& StudyDocument::integers(std::string const& table, std::string const& key) const {
  return value<std::vector<std::int64_t>>(table, key);
}

std::vector<double> const& StudyDocument::numbers(std::string const& table, std::string const& key) const {
  return value<std::vector<double>>(table, key);
}

std::vector<std::string> const& StudyDocument::texts(std::string const& table, std::string const& key) const {
  return value<std::vector<std::string>>(table, key);
}

bool StudyDocument::is_integer(std::string const& table, std::string const& key) const {
  auto const entry = entries_.find({table, key});
  return entry != entries_.end() && std::holds_alternative<std::int64_t>(entry->second.value);
}

std::filesystem::path StudyDocument::path(std::string const& table, std::string const& key) const {
  if (!has(table, key) || text(table, key).empty()) return {};
  return folder_ / text(table, key);
}

InputProblem StudyDocument::problem(std::string const& table, std::string const& key, std::string expected) const {
  InputProblem problem{.file = file_, .field = table + "." + key, .expected = std::move(expected)};
  if (auto const entry = entries_.find({table, key}); entry != entries_.end()) {
    problem.line = entry->second.line;
    problem.column = entry->second.column;
    problem.found = entry->second.found;
  }
  return problem;
}

namespace {

/// A text as TOML's basic string.
std::string basic_string(std::string_view text) {
  std::string result = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string toml_text(bool value) { return value ? "true" : "false"; }
std::string toml_text(std::int64_t value) { return std::to_string(value); }
std::string toml_text(std::string const& value) { return basic_string(value); }

/// A float needs a point or an exponent in TOML.
std::string toml_text(double value) {
  std::string const text = number_text(value);
  return text.find_first_of(".e") == text.npos ? text + ".0" : text;
}

template <class Value>
std::string toml_text(std::vector<Value> const& values) {
  std::vector<std::string> texts;
  for (Value const& value : values) texts.push_back(toml_text(value));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string commented_key(KeySchema const& key) {
  std::string comment = "# " + key.explanation;
  if (!key.choices.empty()) {
    comment += key.kind == KeyKind::choice ? " (" : " (a whole number, or ";
    comment += fmt::format("{})", fmt::join(key.choices, ", "));
  }
  if (key.optional) return fmt::format("{}\n# {} = {}\n", comment, key.key, key.example);
  std::string const value = std::visit([](auto const& v) { return toml_text(v); }, key.default_value);
  return fmt::format("{}\n{} = {}\n", comment, key.key, value);
}

}  // namespace

std::string commented_study(StudySchema const& schema) {
  StudySchema const complete = with_keys_of_every_study(schema);
  std::string text = "# " + schema.explanation + "\n";
  for (std::string const& table : table_names(complete)) {
    text += "\n[" + table + "]";
    if (table == "input") text += "  # paths are relative to this file";
    text += "\n";
    for (KeySchema const& key : complete.keys) {
      if (key.table == table) text += commented_key(key);
    }
  }
  return text;
}

}  // namespace regio::format
