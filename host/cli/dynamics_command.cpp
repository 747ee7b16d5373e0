#include "cli/commands.hpp"
#include "cli/flagged_study.hpp"
#include "study/cluster_study_file.hpp"

namespace regio::cli {

Command add_dynamics_command(CLI::App& program) {
  return add_flagged_study(program, "Transitions, stability classes and tables from given cluster labels",
                           {{.schema = study::dynamics_schema(), .argument = "labels", .extension = ""}}, "LABELS");
}

}  // namespace regio::cli
