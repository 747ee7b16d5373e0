/// The program's commands and options as plain data: the source of the completions, the manual page and "did you mean".
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace regio::cli {

struct Argument {
  std::string name;                   ///< "STUDY" of an argument, "--out" of an option
  std::string short_name, long_name;  ///< of an option
  std::string value;                  ///< "FILE", "N", "cpu|cuda|auto"; empty: a flag
  std::vector<std::string> choices;   ///< the words among the values
  std::string group;                  ///< heading in the help
  std::string explanation;
};

struct CommandDescription {
  std::string name, description;
  std::vector<Argument> arguments, options;
};

struct ProgramDescription {
  std::string description;
  std::vector<CommandDescription> commands;
};

CommandDescription describe_command(CLI::App const& command);
ProgramDescription describe(CLI::App const& program);

}  // namespace regio::cli
