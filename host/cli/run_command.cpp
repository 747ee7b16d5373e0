#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "cli/commands.hpp"
#include "cli/study_session.hpp"
#include "study/study_kinds.hpp"

namespace regio::cli {

namespace {

/// A panel in the place of a study is a likely slip.
void refuse_table(std::filesystem::path const& path) {
  bool const is_table = path.extension() == ".csv" || path.extension() == ".gz" || path.extension() == ".npy";
  if (is_table && std::filesystem::is_regular_file(path)) {
    throw InputError(
        "'" + path.string() +
        "' is a table; 'regio cluster', 'regio dynamics', 'regio interaction' and 'regio balance' start from " +
        "one, 'regio run' from a study file");
  }
}

}  // namespace

Command add_run_command(CLI::App& program) {
  struct Arguments {
    std::string study;
    RunOptions options;
  };
  auto const arguments = std::make_shared<Arguments>();
  CLI::App* const app = program.add_subcommand("run", "Run a study: everything from one file");
  app->add_option("STUDY", arguments->study, "the study file; 'regio new KIND' writes one to start from")
      ->type_name("FILE")
      ->required();
  arguments->options.add_to(*app);
  return {app, [arguments] {
            std::filesystem::path const path = arguments->study;
            refuse_table(path);
            std::string const kind = format::StudyDocument::read_kind(path, study::study_kinds());
            auto const document = format::StudyDocument::read(path, study::schema_of_kind(kind));
            return run_session(document, kind, path, "regio run " + path.filename().string(), arguments->options);
          }};
}

}  // namespace regio::cli
