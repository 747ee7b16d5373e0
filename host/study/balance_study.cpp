#include "study/balance_study.hpp"

#include <array>

#include "study/balance_report.hpp"
#include "study/study_keys.hpp"
#include "study/study_run.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;

constexpr std::array methods = {Word{"gras", BalanceMethod::gras}, Word{"ras", BalanceMethod::ras}};
constexpr double most_iterations = 1e9;

BalancedTable read_inputs(StudyRun& run, format::StudyDocument const& document) {
  BalancedTable result;
  result.options = balance_options(document);
  Findings findings;
  auto const path = run.input("table");
  result.table = read_table(path, run.input("labels"), findings);
  if (findings.empty() && result.options.method == BalanceMethod::ras) refuse_negative_cells(result.table, findings);
  result.row_totals = read_totals(run.input("row_totals"), Margin::rows, result.table, findings);
  result.column_totals = read_totals(run.input("column_totals"), Margin::columns, result.table, findings);
  findings.throw_if_any();
  return result;
}

}  // namespace

format::StudySchema balance_schema() {
  BalanceOptions const defaults;
  StudySchema schema;
  schema.kind = "balance";
  schema.explanation = "A table balanced to given row and column totals.";

  TableKeys study(schema, "study");
  study.text("title", "heading of the report", "Balancing of a table");
  study.optional_text("source", "where the data come from, for the line under every figure",
                      "\"Statistical Office, 2024\"");
  study.integer("seed", "kept for the record; nothing is random here", 1, 0, 9e18);

  TableKeys input(schema, "input");
  input.file("table", "the table: a matrix with labels, row,column,value, or .npy", "table.csv");
  input.file("row_totals", "what the rows add up to: label,value", "row_totals.csv");
  input.file("column_totals", "what the columns add up to: label,value", "column_totals.csv");
  input.optional_file("labels", "labels of a .npy table: margin,label; rows and columns are numbered without",
                      "\"labels.csv\"");

  TableKeys keys(schema, "balance");
  keys.choice("method", "gras for tables with negative cells; ras refuses them; without any both give the same",
              methods);
  keys.number("tolerance", "a total is met when it is missed by no more than this share of it", defaults.tolerance, 0,
              1);
  keys.integer("max_iterations", "sweeps over both margins", defaults.max_iterations, 1, most_iterations);
  keys.boolean("over_relaxation", "over-relaxation, which speeds up slow problems", defaults.over_relaxation);
  return schema;
}

BalanceOptions balance_options(format::StudyDocument const& document) {
  BalanceOptions options;
  options.method = value_of(methods, document.text("balance", "method"));
  options.tolerance = document.number("balance", "tolerance");
  options.max_iterations = document.integer("balance", "max_iterations");
  options.over_relaxation = document.boolean("balance", "over_relaxation");
  return options;
}

RunSummary run_balance_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings) {
  StudyRun run(engine, document, "balance", settings);
  BalancedTable result = read_inputs(run, document);
  run.open_folder();
  return run.resumable([&] {
    balance(engine, result, settings.control);
    if (result.outcome() == Outcome::cancelled) throw Interrupted("interrupted");
    format::Report const report = balance_report(result, run.report_context());
    run.write_results(balance_files(result), report);

    Json facts;
    facts["rows"] = result.table.rows.size();
    facts["columns"] = result.table.columns.size();
    facts["problems"] = 1;
    facts["results"] = Json::array({balance_json(result)});
    RunSummary summary =
        run.finish(facts, {{std::string(name(result.outcome())), 1}}, balance_warnings(result), report.summary);
    for (std::string const& sentence : explanation(result)) {
      summary.unsolved += (summary.unsolved.empty() ? "" : "\n") + sentence;
    }
    return summary;
  });
}

}  // namespace regio::study
