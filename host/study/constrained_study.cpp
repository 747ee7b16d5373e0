#include "study/constrained_study.hpp"

#include <limits>

#include <fmt/format.h>

#include "study/balance_variant.hpp"
#include "study/constrained_report.hpp"
#include "study/study_run.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;

/// Positions of cells are 32-bit numbers in the algorithm.
constexpr Index most_cells = std::numeric_limits<std::int32_t>::max();

ConstrainedBalanceOptions constrained_options(format::StudyDocument const& document) {
  ConstrainedBalanceOptions options;
  options.method = constrained_method(document.text("balance", "method")).value_or(ConstrainedMethod::mr_gras);
  options.weight = cell_weight(document.text("balance", "weight"));
  options.tolerance = document.number("balance", "tolerance");
  options.max_iterations = document.integer("balance", "max_iterations");
  return options;
}

ConstrainedTable read_inputs(StudyRun& run, format::StudyDocument const& document) {
  ConstrainedTable result;
  result.options = constrained_options(document);
  ConstrainedMethod const method = result.options.method;
  Findings findings;
  result.table = read_table(run.input("table"), run.input("labels"), findings);
  if (result.table.columns.size() > 0 && result.table.rows.size() > most_cells / result.table.columns.size()) {
    InputProblem problem;
    problem.file = result.table.file;
    problem.expected = fmt::format("at most {} cells with constraints or bounds; the table has {} rows and {} columns",
                                   most_cells, result.table.rows.size(), result.table.columns.size());
    findings.add(std::move(problem));
    findings.throw_if_any();
  }
  result.row_totals = read_wanted_totals(run.input("row_totals"), Margin::rows, result.table, method, findings);
  result.column_totals =
      read_wanted_totals(run.input("column_totals"), Margin::columns, result.table, method, findings);
  if (auto const path = run.input("constraints"); !path.empty()) {
    result.constraints = read_constraints(path, result.table, method, findings);
  }
  if (auto const path = run.input("bounds"); !path.empty()) {
    result.bounds = read_bounds(path, result.table, method, findings);
  }
  findings.throw_if_any();
  return result;
}

}  // namespace

RunSummary run_constrained_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings) {
  StudyRun run(engine, document, "balance", settings);
  ConstrainedTable result = read_inputs(run, document);
  run.open_folder();
  return run.resumable([&] {
    balance(engine, result, settings.control);
    if (result.outcome() == Outcome::cancelled) throw Interrupted("interrupted");
    format::Report const report = constrained_report(result, run.report_context());
    run.write_results(constrained_result_files(result), report);

    Json facts;
    facts["rows"] = result.table.rows.size();
    facts["columns"] = result.table.columns.size();
    facts["constraints"] = result.constraints.names.size();
    facts["bounds"] = result.bounds.size();
    return run.finish_problem(std::move(facts), constrained_json(result), result.outcome(),
                              constrained_warnings(result), report.summary, explanation(result));
  });
}

}  // namespace regio::study
