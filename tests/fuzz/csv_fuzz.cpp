// Any bytes are a table or an InputError; a table that is written reads back the same.
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "format/csv_reader.hpp"
#include "format/csv_writer.hpp"
#include "format/gzip.hpp"

namespace {

using namespace regio;
using namespace regio::format;

void expect(bool holds, char const* what) {
  if (!holds) throw std::logic_error(what);
}

CsvTable written_and_read(CsvTable const& table) {
  CsvWriter writer(table.columns());
  for (Index row = 0; row < table.rows(); ++row) {
    for (Index column = 0; column < std::ssize(table.columns()); ++column) writer.cell(table.text(row, column));
    writer.end_row();
  }
  return CsvTable::parse(writer.text(), "written");
}

void check(CsvTable const& table) {
  CsvTable const again = written_and_read(table);
  expect(again.rows() == table.rows() && again.columns() == table.columns(), "the written table has another shape");
  Findings findings;
  for (Index column = 0; column < std::ssize(table.columns()); ++column) {
    expect(table.texts(column) == again.texts(column), "the written table has other texts");
    for (double const number : table.numbers(column, findings)) expect(!std::isinf(number), "a number is infinite");
    (void)table.integers(column, findings);
  }
  for (InputProblem const& problem : findings.problems()) expect(problem.line > 0 && problem.column > 0, "no position");
  for (Index row = 1; row < table.rows(); ++row) expect(table.line(row) > table.line(row - 1), "lines do not ascend");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  try {
    std::string text(reinterpret_cast<char const*>(data), size);
    if (is_gzip(text)) text = unpacked_gzip(text, "input.csv.gz");
    check(CsvTable::parse(std::move(text), "input.csv"));
  } catch (InputError const&) {
  }
  return 0;
}
