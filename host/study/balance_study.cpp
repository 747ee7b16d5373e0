#include "study/balance_study.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/ranges.h>

#include "study/balance_batch_report.hpp"
#include "study/balance_variant.hpp"
#include "study/constrained_study.hpp"
#include "study/national_study.hpp"
#include "study/study_keys.hpp"
#include "study/study_run.hpp"
#include "study/target_draws_report.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;

constexpr std::array methods = {Word{"gras", BalanceMethod::gras}, Word{"ras", BalanceMethod::ras}};
constexpr double most_iterations = 1e9;
constexpr double most_draws = 1e6;
constexpr double widest_spread = 10;
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

/// Standard errors of a margin: those of its file, or a share of each total.
void set_errors(std::vector<double>& errors, std::vector<double> const& totals, double spread) {
  if (spread == 0) return;
  errors.clear();
  for (double const total : totals) errors.push_back(spread * std::abs(total));
}

/// What is asked for in [monte_carlo]; no draws: nothing. Totals get the spread that the study gives them.
TargetDrawOptions draw_options(BalanceBatch& batch, format::StudyDocument const& document, std::uint64_t seed) {
  Findings findings;
  TargetDrawOptions options;
  options.draws = document.integer("monte_carlo", "draws");
  options.coverage = document.number("monte_carlo", "coverage");
  options.seed = seed;
  BalancedTable const& first = batch.problems.front();
  for (auto const& [key, errors] :
       {std::pair("row_spread", &first.row_errors), std::pair("column_spread", &first.column_errors)}) {
    if (document.number("monte_carlo", key) == 0) continue;
    if (options.draws == 0)
      findings.add(document.problem("monte_carlo", key, "a number of draws with it: draws = 1000"));
    if (!errors->empty()) {
      findings.add(
          document.problem("monte_carlo", key, "no spread where the file of these totals has a column standard_error"));
    }
  }
  findings.throw_if_any();
  for (BalancedTable& problem : batch.problems) {
    set_errors(problem.row_errors, problem.row_totals, document.number("monte_carlo", "row_spread"));
    set_errors(problem.column_errors, problem.column_totals, document.number("monte_carlo", "column_spread"));
  }
  return options;
}

/// The draws of all problems; those of the shown one are in the report.
struct DrawsOfRun {
  TargetDrawsFiles files;
  format::ReportSection section;
};

std::optional<DrawsOfRun> draw_all(Engine& engine, BalanceBatch const& batch, std::size_t shown,
                                   TargetDrawOptions options, std::string const& source, Control const& control) {
  if (options.draws == 0) return std::nullopt;
  DrawsOfRun result{TargetDrawsFiles(batch.is_named()), {}};
  for (std::size_t b = 0; b < batch.problems.size(); ++b) {
    options.problem = static_cast<std::uint32_t>(b);
    TargetDraws const draws = draw_targets(engine, batch.problems[b], options, control);
    result.files.add(batch.problems[b], draws);
    if (b != shown) continue;
    result.section = draws_section(batch.problems[b], draws, options.coverage, source);
    result.section.title += of_problem(batch.problems[b]);
  }
  return result;
}

/// Standard errors that nothing uses.
std::vector<std::string> unused_errors(BalanceBatch const& batch, TargetDrawOptions const& options) {
  BalancedTable const& first = batch.problems.front();
  if (options.draws > 0 || (first.row_errors.empty() && first.column_errors.empty())) return {};
  return {"The standard errors of the totals are not used: there are no draws ([monte_carlo] draws)."};
}

struct BalanceWords {
  std::vector<std::string> warnings;
  std::string unsolved;
};

BalanceWords words_of(BalanceBatch const& batch) {
  if (batch.is_named()) return {batch_warnings(batch), batch_explanation(batch)};
  BalancedTable const& result = batch.problems.front();
  return {balance_warnings(result), fmt::format("{}", fmt::join(explanation(result), "\n"))};
}

format::Report report_of(Engine& engine, BalanceBatch const& batch, std::size_t shown, ReportContext const& context) {
  if (!batch.is_named()) return balance_report(batch.problems.front(), context);
  // Alone it gives the same bits, and keeps the history that a batch of thousands has no use for.
  BalancedTable problem = batch.problems[shown];
  problem.cells = nullptr;
  balance(engine, {&problem, 1}, {});
  return batch_report(batch, problem, context);
}

RunSummary finish(Engine& engine, StudyRun& run, BalanceBatch const& batch, std::size_t shown,
                  TargetDrawOptions const& options, Control const& control) {
  ReportContext const context = run.report_context();
  std::optional<DrawsOfRun> const draws = draw_all(engine, batch, shown, options, context.source, control);
  format::Report report = report_of(engine, batch, shown, context);
  std::vector<ResultTable> files = batch_files(batch);
  Json facts = batch_json(batch);
  auto [warnings, unsolved] = words_of(batch);
  std::vector<std::string> more = unused_errors(batch, options);
  if (draws) {
    for (ResultTable& file : draws->files.files()) files.push_back(std::move(file));
    facts["monte_carlo"] = draws->files.facts();
    more = draws->files.warnings();
    report.sections.insert(report.sections.end() - 1, draws->section);
  }
  for (std::string const& warning : more) {
    report.notices.push_back({warning, false});
    warnings.push_back(warning);
  }
  run.write_results(files, report);
  RunSummary summary = run.finish(facts, batch.outcomes(), std::move(warnings), report.summary);
  summary.unsolved = std::move(unsolved);
  return summary;
}

}  // namespace

format::StudySchema balance_schema() {
  BalanceOptions const defaults;
  StudySchema schema =
      study_schema("balance", "A table, or many, balanced to given row and column totals.", "Balancing of a table",
                   "of the draws of uncertain totals; the same seed gives the same bytes");

  TableKeys input(schema, "input");
  input.file("table", "the table: a matrix with labels, [problem,]row,column,value, .npy, or a folder of tables",
             "table.csv");
  input.file("row_totals", "what the rows add up to: [problem,]label,value[,standard_error]", "row_totals.csv");
  input.file("column_totals", "what the columns add up to: [problem,]label,value[,standard_error]",
             "column_totals.csv");
  input.optional_file("labels", "labels of a .npy table: margin,label; its dimensions are numbered without",
                      "\"labels.csv\"");
  input.optional_file("national",
                      "what the regions add up to: a matrix, or row,column,value; table and totals then name regions",
                      "\"national.csv\"");
  input.optional_file("constraints", "totals of groups of cells: constraint,row,column,coefficient,value[,reliability]",
                      "\"constraints.csv\"");
  input.optional_file("bounds", "limits of cells: row,column,lower,upper; equal ones give the cell its value",
                      "\"bounds.csv\"");

  TableKeys keys(schema, "balance");
  keys.choice("method",
              "gras, or ras, which refuses negative cells; mr-gras meets constraints and bounds as well, soft and kras "
              "let totals with a reliability give way, and so does least-squares",
              methods)
      .choices = balance_method_words();
  keys.choice("weight",
              "least-squares: a squared change of a cell counts in proportion to 1 over the cell, to 1, or to 1 over "
              "its square",
              cell_weight_words());
  keys.number("tolerance", "a total is met when it is missed by no more than this share of it", defaults.tolerance, 0,
              1);
  keys.integer("max_iterations", "sweeps over both margins", defaults.max_iterations, 1, most_iterations);
  keys.boolean("over_relaxation", "over-relaxation, which speeds up slow problems", defaults.over_relaxation);
  keys.optional_text("show", "many tables: the problem that the report shows in full; otherwise the worst", "\"2015\"");

  TableKeys draws(schema, "monte_carlo");
  TargetDrawOptions const no_draws;
  draws.integer("draws", "times that uncertain totals are drawn and the table balanced anew; 0: none", no_draws.draws,
                0, most_draws);
  draws.number("row_spread", "standard error of each row total, as a share of it", 0, 0, widest_spread);
  draws.number("column_spread", "standard error of each column total, as a share of it", 0, 0, widest_spread);
  draws.number("coverage", "share of the draws between the low and the high of cells.csv", no_draws.coverage, 0, 1);
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
  switch (balance_variant(document)) {
    case BalanceVariant::national: return run_national_study(engine, document, settings);
    case BalanceVariant::constrained: return run_constrained_study(engine, document, settings);
    case BalanceVariant::two_margins: break;
  }
  StudyRun run(engine, document, "balance", settings);
  BalanceBatch batch = read_inputs(run, document);
  refuse_unknown_problem(batch, document);
  TargetDrawOptions const draws = draw_options(batch, document, run.seed());
  run.open_folder();
  return run.resumable([&] {
    auto const array = batch.is_array() ? map_array(run, batch) : nullptr;
    balance(engine, batch.problems, settings.control);
    run.stop_if_interrupted();
    if (array) run.publish(array_name, *array);
    return finish(engine, run, batch, shown_problem(batch, document), draws, settings.control);
  });
}

}  // namespace regio::study
