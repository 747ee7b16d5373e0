/// A command that runs a study without a study file: one input file, and every key of the study as an option.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/study_flags.hpp"

namespace regio::cli {

/// `forms`: the studies that the argument may ask for by its extension, the command named after the first one's kind;
/// `argument`: the argument's name in the help.
Command add_flagged_study(CLI::App& program, std::string const& description, std::vector<StudyForm> forms,
                          std::string const& argument);

}  // namespace regio::cli
