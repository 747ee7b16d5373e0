// Any bytes are a study file that keeps its schema's promises, or an InputError.
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "format/study_document.hpp"

namespace {

using namespace regio;
using namespace regio::format;

StudySchema schema_of_every_kind() {
  StudySchema schema{.kind = "cluster", .explanation = "Every kind of key."};
  auto const add = [&](KeyKind kind, char const* key, StudyValue default_value) {
    KeySchema entry{
        .table = "keys", .key = key, .kind = kind, .explanation = key, .default_value = std::move(default_value)};
    entry.choices = {"elbow", "gap"};
    entry.smallest = 0;
    entry.largest = 1000;
    schema.keys.push_back(std::move(entry));
  };
  add(KeyKind::boolean, "boolean", true);
  add(KeyKind::integer, "integer", std::int64_t{1});
  add(KeyKind::number, "number", 0.5);
  add(KeyKind::text, "text", "t");
  add(KeyKind::path, "path", "p.csv");
  add(KeyKind::choice, "choice", "elbow");
  add(KeyKind::integer_or_choice, "integer_or_choice", "gap");
  add(KeyKind::integer_list, "integer_list", std::vector<std::int64_t>{1, 2});
  add(KeyKind::number_list, "number_list", std::vector<double>{0.5});
  add(KeyKind::text_list, "text_list", std::vector<std::string>{"a"});
  return schema;
}

void expect(bool holds, char const* what) {
  if (!holds) throw std::logic_error(what);
}

void check(StudyDocument const& study) {
  auto const within = [](double value) { return value >= 0 && value <= 1000; };
  expect(study.integer("study", "version") == 1, "another version");
  expect(within(static_cast<double>(study.integer("keys", "integer"))), "an integer out of its bounds");
  expect(within(study.number("keys", "number")), "a number out of its bounds");
  for (double const number : study.numbers("keys", "number_list")) expect(within(number), "a number out of its bounds");
  std::string const choice = study.text("keys", "choice");
  expect(choice == "elbow" || choice == "gap", "another choice");
  if (!study.is_integer("keys", "integer_or_choice")) (void)study.text("keys", "integer_or_choice");
  (void)study.boolean("keys", "boolean");
  (void)study.texts("keys", "text_list");
  (void)study.integers("keys", "integer_list");
  expect(!study.path("keys", "path").empty(), "a path without a name");
  (void)study.problem("keys", "number", "another").text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static StudySchema const schema = schema_of_every_kind();
  try {
    check(StudyDocument::parse(std::string(reinterpret_cast<char const*>(data), size), "study.toml", "", schema));
  } catch (InputError const&) {
  }
  return 0;
}
