#include "cli/commands.hpp"
#include "cli/flagged_study.hpp"
#include "study/cluster_study_file.hpp"
#include "study/points_study.hpp"

namespace regio::cli {

Command add_cluster_command(CLI::App& program) {
  return add_flagged_study(program, "Cluster the regions of a panel through the years, or the points of a .npy file",
                           {{.schema = study::cluster_schema(), .argument = "panel", .extension = ""},
                            {.schema = study::points_schema(), .argument = "points", .extension = ".npy"}},
                           "PANEL");
}

}  // namespace regio::cli
