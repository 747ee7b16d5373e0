#include "cli/commands.hpp"
#include "cli/flagged_study.hpp"
#include "study/interaction_study.hpp"

namespace regio::cli {

Command add_interaction_command(CLI::App& program) {
  return add_flagged_study(program, "Who ships what to whom: index of interaction, pairs, structure, dependence",
                           study::interaction_schema(), "shipments", "SHIPMENTS");
}

}  // namespace regio::cli
