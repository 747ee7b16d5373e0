#include "study/national_results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "format/csv_writer.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;
using format::Json;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

ResultTable balanced_file(NationalBalance const& result) {
  CsvWriter csv({"region", "row", "column", "value"});
  for (Index const at : result.tables.listed) {
    auto const [region, row, column] = result.tables.place(at);
    csv.cell(result.region(region)).cell(result.label(Margin::rows, row)).cell(result.label(Margin::columns, column));
    csv.cell(result.balanced[position(at)]).end_row();
  }
  return {"balanced.csv", csv.text()};
}

ResultTable multipliers_file(NationalBalance const& result) {
  CsvWriter csv({"margin", "region", "label", "value"});
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    MatrixView<double const> const multipliers =
        margin == Margin::rows ? result.report.row_multipliers(0) : result.report.column_multipliers(0);
    for (Index region = 0; region < multipliers.rows(); ++region) {
      for (Index i = 0; i < multipliers.columns(); ++i) {
        csv.cell(margin_name(margin)).cell(result.region(region)).cell(result.label(margin, i));
        csv.cell(multipliers(region, i)).end_row();
      }
    }
  }
  return {"multipliers.csv", csv.text()};
}

ResultTable national_multipliers_file(NationalBalance const& result) {
  CsvWriter csv({"row", "column", "value"});
  MatrixView<double const> const multipliers = result.report.national_multipliers(0);
  for (Index row = 0; row < multipliers.rows(); ++row) {
    for (Index column = 0; column < multipliers.columns(); ++column) {
      if (std::isnan(result.national[position(row * multipliers.columns() + column)])) continue;
      csv.cell(result.label(Margin::rows, row)).cell(result.label(Margin::columns, column));
      csv.cell(multipliers(row, column)).end_row();
    }
  }
  return {"national_multipliers.csv", csv.text()};
}

Json certificate_entry(char const* margin, Json region, Json row, Json column, double multiplier) {
  return {{"margin", margin},
          {"region", std::move(region)},
          {"row", std::move(row)},
          {"column", std::move(column)},
          {"multiplier", multiplier}};
}

}  // namespace

bool NationalBalance::is_computed() const {
  return std::none_of(balanced.begin(), balanced.end(), [](double x) { return std::isnan(x); });
}

TableChange NationalBalance::change_of_region(Index region) const {
  return {tables.rows, tables.columns, [this, region](TableChange::Visit const& visit) {
            Index const columns = tables.columns.size(), cells = tables.rows.size() * columns;
            for (Index cell = 0; cell < cells; ++cell) {
              std::size_t const at = position(region * cells + cell);
              if (tables.values[at] != 0) visit(cell / columns, cell % columns, tables.values[at], balanced[at]);
            }
          }};
}

void balance(Engine& engine, NationalBalance& result, Control const& control) {
  RegionalTables const& tables = result.tables;
  Index const regions = tables.regions.size(), rows = tables.rows.size(), columns = tables.columns.size();
  result.balanced.assign(tables.values.size(), std::numeric_limits<double>::quiet_NaN());
  NationalControlProblem problem;
  problem.tables = tables.view();
  problem.row_totals = {result.row_totals.data(), regions, rows};
  problem.column_totals = {result.column_totals.data(), regions, columns};
  problem.national = {result.national.data(), rows, columns};
  problem.balanced = {result.balanced.data(), regions, rows, columns};
  BalanceOptions options = result.options;
  options.keep_history = true;
  options.control = control;
  result.report = national_control(engine, options, {problem});
}

Certificate certificate_of(NationalBalance const& result) {
  NationalEvidence const* const evidence = result.report.evidence(0);
  if (evidence == nullptr) return {};
  Certificate certificate;
  certificate.deficit = evidence->deficit;
  for (Margin const margin : {Margin::rows, Margin::columns}) {
    Index const labels = result.tables.labels(margin).size();
    for (auto const& [region, index, value] : margin == Margin::rows ? evidence->rows : evidence->columns) {
      certificate.terms.push_back({.margin = margin_name(margin),
                                   .region = result.region(region),
                                   .label = result.label(margin, index),
                                   .total = result.totals(margin)[position(region * labels + index)],
                                   .multiplier = value});
    }
  }
  for (auto const& [cell, value] : evidence->national) {
    certificate.terms.push_back(
        {.margin = "national cell",
         .region = "",
         .label = result.label(Margin::rows, cell.row) + " to " + result.label(Margin::columns, cell.column),
         .total = result.national[position(cell.row * result.tables.columns.size() + cell.column)],
         .multiplier = value});
  }
  return certificate;
}

std::vector<ResultTable> national_result_files(NationalBalance const& result) {
  return {balanced_file(result), multipliers_file(result), national_multipliers_file(result)};
}

Json national_json(NationalBalance const& result) {
  Json multipliers = Json::array();
  double deficit = 0;
  if (NationalEvidence const* const evidence = result.report.evidence(0)) {
    deficit = evidence->deficit;
    for (auto const& [region, index, value] : evidence->rows) {
      multipliers.push_back(
          certificate_entry("row", result.region(region), result.label(Margin::rows, index), nullptr, value));
    }
    for (auto const& [region, index, value] : evidence->columns) {
      multipliers.push_back(
          certificate_entry("column", result.region(region), nullptr, result.label(Margin::columns, index), value));
    }
    for (auto const& [cell, value] : evidence->national) {
      multipliers.push_back(certificate_entry("national", nullptr, result.label(Margin::rows, cell.row),
                                              result.label(Margin::columns, cell.column), value));
    }
  }
  return {{"outcome", name(result.outcome())},
          {"reason", name(result.reason())},
          {"iterations", result.report.iterations.front()},
          {"row_residual", result.report.row_residual.front()},
          {"column_residual", result.report.column_residual.front()},
          {"national_residual", result.report.national_residual.front()},
          {"certificate", {{"multipliers", std::move(multipliers)}, {"deficit", deficit}}}};
}

}  // namespace regio::study
