#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <regio/error.hpp>

#include "cli/command_description.hpp"
#include "cli/commands.hpp"
#include "cli/standard_output.hpp"
#include "format/suggestion.hpp"

namespace regio::cli {
namespace {

/// Names of files (-f) or folders (-d), which may contain spaces.
std::string bash_names(std::string const& action) {
  return "compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen " + action + " -- \"$word\")";
}

/// What follows an option, in the words of bash's compgen.
std::string bash_values(Argument const& argument) {
  if (!argument.choices.empty()) {
    std::string words;
    for (std::string const& choice : argument.choices) words += (words.empty() ? "" : " ") + choice;
    return "COMPREPLY=($(compgen -W \"" + words + "\" -- \"$word\"))";
  }
  if (argument.value == "FILE") return bash_names("-f");
  if (argument.value == "DIR") return bash_names("-d");
  return "COMPREPLY=()";
}

std::string bash_script(ProgramDescription const& program) {
  std::string names = "--help --version";
  std::string cases;
  for (CommandDescription const& command : program.commands) {
    names += " " + command.name;
    std::string options = "--help";
    std::string after;
    for (Argument const& option : command.options) {
      options += " " + option.long_name;
      if (option.value.empty()) continue;
      after += "        " + option.long_name + (option.short_name.empty() ? "" : "|" + option.short_name) + ") " +
               bash_values(option) + "; return ;;\n";
    }
    cases += fmt::format(
        "    {})\n      case \"$before\" in\n{}      esac\n"
        "      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))\n      else {}\n      fi ;;\n",
        command.name, after, options,
        command.arguments.empty() ? "COMPREPLY=()" : bash_values(command.arguments.front()));
  }
  return "# bash completion of regio; source it, or install it as <prefix>/share/bash-completion/completions/regio\n"
         "_regio() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W \"" +
         names +
         "\" -- \"$word\")); return; fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "}\n"
         "complete -F _regio regio\n";
}

/// Text inside zsh's '...[...]' descriptions.
std::string zsh_text(std::string const& text) {
  std::string result;
  for (char const letter : text) {
    if (letter == '\'') {
      result += "'\\''";
    } else if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') {
      result += '\\';
      result += letter;
    } else {
      result += letter;
    }
  }
  return result;
}

std::string zsh_values(Argument const& argument) {
  std::string const title = ":" + zsh_text(argument.value.empty() ? "value" : argument.name) + ":";
  if (!argument.choices.empty()) {
    std::string words;
    for (std::string const& choice : argument.choices) words += (words.empty() ? "" : " ") + choice;
    return title + "(" + words + ")";
  }
  if (argument.value == "FILE") return title + "_files";
  if (argument.value == "DIR") return title + "_files -/";
  return title + " ";
}

std::string zsh_script(ProgramDescription const& program) {
  std::string commands;
  std::string cases;
  for (CommandDescription const& command : program.commands) {
    commands += "    '" + command.name + ":" + zsh_text(command.description) + "'\n";
    cases += "    " + command.name + ") _arguments";
    for (Argument const& option : command.options) {
      for (std::string const& spelling : {option.short_name, option.long_name}) {
        if (spelling.empty()) continue;
        cases += " \\\n      '" + spelling + "[" + zsh_text(option.explanation) + "]" +
                 (option.value.empty() ? "" : zsh_values(option)) + "'";
      }
    }
    for (Argument const& argument : command.arguments) cases += " \\\n      '1" + zsh_values(argument) + "'";
    cases += " ;;\n";
  }
  return "#compdef regio\n"
         "# zsh completion of regio; install it as _regio in a folder of $fpath\n"
         "_regio() {\n"
         "  local -a commands\n"
         "  commands=(\n" +
         commands +
         "  )\n"
         "  if ((CURRENT == 2)); then _describe command commands; return; fi\n"
         "  local command=$words[2]\n"
         "  shift words; ((CURRENT--))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _regio ]]; then _regio \"$@\"; else compdef _regio regio; fi\n";
}

}  // namespace

Command add_completion_command(CLI::App& program) {
  auto const shell = std::make_shared<std::string>();
  CLI::App* const app = program.add_subcommand("completion", "Print the completion script of a shell");
  app->add_option("SHELL", *shell, "the shell")->type_name("bash|zsh")->required();
  return {app, [shell, &program] {
            if (*shell != "bash" && *shell != "zsh") {
              throw InputError("there is no completion for '" + *shell + "', only for bash and zsh" +
                               format::did_you_mean(*shell, {"bash", "zsh"}));
            }
            ProgramDescription const description = describe(program);
            print(*shell == "bash" ? bash_script(description) : zsh_script(description));
            return ExitStatus::done;
          }};
}

}  // namespace regio::cli
