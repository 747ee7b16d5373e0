/// A command that runs a study without a study file: one input file, and every key of the study as an option.
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "format/study_document.hpp"

namespace regio::cli {

/// `input_key`: the key of [input] that the command's argument stands for; `argument`: the argument's name in the help.
Command add_flagged_study(CLI::App& program, std::string const& description, format::StudySchema schema,
                          std::string const& input_key, std::string const& argument);

}  // namespace regio::cli
