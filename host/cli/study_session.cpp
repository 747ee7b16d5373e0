#include "cli/study_session.hpp"

#include <utility>

#include "cli/interruption.hpp"
#include "cli/progress_line.hpp"
#include "cli/standard_output.hpp"
#include "study/runner.hpp"

namespace regio::cli {
namespace {

/// Runs the study on the engine that was asked for. Where that is a device without a side of the algorithm, `auto`
/// means the CPU.
study::RunSummary run_on_engine(format::StudyDocument const& document, std::string const& kind,
                                study::RunSettings const& settings, RunOptions const& options) {
  Engine engine = options.make_engine();
  try {
    return study::run_study(engine, document, kind, settings);
  } catch (ContractError const& error) {
    if (!error.where().ends_with(": engine")) throw;
    if (options.device != "auto") {
      throw DeviceError(DeviceFailure::failed, std::string(error.what()) + "; --device cpu does it");
    }
  }
  engine = Engine::cpu(options.threads);
  return study::run_study(engine, document, kind, settings);
}

}  // namespace

std::filesystem::path results_beside(std::filesystem::path const& input) {
  std::filesystem::path name = input.filename();
  if (name.extension() == ".gz") name = name.stem();
  return input.parent_path() / (name.stem().string() + "-results");
}

ExitStatus run_session(format::StudyDocument const& document, std::string const& kind,
                       std::filesystem::path const& input, std::string command_line, RunOptions const& options) {
  // Before the engine, whose threads take over the signal mask.
  Interruption const interruption;
  options.limit_process();
  ProgressLine progress(options.quiet ? ProgressStyle::none : progress_style(options.progress));

  study::RunSettings settings;
  settings.folder = options.out.empty() ? results_beside(input) : std::filesystem::path(options.out);
  settings.existing = options.existing();
  settings.input_folder = input.parent_path();
  if (options.seed) settings.seed = static_cast<std::uint64_t>(*options.seed);
  if (options.seed) command_line += " --seed " + std::to_string(*options.seed);
  settings.command_line = std::move(command_line);
  if (!options.memory.empty()) settings.memory = memory_size(options.memory);
  settings.control.stop = interruption.token();
  settings.control.progress = &progress;

  study::RunSummary const summary = run_on_engine(document, kind, settings, options);
  progress.end();
  if (!options.quiet) {
    for (std::string const& warning : summary.warnings) print_message("regio: note: " + warning);
    if (!summary.headline.empty()) print_message(summary.headline);
  }
  if (options.json) {
    print(summary.json.dump(2) + '\n');
  } else if (!options.quiet) {
    print((summary.folder / "report.html").string() + '\n');
  }
  if (summary.all_converged()) return ExitStatus::done;
  if (!options.quiet) print_message("regio: " + summary.unsolved);
  return ExitStatus::not_all_solved;
}

}  // namespace regio::cli
