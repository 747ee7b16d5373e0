#include "cli/commands.hpp"
#include "cli/flagged_study.hpp"
#include "study/balance_study.hpp"

namespace regio::cli {

Command add_balance_command(CLI::App& program) {
  return add_flagged_study(program, "Balance a table to given row and column totals, or say why it cannot be done",
                           {{.schema = study::balance_schema(), .argument = "table", .extension = ""}}, "TABLE");
}

}  // namespace regio::cli
