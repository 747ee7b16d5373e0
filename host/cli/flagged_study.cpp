#include "cli/flagged_study.hpp"

#include <memory>
#include <utility>

#include <CLI/App.hpp>

#include "cli/study_session.hpp"

namespace regio::cli {

Command add_flagged_study(CLI::App& program, std::string const& description, std::vector<StudyForm> forms,
                          std::string const& argument) {
  struct Arguments {
    std::string input;
    StudyFlags flags;
    RunOptions options;
  };
  std::string const command = forms.front().schema.kind;
  auto const arguments = std::make_shared<Arguments>(Arguments{{}, StudyFlags(std::move(forms)), RunOptions{}});
  CLI::App* const app = program.add_subcommand(command, description);
  app->add_option(argument, arguments->input, arguments->flags.explain_argument())->type_name("FILE")->required();
  arguments->flags.add_to(*app);
  arguments->options.add_to(*app);
  return {app, [arguments] {
            std::filesystem::path input = arguments->input;
            // A folder may come with a slash behind its name, as shells complete it.
            if (!input.has_filename()) input = input.parent_path();
            if (input.extension() == ".toml") {
              throw InputError("'" + input.string() + "' looks like a study file; 'regio run' takes one");
            }
            auto const document = arguments->flags.document(input);
            try {
              return run_session(document, arguments->flags.kind_of(input), input, arguments->flags.command_line(input),
                                 arguments->options);
            } catch (InputError const& error) {
              throw arguments->flags.named_by_flags(error, input);
            }
          }};
}

}  // namespace regio::cli
