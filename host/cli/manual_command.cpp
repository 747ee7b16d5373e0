#include <string>

#include <CLI/App.hpp>

#include <regio/version.hpp>

#include "cli/command_description.hpp"
#include "cli/commands.hpp"
#include "cli/standard_output.hpp"

namespace regio::cli {
namespace {

/// Text of a manual page: hyphens that must be typed, and no line that begins with a command of roff.
std::string roff(std::string const& text) {
  std::string result;
  for (char const letter : text) {
    if (letter == '\\') {
      result += "\\e";
    } else if (letter == '-') {
      result += "\\-";
    } else {
      result += letter;
    }
  }
  if (!result.empty() && (result.front() == '.' || result.front() == '\'')) result.insert(0, "\\&");
  return result;
}

std::string heading(Argument const& argument) {
  std::string text;
  if (argument.long_name.empty()) return ".TP\n\\fI" + roff(argument.name) + "\\fR\n";
  if (!argument.short_name.empty()) text = "\\fB" + roff(argument.short_name) + "\\fR, ";
  text += "\\fB" + roff(argument.long_name) + "\\fR";
  if (!argument.value.empty()) text += " \\fI" + roff(argument.value) + "\\fR";
  return ".TP\n" + text + "\n";
}

std::string page(ProgramDescription const& program) {
  std::string text = ".TH REGIO 1 \"\" \"regio " + regio::version() +
                     "\" \"User Commands\"\n"
                     ".SH NAME\nregio \\- " +
                     roff(program.description) + "\n.SH SYNOPSIS\n";
  for (CommandDescription const& command : program.commands) {
    text += ".B regio " + roff(command.name) + "\n";
    for (Argument const& argument : command.arguments) text += "\\fI" + roff(argument.name) + "\\fR ";
    text += (command.options.empty() ? "" : "[\\fIOPTIONS\\fR]") + std::string("\n.br\n");
  }
  text +=
      ".B regio \\-\\-version\n|\n.B \\-\\-help\n.SH DESCRIPTION\n"
      "A study reads panels of regions and writes a folder of results with tables, figures and a report.\n"
      "Data go to files or standard output, messages and progress to standard error.\n.SH COMMANDS\n";
  for (CommandDescription const& command : program.commands) {
    text += ".SS " + roff(command.name) + "\n" + roff(command.description) + ".\n";
    for (Argument const& argument : command.arguments) text += heading(argument) + roff(argument.explanation) + "\n";
    for (Argument const& option : command.options) text += heading(option) + roff(option.explanation) + "\n";
  }
  text +=
      ".SH EXIT STATUS\n"
      ".TP\n0\ndone\n"
      ".TP\n1\na defect in regio\n"
      ".TP\n2\nwrong usage or input, or results that cannot be written\n"
      ".TP\n3\ndone, but at least one problem did not converge or has no solution; results are written\n"
      ".TP\n4\na device that was asked for cannot be used\n"
      ".TP\n130\ninterrupted; \\fB\\-\\-resume\\fR finishes the run\n"
      ".SH ENVIRONMENT\n"
      ".TP\n\\fBREGIO_CUDA_LIBRARY\\fR\nthe CUDA backend to load instead of the installed one\n"
      ".SH EXAMPLES\n.nf\n"
      "regio new cluster \\-\\-out study.toml\n"
      "regio run study.toml\n"
      "regio cluster panel.csv \\-k 6 \\-\\-restarts 100\n"
      "regio dynamics clusters.csv \\-\\-target target.csv\n"
      "regio balance table.csv \\-\\-row\\-totals rows.csv \\-\\-column\\-totals columns.csv\n.fi\n";
  return text;
}

}  // namespace

Command add_manual_command(CLI::App& program) {
  CLI::App* const app = program.add_subcommand("manual", "Print the manual page, as in: regio manual | man -l -");
  return {app, [&program] {
            print(page(describe(program)));
            return ExitStatus::done;
          }};
}

}  // namespace regio::cli
