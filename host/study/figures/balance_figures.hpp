/// Figures of a balanced table.
#pragma once

#include <string>

#include "study/balance_explanation.hpp"
#include "study/certificate_cells.hpp"
#include "study/figures/vega_lite.hpp"
#include "study/target_draws.hpp"

namespace regio::study {

/// How an iteration came to its end.
struct Convergence {
  std::vector<double> const& history;  ///< the largest residual after each sweep, not empty
  Index iterations = 0;
  bool converged = false;
  double tolerance = 0;
  std::string margin = "row or column";  ///< what has a residual
  std::string step = "sweep";            ///< what an iteration is called
  std::string reached = "The totals are met";
};
/// The largest residual after every sweep, on a logarithmic axis.
Figure convergence_figure(Convergence const& run, std::string const& source);
/// Heat map of the rows and columns whose cells moved furthest.
Figure cell_changes_figure(TableChange const& table, CellMovement const& movement, std::string const& source);
/// Bars of the multipliers of a margin, relative to their geometric mean.
Figure multipliers_figure(BalancedTable const& result, Margin margin, std::string const& source);
/// The table with the rows and columns of the certificate first, or with the cells that are forced to zero.
Figure conflict_figure(BalancedTable const& result, std::string const& source);
Figure forced_zeros_figure(BalancedTable const& result, std::string const& source);
/// The table with the rows and columns of the totals in conflict first, cells marked by what the certificate says.
Figure certificate_figure(TableChange const& table, CertificateCells const& certificate, std::string const& source);

/// Heat map of the rows and columns whose cells vary most over the draws of uncertain totals.
Figure cell_spread_figure(BalancedTable const& problem, TargetDraws const& draws, std::string const& source);

}  // namespace regio::study
