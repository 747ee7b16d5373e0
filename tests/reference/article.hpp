/// What the sections of docs/replication.md share: columns of published tables, and statements held against them.
#pragma once

#include <string>
#include <vector>

#include "format/csv_reader.hpp"

namespace regio::reference {

/// A column of a published table; throws InputError when there is none, or a cell is no number.
std::vector<std::string> text_column(format::CsvTable const& table, std::string const& name);
std::vector<int> integer_column(format::CsvTable const& table, std::string const& name);
std::vector<double> number_column(format::CsvTable const& table, std::string const& name);

/// Something that an article's text says, what its own tables say, and whether that is the same.
struct Statement {
  std::string text;
  std::string tables;
  bool agrees = false;
};

/// Two tables: what the tables confirm, and the errata.
std::string statements_tables(std::vector<Statement> const& statements);

/// "a, b and c".
std::string listed(std::vector<std::string> const& names);

}  // namespace regio::reference
