/// One run of a study by the program: engine, progress, interruption, and what the user is told at the end.
#pragma once

#include <filesystem>
#include <string>

#include "cli/exit_status.hpp"
#include "cli/run_options.hpp"
#include "format/study_document.hpp"

namespace regio::cli {

/// Runs the study and prints its summary. `input` is the file that the command was given: results stand beside it
/// unless
/// --out says where. `command_line` tells the report how to repeat the run.
ExitStatus run_session(format::StudyDocument const& document, std::string const& kind,
                       std::filesystem::path const& input, std::string command_line, RunOptions const& options);

/// "<name without extension>-results" beside the input.
std::filesystem::path results_beside(std::filesystem::path const& input);

}  // namespace regio::cli
