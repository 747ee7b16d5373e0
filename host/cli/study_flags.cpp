#include "cli/study_flags.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "format/csv_writer.hpp"

namespace regio::cli {
namespace {

using format::KeyKind;
using format::KeySchema;

std::string flag_name(std::string const& key) {
  if (key.size() == 1) return "-" + key;
  std::string name = "--" + key;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// A switch turns a key that is true by default off, and one that is false on.
std::string switch_name(KeySchema const& key) {
  std::string const name = flag_name(key.key);
  return std::get<bool>(key.default_value) ? "--no-" + name.substr(2) : name;
}

std::string type_name(KeySchema const& key) {
  std::string choices;
  for (std::string const& choice : key.choices) choices += (choices.empty() ? "" : "|") + choice;
  switch (key.kind) {
    case KeyKind::path: return "FILE";
    case KeyKind::integer: return "N";
    case KeyKind::number: return "X";
    case KeyKind::integer_list: return "N";
    case KeyKind::integer_or_choice: return "N|" + choices;
    case KeyKind::choice: return choices;
    default: return "TEXT";
  }
}

std::string toml_text(std::string const& text) {
  std::string result = "\"";
  for (char const letter : text) {
    auto const unit = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      result += '\\';
      result += letter;
    } else if (unit < 0x20 || unit == 0x7F) {
      constexpr char digits[] = "0123456789ABCDEF";
      result += std::string("\\u00") + digits[unit >> 4] + digits[unit & 0xF];
    } else {
      result += letter;
    }
  }
  return result + '"';
}

/// A number as TOML writes it, 1e3 as 1000; other text as text, for the schema to refuse.
std::string toml_number(std::string const& text) {
  constexpr double exact_integers = 9e15;
  double number = 0;
  char const* const last = text.data() + text.size();
  auto const [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last || !std::isfinite(number)) return toml_text(text);
  if (number == std::floor(number) && std::abs(number) < exact_integers) {
    return std::to_string(static_cast<std::int64_t>(number));
  }
  return format::number_text(number);
}

std::filesystem::path relative_to(std::filesystem::path const& folder, std::filesystem::path const& path) {
  return std::filesystem::absolute(path).lexically_proximate(std::filesystem::absolute(folder / "."));
}

bool is_numeric(KeyKind kind) {
  return kind == KeyKind::integer || kind == KeyKind::number || kind == KeyKind::integer_list ||
         kind == KeyKind::integer_or_choice;
}

std::string toml_value(KeySchema const& key, std::vector<std::string> const& values,
                       std::filesystem::path const& folder) {
  auto const one = [&](std::string const& value) {
    if (key.kind == KeyKind::path) return toml_text(relative_to(folder, value).generic_string());
    if (key.kind == KeyKind::boolean) return value;
    return is_numeric(key.kind) ? toml_number(value) : toml_text(value);
  };
  if (key.kind != KeyKind::integer_list) return one(values.front());
  std::string list = "[";
  for (std::string const& value : values) list += (list.size() > 1 ? ", " : "") + one(value);
  return list + "]";
}

bool is_key(KeySchema const& a, KeySchema const& b) { return a.table == b.table && a.key == b.key; }

std::string shell_word(std::string const& word) {
  constexpr char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:+,=%@";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (char const letter : word) quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

}  // namespace

StudyFlags::StudyFlags(std::vector<StudyForm> forms) : forms_(std::move(forms)) {
  for (StudyForm const& form : forms_) {
    for (KeySchema const& key : form.schema.keys) {
      bool const is_argument = key.table == "input" && key.key == form.argument;
      bool const is_header = key.table == "study" && key.key != "title";
      if (!is_argument && !is_header) add_flag(key);
    }
  }
}

/// A key that several forms have is one flag, which shows the words that any of them takes.
void StudyFlags::add_flag(KeySchema const& key) {
  auto const known =
      std::find_if(flags_.begin(), flags_.end(), [&](Flag const& flag) { return is_key(flag.key, key); });
  if (known == flags_.end()) {
    flags_.push_back({key, key.kind == KeyKind::boolean ? switch_name(key) : flag_name(key.key), {}});
    return;
  }
  for (std::string const& choice : key.choices) {
    std::vector<std::string>& choices = known->key.choices;
    if (std::find(choices.begin(), choices.end(), choice) == choices.end()) choices.push_back(choice);
  }
}

StudyForm const& StudyFlags::form_of(std::filesystem::path const& input) const {
  auto const found = std::find_if(forms_.begin(), forms_.end(), [&](StudyForm const& form) {
    return !form.extension.empty() && form.extension == input.extension();
  });
  return found == forms_.end() ? forms_.front() : *found;
}

std::string const& StudyFlags::kind_of(std::filesystem::path const& input) const { return form_of(input).schema.kind; }

std::string StudyFlags::explain_argument() const {
  std::string text;
  for (StudyForm const& form : forms_) {
    for (KeySchema const& key : form.schema.keys) {
      if (key.table != "input" || key.key != form.argument) continue;
      if (!text.empty()) text += "; ";
      text += key.explanation;
    }
  }
  return text;
}

void StudyFlags::add_to(CLI::App& command) {
  for (Flag& flag : flags_) {
    std::string const group = flag.key.table == "input" ? "Input files" : "The study";
    if (flag.key.kind == KeyKind::boolean) {
      bool const off = std::get<bool>(flag.key.default_value);
      command
          .add_flag_callback(
              flag.name, [&flag, off] { flag.values = {off ? "false" : "true"}; },
              (off ? "switch off: " : "") + flag.key.explanation)
          ->group(group);
      continue;
    }
    std::string const names = flag.key.key.size() == 1 ? flag.name + ",-" + flag.name : flag.name;
    auto* const option = command.add_option(names, flag.values, flag.key.explanation);
    option->type_name(type_name(flag.key))->group(group)->required(flag.key.required);
    if (flag.key.kind == KeyKind::integer_list) {
      option->expected(2)->delimiter(',');
    } else {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
}

StudyFlags::WrittenStudy StudyFlags::write_study(std::filesystem::path const& input) const {
  StudyForm const& form = form_of(input);
  WrittenStudy study;
  std::string table = "study";
  study.text = "[study]\nversion = 1\nkind = " + toml_text(form.schema.kind) + '\n';
  std::int64_t line = 3;
  for (KeySchema const& key : form.schema.keys) {
    auto const flag =
        std::find_if(flags_.begin(), flags_.end(), [&](Flag const& candidate) { return is_key(candidate.key, key); });
    bool const is_argument = key.table == "input" && key.key == form.argument;
    if (!is_argument && (flag == flags_.end() || flag->values.empty())) continue;
    if (table != key.table) {
      table = key.table;
      study.text += "\n[" + table + "]\n";
      line += 2;
    }
    study.text += key.key + " = " +
                  (is_argument ? toml_text(input.filename().generic_string())
                               : toml_value(key, flag->values, input.parent_path())) +
                  '\n';
    study.flag_at[++line] = is_argument ? form.argument : flag->name;
  }
  return study;
}

format::StudyDocument StudyFlags::document(std::filesystem::path const& input) const {
  StudyForm const& form = form_of(input);
  for (Flag const& flag : flags_) {
    bool const known = std::any_of(form.schema.keys.begin(), form.schema.keys.end(),
                                   [&](KeySchema const& key) { return is_key(key, flag.key); });
    if (known || flag.values.empty()) continue;
    throw InputError(fmt::format("{} is no option for a {} file: {}", flag.name,
                                 form.extension.empty() ? input.extension().string() : form.extension,
                                 form.schema.explanation));
  }
  try {
    return format::StudyDocument::parse(write_study(input).text, "", input.parent_path(), form.schema);
  } catch (InputError const& error) {
    throw named_by_flags(error, input);
  }
}

InputError StudyFlags::named_by_flags(InputError const& error, std::filesystem::path const& input) const {
  WrittenStudy const study = write_study(input);
  std::vector<InputProblem> problems = error.problems();
  for (InputProblem& problem : problems) {
    if (!problem.file.empty()) continue;
    if (auto const flag = study.flag_at.find(problem.line); flag != study.flag_at.end()) problem.field = flag->second;
    problem.line = problem.column = 0;
  }
  return InputError(std::move(problems));
}

std::string StudyFlags::command_line(std::filesystem::path const& input) const {
  std::string line = "regio " + forms_.front().schema.kind + ' ' + shell_word(input.filename().generic_string());
  for (Flag const& flag : flags_) {
    if (flag.values.empty()) continue;
    line += ' ' + flag.name;
    if (flag.key.kind == KeyKind::boolean) continue;
    for (std::string const& value : flag.values) {
      line += ' ' + shell_word(flag.key.kind == KeyKind::path ? relative_to(input.parent_path(), value).generic_string()
                                                              : value);
    }
  }
  return line;
}

}  // namespace regio::cli
