#include "study/totals_files.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

/// Labels for which the likely meaning is looked up: as many as are printed.
constexpr std::size_t most_suggestions = 20;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

RegionCodes const& labels_of(TableFile const& table, Margin margin) {
  return margin == Margin::rows ? table.rows : table.columns;
}

/// Columns of layouts that plain balancing has no use for: named, so that nobody takes them for typing errors.
void refuse_columns(CsvTable const& csv, Findings& findings) {
  std::vector<std::string> known = {"problem", "label", "value", "standard_error"};
  constexpr std::pair<char const*, char const*> others[] = {
      {"region", "totals of regions go with a national table (--national)"},
      {"reliability", "totals that may be missed go with the methods soft, kras and least-squares"}};
  for (auto const& [name, use] : others) {
    if (!csv.find(name)) continue;
    findings.add(column_problem(csv, name, use));
    known.emplace_back(name);
  }
  refuse_other_columns(csv, known, findings);
}

}  // namespace

TotalsFile::TotalsFile(std::filesystem::path const& path, Margin margin, Findings& findings)
    : file_(path.string()), margin_(margin), csv_(open_table(path, findings)) {
  if (!csv_) return;
  refuse_columns(*csv_, findings);
  auto const label_column = csv_->require("label", findings);
  auto const value_column = csv_->require("value", findings);
  if (!label_column || !value_column) {
    csv_.reset();
    return;
  }
  label_column_ = *label_column;
  values_ = complete_numbers(*csv_, *value_column, "a number, the total", findings);
  if (auto const column = csv_->find("standard_error")) {
    standard_errors_ = complete_numbers(*csv_, *column, "a number, 0 where the total is certain", findings);
    for (Index line = 0; line < csv_->rows(); ++line) {
      double const error = standard_errors_[position(line)];
      if (error < 0) findings.add(csv_->problem(line, *column, "a number from 0 on"));
      if (error > 0 && values_[position(line)] == 0) {
        findings.add(csv_->problem(line, *column, "0: a total of 0 has no error, it stays 0 in every draw"));
      }
    }
  }
  problem_column_ = csv_->find("problem");
  if (problem_column_) {
    problems_ = lines_of_problems(*csv_, *problem_column_, findings);
  } else {
    problems_.labels.insert("");
    problems_.lines.resize(1);
    for (Index line = 0; line < csv_->rows(); ++line) problems_.lines.front().push_back(line);
  }
}

void TotalsFile::match_problems(RegionCodes const& problems, std::string const& others, Findings& findings) const {
  if (!csv_ || !problem_column_) return;
  std::size_t unknown = 0;
  for (std::size_t p = 0; p < problems_.lines.size(); ++p) {
    std::string const& label = problems_.labels.codes()[p];
    if (problems.find(label)) continue;
    std::string const hint = ++unknown > most_suggestions ? "" : problems.hint(label);
    findings.add(
        csv_->problem(problems_.lines[p].front(), *problem_column_, fmt::format("a problem of {}{}", others, hint)));
  }
  std::vector<std::string> missing;
  for (std::string const& label : problems.codes()) {
    if (!problems_.labels.find(label)) missing.push_back("'" + label + "'");
  }
  if (missing.empty()) return;
  findings.add(column_problem(*csv_, "problem",
                              fmt::format("there are no totals for the {} {} of {}",
                                          missing.size() > 1 ? "problems" : "problem", listed(missing), others)));
}

Totals TotalsFile::of(std::string const& problem, TableFile const& table, Findings& findings) const {
  RegionCodes const& labels = labels_of(table, margin_);
  Totals totals{std::vector<double>(position(labels.size()), 0.0), {}};
  if (has_standard_errors()) totals.standard_error.assign(position(labels.size()), 0.0);
  auto const place = csv_ ? problems_.labels.find(names_problems() ? problem : "") : std::nullopt;
  // A table that could not be read has no labels to compare with.
  if (!place || labels.size() == 0) return totals;

  std::string const what = margin_name(margin_);
  std::string const of_problem = names_problems() ? " of the problem '" + problem + "'" : "";
  UniqueLabels seen(*csv_);
  std::vector<bool> has_total(totals.value.size(), false);
  std::vector<Index> unknown;
  for (Index const line : problems_.lines[position(*place)]) {
    if (!seen.add(line, label_column_, what + of_problem, findings)) continue;
    if (auto const at = labels.find(csv_->text(line, label_column_))) {
      has_total[position(*at)] = true;
      totals.value[position(*at)] = values_[position(line)];
      if (has_standard_errors()) totals.standard_error[position(*at)] = standard_errors_[position(line)];
    } else {
      unknown.push_back(line);
    }
  }
  if (!unknown.empty() && unknown.size() == problems_.lines[position(*place)].size() &&
      are_of_other_margin(unknown, table)) {
    findings.add(column_problem(*csv_, "label",
                                "these are the labels of the table's other margin; are the files of row totals and "
                                "column totals exchanged?"));
    return totals;
  }
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    std::string const hint = i < most_suggestions ? labels.hint(csv_->text(unknown[i], label_column_)) : std::string();
    findings.add(csv_->problem(unknown[i], label_column_, fmt::format("a {} of {}{}", what, table.file, hint)));
  }
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < has_total.size(); ++i) {
    if (!has_total[i]) missing.push_back("'" + labels.codes()[i] + "'");
  }
  if (!missing.empty()) {
    findings.add(column_problem(
        *csv_, "label",
        fmt::format("there is no total for the {}{} {} of {}{}", what, missing.size() > 1 ? "s" : "", listed(missing),
                    table.file, of_problem.empty() ? "" : " in the problem '" + problem + "'")));
  }
  return totals;
}

bool TotalsFile::are_of_other_margin(std::vector<Index> const& lines, TableFile const& table) const {
  RegionCodes const& others = labels_of(table, margin_ == Margin::rows ? Margin::columns : Margin::rows);
  return std::all_of(lines.begin(), lines.end(),
                     [&](Index line) { return others.find(csv_->text(line, label_column_)).has_value(); });
}

std::vector<double> read_totals(std::filesystem::path const& path, Margin margin, TableFile const& table,
                                Findings& findings) {
  TotalsFile const file(path, margin, findings);
  if (file.names_problems()) {
    findings.add(
        InputProblem{.file = path.string(), .field = "problem", .expected = "totals of one table, without problems"});
  }
  return file.of(file.problems().size() > 0 ? file.problems().codes().front() : "", table, findings).value;
}

}  // namespace regio::study
