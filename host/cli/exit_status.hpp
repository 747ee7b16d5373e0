/// Exit statuses of the program, as docs/guide/command-line.md lists them.
#pragma once

namespace regio::cli {

enum class ExitStatus : int {
  done = 0,
  defect = 1,          ///< in regio itself
  wrong_usage = 2,     ///< or input, or a result that cannot be written
  not_all_solved = 3,  ///< done, but a problem did not converge or has no solution; results are written
  device_error = 4,
  interrupted = 130,  ///< can be resumed
};

}  // namespace regio::cli
