#include "cli/flagged_study.hpp"

#include <memory>
#include <utility>

#include <CLI/App.hpp>

#include "cli/study_flags.hpp"
#include "cli/study_session.hpp"

namespace regio::cli {

Command add_flagged_study(CLI::App& program, std::string const& description, format::StudySchema schema,
                          std::string const& input_key, std::string const& argument) {
  struct Arguments {
    std::string kind;
    std::string input;
    StudyFlags flags;
    RunOptions options;
  };
  std::string explanation;
  for (format::KeySchema const& key : schema.keys) {
    if (key.table == "input" && key.key == input_key) explanation = key.explanation;
  }
  std::string const kind = schema.kind;
  auto const arguments =
      std::make_shared<Arguments>(Arguments{kind, {}, StudyFlags(std::move(schema), input_key), RunOptions{}});
  CLI::App* const app = program.add_subcommand(kind, description);
  app->add_option(argument, arguments->input, explanation)->type_name("FILE")->required();
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
              return run_session(document, arguments->kind, input, arguments->flags.command_line(input),
                                 arguments->options);
            } catch (InputError const& error) {
              throw arguments->flags.named_by_flags(error, input);
            }
          }};
}

}  // namespace regio::cli
