/// What the reports of all kinds of balancing share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <regio/outcome.hpp>
#include <regio/views.hpp>

#include "format/report.hpp"
#include "study/certificate.hpp"
#include "study/certificate_cells.hpp"
#include "study/cluster_report.hpp"
#include "study/table_change.hpp"

namespace regio::study {

/// "balanced", "balanced in the limit, with cells that become zero", "no solution" or "not balanced".
std::string outcome_text(Outcome outcome);

/// How many cells are other than zero, and how many are negative.
std::vector<format::ReportFact> cell_facts(VectorView<double const> cells);

/// A report that has its headline and what a reader should know first: the warnings, then what stands behind the
/// outcome.
format::Report balancing_report(ReportContext const& context, std::string const& headline,
                                std::vector<std::string> const& warnings, std::vector<std::string> const& explanation);

/// Why there is no table; `step` is what an iteration is called.
std::string no_table_text(Index iterations, std::string_view step);

/// Totals that cannot be met together, how anyone can check that, the table with their cells marked, and what is given
/// in the place of a result. `cells` are the certificate's in `table`; of a certificate without terms the last alone.
format::ReportSection conflict_section(Certificate const& certificate, TableChange const& table,
                                       CertificateCells const& cells, std::string how_to_check, std::string given,
                                       std::string const& source);

}  // namespace regio::study
