#include "study/national_study.hpp"

#include "study/balance_study.hpp"
#include "study/national_report.hpp"
#include "study/study_run.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;

NationalBalance read_inputs(StudyRun& run, format::StudyDocument const& document) {
  Findings findings;
  NationalBalance result;
  result.options = balance_options(document);
  result.tables = read_regional_tables(run.input("table"), findings);
  if (findings.empty() && result.options.method == BalanceMethod::ras) refuse_negative_cells(result.tables, findings);
  result.row_totals = read_regional_totals(run.input("row_totals"), Margin::rows, result.tables, findings);
  result.column_totals = read_regional_totals(run.input("column_totals"), Margin::columns, result.tables, findings);
  result.national = read_national_table(run.input("national"), result.tables, findings);
  findings.throw_if_any();
  return result;
}

}  // namespace

RunSummary run_national_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings) {
  StudyRun run(engine, document, "balance", settings);
  NationalBalance result = read_inputs(run, document);
  run.open_folder();
  return run.resumable([&] {
    balance(engine, result, settings.control);
    if (result.outcome() == Outcome::cancelled) throw Interrupted("interrupted");
    format::Report const report = national_report(result, run.report_context());
    run.write_results(national_result_files(result), report);

    Json facts;
    facts["regions"] = result.tables.regions.size();
    facts["rows"] = result.tables.rows.size();
    facts["columns"] = result.tables.columns.size();
    return run.finish_problem(std::move(facts), national_json(result), result.outcome(), national_warnings(result),
                              report.summary, explanation(result));
  });
}

}  // namespace regio::study
