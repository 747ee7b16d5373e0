#include "study/balancing_sections.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "study/balance_explanation.hpp"
#include "study/figures/balance_figures.hpp"

namespace regio::study {

using format::Paragraph;
using format::Report;
using format::ReportFact;
using format::ReportSection;

std::string outcome_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::converged: return "balanced";
    case Outcome::boundary: return "balanced in the limit, with cells that become zero";
    case Outcome::infeasible: return "no solution";
    default: break;
  }
  return "not balanced";
}

std::vector<ReportFact> cell_facts(VectorView<double const> cells) {
  auto const nonzero = std::count_if(cells.begin(), cells.end(), [](double cell) { return cell != 0; });
  auto const negative = std::count_if(cells.begin(), cells.end(), [](double cell) { return cell < 0; });
  return {{"Cells other than zero", std::to_string(nonzero)}, {"Negative cells", std::to_string(negative)}};
}

Report balancing_report(ReportContext const& context, std::string const& headline,
                        std::vector<std::string> const& warnings, std::vector<std::string> const& explanation) {
  Report report{.title = context.title, .summary = headline + "."};
  for (std::string const& warning : warnings) report.notices.push_back({warning, false});
  for (std::string const& sentence : explanation) report.notices.push_back({sentence, true});
  return report;
}

std::string no_table_text(Index iterations, std::string_view step) {
  if (iterations > 0) return "No table is given: the iteration came to none that meets the totals.";
  return fmt::format("No table was computed: the checks before the first {} found the reason.", step);
}

ReportSection conflict_section(Certificate const& certificate, TableChange const& table, CertificateCells const& cells,
                               std::string how_to_check, std::string given, std::string const& source) {
  ReportSection section{.name = "conflict", .title = "Why it cannot be done"};
  if (!certificate.terms.empty()) {
    section.items.emplace_back(Paragraph{std::move(how_to_check)});
    section.items.emplace_back(certificate.table());
    section.items.emplace_back(Paragraph{"Deficit: " + amount(certificate.deficit) + "."});
    section.items.emplace_back(certificate_figure(table, cells, source));
  }
  section.items.emplace_back(Paragraph{std::move(given)});
  return section;
}

}  // namespace regio::study
