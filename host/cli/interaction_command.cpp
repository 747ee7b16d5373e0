#include "cli/commands.hpp"
#include "cli/flagged_study.hpp"
#include "study/interaction_study.hpp"

namespace regio::cli {

Command add_interaction_command(CLI::App& program) {
  return add_flagged_study(program, "Who ships what to whom: index of interaction, pairs, structure, dependence",
                           {{.schema = study::interaction_schema(), .argument = "shipments", .extension = ""}},
                           "SHIPMENTS");
}

}  // namespace regio::cli
