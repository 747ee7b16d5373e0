#include "study/balance_study.hpp"

#include <algorithm>
#include <array>

#include "study/balance_batch_report.hpp"
#include "study/study_keys.hpp"
#include "study/study_run.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;

constexpr std::array methods = {Word{"gras", BalanceMethod::gras}, Word{"ras", BalanceMethod::ras}};
constexpr double most_iterations = 1e9;
constexpr char array_name[] = "balanced.npy";

BalanceBatch read_inputs(StudyRun& run, format::StudyDocument const& document) {
  BalanceInput input;
  Findings findings;
  std::filesystem::path const table = document.path("input", "table");
  input.tables.is_folder = std::filesystem::is_directory(table);
  input.tables.files = input.tables.is_folder ? run.input_folder(table_files_of(table, findings))
                                              : std::vector<std::filesystem::path>{run.input("table")};
  findings.throw_if_any();
  input.tables.labels = run.input("labels");
  input.row_totals = run.input("row_totals");
  input.column_totals = run.input("column_totals");
  BalanceBatch batch = read_batch(input, balance_options(document), findings);
  findings.throw_if_any();
  return batch;
}

/// The problem that the report shows in full: the study's choice, otherwise the worst.
std::size_t shown_problem(BalanceBatch const& batch, format::StudyDocument const& document) {
  std::vector<std::size_t> const unsolved = batch.unsolved();
  std::size_t const worst = unsolved.empty() ? 0 : unsolved.front();
  if (!document.has("balance", "show")) return worst;
  std::string const& label = document.text("balance", "show");
  auto const found = std::find_if(batch.problems.begin(), batch.problems.end(),
                                  [&](BalancedTable const& result) { return result.problem == label; });
  return static_cast<std::size_t>(found - batch.problems.begin());
}

void refuse_unknown_problem(BalanceBatch const& batch, format::StudyDocument const& document) {
  if (!document.has("balance", "show")) return;
  RegionCodes labels;
  for (BalancedTable const& problem : batch.problems) labels.insert(problem.problem);
  std::string const& label = document.text("balance", "show");
  if (labels.find(label)) return;
  throw InputError({document.problem(
      "balance", "show",
      batch.is_named() ? "the label of a problem" + labels.hint(label) : "many tables: there is one")});
}

/// The result array as a file in memory, whose cells the problems fill; so it takes none of the process's own.
std::shared_ptr<format::MappedOutput> map_array(StudyRun& run, BalanceBatch& batch) {
  std::string const header = format::npy_header(batch.array_shape());
  auto const cells_of_table = static_cast<std::size_t>(batch.problems.front().table->values().size());
  auto file = run.map(array_name, header.size() + sizeof(double) * cells_of_table * batch.problems.size());
  std::copy(header.begin(), header.end(), reinterpret_cast<char*>(file->data()));
  auto* cells = reinterpret_cast<double*>(file->data() + header.size());
  for (BalancedTable& problem : batch.problems) {
    problem.cells = {file, cells};
    cells += cells_of_table;
  }
  return file;
}

RunSummary finish_one(StudyRun& run, BalanceBatch const& batch) {
  BalancedTable const& result = batch.problems.front();
  format::Report const report = balance_report(result, run.report_context());
  run.write_results(batch_files(batch), report);
  RunSummary summary = run.finish(batch_json(batch), batch.outcomes(), balance_warnings(result), report.summary);
  for (std::string const& sentence : explanation(result)) {
    summary.unsolved += (summary.unsolved.empty() ? "" : "\n") + sentence;
  }
  return summary;
}

RunSummary finish_many(Engine& engine, StudyRun& run, BalanceBatch const& batch, std::size_t shown) {
  // Alone it gives the same bits, and keeps the history that a batch of thousands has no use for.
  BalancedTable problem = batch.problems[shown];
  balance(engine, {&problem, 1}, {});
  format::Report const report = batch_report(batch, problem, run.report_context());
  run.write_results(batch_files(batch), report);
  RunSummary summary = run.finish(batch_json(batch), batch.outcomes(), batch_warnings(batch), report.summary);
  summary.unsolved = batch_explanation(batch);
  return summary;
}

}  // namespace

format::StudySchema balance_schema() {
  BalanceOptions const defaults;
  StudySchema schema;
  schema.kind = "balance";
  schema.explanation = "A table, or many, balanced to given row and column totals.";

  TableKeys study(schema, "study");
  study.text("title", "heading of the report", "Balancing of a table");
  study.optional_text("source", "where the data come from, for the line under every figure",
                      "\"Statistical Office, 2024\"");
  study.integer("seed", "kept for the record; nothing is random here", 1, 0, 9e18);

  TableKeys input(schema, "input");
  input.file("table", "the table: a matrix with labels, [problem,]row,column,value, .npy, or a folder of tables",
             "table.csv");
  input.file("row_totals", "what the rows add up to: [problem,]label,value", "row_totals.csv");
  input.file("column_totals", "what the columns add up to: [problem,]label,value", "column_totals.csv");
  input.optional_file("labels", "labels of a .npy table: margin,label; its dimensions are numbered without",
                      "\"labels.csv\"");

  TableKeys keys(schema, "balance");
  keys.choice("method", "gras for tables with negative cells; ras refuses them; without any both give the same",
              methods);
  keys.number("tolerance", "a total is met when it is missed by no more than this share of it", defaults.tolerance, 0,
              1);
  keys.integer("max_iterations", "sweeps over both margins", defaults.max_iterations, 1, most_iterations);
  keys.boolean("over_relaxation", "over-relaxation, which speeds up slow problems", defaults.over_relaxation);
  keys.optional_text("show", "many tables: the problem that the report shows in full; otherwise the worst", "\"2015\"");
  return schema;
}

BalanceOptions balance_options(format::StudyDocument const& document) {
  BalanceOptions options;
  options.method = value_of(methods, document.text("balance", "method"));
  options.tolerance = document.number("balance", "tolerance");
  options.max_iterations = document.integer("balance", "max_iterations");
  options.over_relaxation = options.newton = document.boolean("balance", "over_relaxation");
  return options;
}

RunSummary run_balance_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings) {
  StudyRun run(engine, document, "balance", settings);
  BalanceBatch batch = read_inputs(run, document);
  refuse_unknown_problem(batch, document);
  run.open_folder();
  return run.resumable([&] {
    auto const array = batch.is_array() ? map_array(run, batch) : nullptr;
    balance(engine, batch.problems, settings.control);
    run.stop_if_interrupted();
    if (array) run.publish(array_name, *array);
    if (!batch.is_named()) return finish_one(run, batch);
    return finish_many(engine, run, batch, shown_problem(batch, document));
  });
}

}  // namespace regio::study
