#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <regio/error.hpp>
#include <regio/version.hpp>

#include "cli/command_description.hpp"
#include "cli/commands.hpp"
#include "cli/standard_output.hpp"
#include "format/suggestion.hpp"

namespace {

using regio::cli::Command;
using regio::cli::ExitStatus;
using regio::cli::print;
using regio::cli::print_message;
using Json = nlohmann::ordered_json;

/// How a run failed: what people read, and the same as data.
struct Failure {
  ExitStatus status = ExitStatus::defect;
  std::string kind;     ///< "input", "device", ...
  std::string message;  ///< may have several lines
  Json details = Json::object();
};

Json problems_as_json(regio::InputError const& error) {
  Json problems = Json::array();
  for (regio::InputProblem const& problem : error.problems()) {
    problems.push_back({{"file", problem.file},
                        {"line", problem.line},
                        {"column", problem.column},
                        {"field", problem.field},
                        {"found", problem.found},
                        {"expected", problem.expected}});
  }
  return problems;
}

/// The exception in flight, as a failure.
Failure describe_failure() {
  try {
    throw;
  } catch (regio::InputError const& error) {
    return {ExitStatus::wrong_usage, "input", error.what(), {{"problems", problems_as_json(error)}}};
  } catch (regio::OutputError const& error) {
    return {ExitStatus::wrong_usage, "output", error.what()};
  } catch (regio::DeviceError const& error) {
    return {ExitStatus::device_error, "device", error.what(), {{"failure", name(error.failure())}}};
  } catch (regio::Interrupted const&) {
    return {ExitStatus::interrupted, "interrupted", "interrupted; the same command with --resume finishes the run"};
  } catch (std::bad_alloc const&) {
    return {ExitStatus::wrong_usage, "memory",
            "not enough memory; a larger --memory, fewer restarts or replicates help"};
  } catch (std::exception const& error) {
    return {ExitStatus::defect, "defect", std::string("defect in regio: ") + error.what()};
  }
}

void report_failure(Failure const& failure, bool json) {
  print_message("regio: " + failure.message);
  if (!json) return;
  Json document;
  document["error"] = {
      {"kind", failure.kind}, {"status", static_cast<int>(failure.status)}, {"message", failure.message}};
  document["error"].update(failure.details);
  print(document.dump(2) + '\n');
}

/// What was misspelt, where the parser found something that it does not know.
std::string usage_message(CLI::App& program, std::vector<std::string> const& words, CLI::ParseError const& error) {
  std::vector<std::string> commands;
  for (auto const& command : regio::cli::describe(program).commands) commands.push_back(command.name);
  auto const chosen = program.get_subcommands();
  if (chosen.empty()) {
    std::string const& word = words.front();
    bool const is_option = word.front() == '-';
    if (is_option) commands = {"--help", "--version"};
    return (is_option ? "there is no option '" : "there is no command '") + word + "'" +
           regio::format::did_you_mean(word, commands) + "\n'regio --help' lists commands and options";
  }
  std::string const name = chosen.front()->get_name();
  if (words.front() != name) return "options follow the command: regio " + name + " ... " + words.front();
  std::string const advice = "\n'regio " + name + " --help' lists its options";
  std::vector<std::string> options = {"--help"};
  for (auto const& option : regio::cli::describe_command(*chosen.front()).options) options.push_back(option.long_name);
  std::string message;
  for (std::string const& word : chosen.front()->remaining()) {
    std::string const spelling = word.substr(0, word.find('='));
    if (!message.empty()) message += '\n';
    if (spelling.size() > 1 && spelling.front() == '-') {
      message += fmt::format("'regio {}' has no option '{}'{}", name, spelling,
                             regio::format::did_you_mean(spelling, options));
    } else {
      message += fmt::format("'{}' is one argument too many for 'regio {}'", word, name);
    }
  }
  return (message.empty() ? std::string(error.what()) : message) + advice;
}

/// Help in the words of this program.
void set_up(CLI::App& program) {
  program.name("regio");
  program.set_help_flag("-h,--help", "Print this help");
  program.set_version_flag("--version", "regio " + regio::version() + '\n' + regio::build_summary(),
                           "Print the version and the optional parts of this build");
  program.get_formatter()->column_width(34);
  program.require_subcommand(0, 1);
  program.footer("'regio COMMAND --help' explains a command. The user guide stands in docs/guide.");
}

ExitStatus run_program(std::vector<std::string> const& words) {
  CLI::App program("Clusters of regions through time, and other computations of regional economics");
  set_up(program);
  std::vector<Command> const commands = {
      regio::cli::add_run_command(program),         regio::cli::add_new_command(program),
      regio::cli::add_cluster_command(program),     regio::cli::add_dynamics_command(program),
      regio::cli::add_interaction_command(program), regio::cli::add_balance_command(program),
      regio::cli::add_devices_command(program),     regio::cli::add_completion_command(program),
      regio::cli::add_manual_command(program)};
  if (words.empty()) {
    print_message(program.help());
    return ExitStatus::wrong_usage;
  }
  try {
    program.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (CLI::CallForHelp const&) {
    print(program.help());
    return ExitStatus::done;
  } catch (CLI::CallForVersion const& version) {
    print(std::string(version.what()));
    return ExitStatus::done;
  } catch (CLI::ParseError const& error) {
    throw regio::InputError(usage_message(program, words, error));
  }
  for (Command const& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  throw regio::InputError("no command was given\n'regio --help' lists them");
}

}  // namespace

int main(int argc, char** argv) {
  // A reader of the messages that goes away does not end a run; standard_output.cpp treats the loss of one's own
  // reader.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "help") {  // regio help run
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  ExitStatus status = ExitStatus::done;
  try {
    status = run_program(words);
  } catch (...) {
    Failure const failure = describe_failure();
    status = failure.status;
    bool json = false;
    for (std::string const& word : words) json = json || word == "--json";
    try {
      report_failure(failure, json);
    } catch (std::exception const& error) {
      print_message(std::string("regio: ") + error.what());
    }
  }
  return static_cast<int>(status);
}
