#include "tests/reference/article.hpp"

#include <fmt/format.h>

#include <optional>

namespace regio::reference {
namespace {

using format::CsvTable;
using format::Findings;

Index column(CsvTable const& table, std::string const& name) {
  Findings findings;
  std::optional<Index> const found = table.require(name, findings);
  findings.throw_if_any();
  return *found;
}

}  // namespace

std::vector<std::string> text_column(CsvTable const& table, std::string const& name) {
  return table.texts(column(table, name));
}

std::vector<int> integer_column(CsvTable const& table, std::string const& name) {
  Findings findings;
  std::vector<int> values = table.integers(column(table, name), findings);
  findings.throw_if_any();
  return values;
}

std::vector<double> number_column(CsvTable const& table, std::string const& name) {
  Findings findings;
  std::vector<double> values = table.numbers(column(table, name), findings);
  findings.throw_if_any();
  return values;
}

std::string statements_tables(std::vector<Statement> const& statements) {
  std::string agree = "### Statements that the tables confirm\n\n| the article | its tables |\n|---|---|\n";
  std::string differ =
      "### Errata: statements that the tables do not confirm\n\n| the article | its tables |\n|---|---|\n";
  for (Statement const& statement : statements) {
    (statement.agrees ? agree : differ) += fmt::format("| {} | {} |\n", statement.text, statement.tables);
  }
  return agree + "\n" + differ;
}

std::string listed(std::vector<std::string> const& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return names.empty() ? "none" : text;
}

}  // namespace regio::reference
