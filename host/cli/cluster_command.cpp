#include "cli/commands.hpp"
#include "cli/flagged_study.hpp"
#include "study/cluster_study_file.hpp"

namespace regio::cli {

Command add_cluster_command(CLI::App& program) {
  return add_flagged_study(program, "Cluster the regions of a panel through the years", study::cluster_schema(),
                           "panel", "PANEL");
}

}  // namespace regio::cli
