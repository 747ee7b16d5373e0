/// The sub-commands: each adds itself to the program and hands back what to do when it was chosen.
#pragma once

#include <functional>

#include "cli/exit_status.hpp"

namespace CLI {
class App;
}

namespace regio::cli {

struct Command {
  CLI::App* app = nullptr;
  std::function<ExitStatus()> run;
};

Command add_run_command(CLI::App& program);
Command add_new_command(CLI::App& program);
Command add_cluster_command(CLI::App& program);
Command add_dynamics_command(CLI::App& program);
Command add_balance_command(CLI::App& program);
Command add_interaction_command(CLI::App& program);
Command add_devices_command(CLI::App& program);
Command add_completion_command(CLI::App& program);
Command add_manual_command(CLI::App& program);

}  // namespace regio::cli
