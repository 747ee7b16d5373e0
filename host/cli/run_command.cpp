#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/study_session.hpp"
#include "study/cluster_study_file.hpp"

namespace regio::cli {

Command add_run_command(CLI::App& program) {
  struct Arguments {
    std::string study;
    RunOptions options;
  };
  auto const arguments = std::make_shared<Arguments>();
  CLI::App* const app = program.add_subcommand("run", "Run a study: everything from one file");
  app->add_option("STUDY", arguments->study, "the study file; 'regio new cluster' writes one to start from")
      ->type_name("FILE")
      ->required();
  arguments->options.add_to(*app);
  return {app, [arguments] {
            std::filesystem::path const path = arguments->study;
            std::string const kind = format::StudyDocument::read_kind(path, study::study_kinds());
            auto const document = format::StudyDocument::read(path, study::schema_of_kind(kind));
            return run_session(document, kind, path, "regio run " + path.filename().string(), arguments->options);
          }};
}

}  // namespace regio::cli
