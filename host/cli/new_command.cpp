#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <fmt/ranges.h>

#include "cli/commands.hpp"
#include "cli/standard_output.hpp"
#include "format/result_folder.hpp"
#include "format/study_document.hpp"
#include "study/study_kinds.hpp"

namespace regio::cli {

Command add_new_command(CLI::App& program) {
  struct Arguments {
    std::string kind, out;
    bool force = false;
  };
  auto const arguments = std::make_shared<Arguments>();
  CLI::App* const app = program.add_subcommand("new", "Write a commented study file to start from");
  app->add_option("KIND", arguments->kind, "kind of study")
      ->type_name(fmt::format("{}", fmt::join(study::study_kinds(), "|")))
      ->required();
  app->add_option("--out", arguments->out, "the file to write; standard output unless given")->type_name("FILE");
  app->add_flag("--force", arguments->force, "replace the file");
  return {app, [arguments] {
            std::string const text = format::commented_study(study::schema_of_kind(arguments->kind));
            if (arguments->out.empty()) {
              print(text);
              return ExitStatus::done;
            }
            if (!arguments->force && std::filesystem::exists(arguments->out)) {
              throw InputError("'" + arguments->out + "' exists; --force replaces it");
            }
            format::write_file(arguments->out, text);
            return ExitStatus::done;
          }};
}

}  // namespace regio::cli
