#include "cli/command_description.hpp"

#include <sstream>

#include <CLI/App.hpp>

namespace regio::cli {
namespace {

std::vector<std::string> words_among(std::string const& value) {
  std::vector<std::string> words;
  if (value.find('|') == std::string::npos) return words;
  std::istringstream parts(value);
  for (std::string word; std::getline(parts, word, '|');) {
    if (word != "N") words.push_back(word);
  }
  return words;
}

Argument describe_option(CLI::Option const& option) {
  Argument argument;
  argument.name = option.get_positional() ? option.get_single_name() : "--" + option.get_single_name();
  if (!option.get_snames().empty()) argument.short_name = "-" + option.get_snames().front();
  if (!option.get_lnames().empty()) argument.long_name = "--" + option.get_lnames().front();
  if (option.get_items_expected_max() > 0) argument.value = option.get_type_name();
  argument.choices = words_among(argument.value);
  argument.group = option.get_group();
  argument.explanation = option.get_description();
  return argument;
}

}  // namespace

CommandDescription describe_command(CLI::App const& command) {
  CommandDescription result{command.get_name(), command.get_description(), {}, {}};
  for (CLI::Option const* const option : command.get_options()) {
    if (option == command.get_help_ptr()) continue;
    (option->get_positional() ? result.arguments : result.options).push_back(describe_option(*option));
  }
  return result;
}

ProgramDescription describe(CLI::App const& program) {
  ProgramDescription result{program.get_description(), {}};
  for (CLI::App const* const command : program.get_subcommands(nullptr)) {
    result.commands.push_back(describe_command(*command));
  }
  return result;
}

}  // namespace regio::cli
