#include "format/csv_writer.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "format/csv_reader.hpp"

namespace regio::format {
namespace {

TEST(NumberText, ShortestThatReadsBack) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(number_text(12), "12");
  EXPECT_EQ(number_text(1e300), "1e+300");
  EXPECT_EQ(number_text(-0.0), "-0");
  EXPECT_EQ(number_text(std::nan("")), "");
}

TEST(CsvWriter, PlainTable) {
  CsvWriter writer({"region", "year", "gsp"});
  writer.cell("AL").cell(1970).cell(28418.0).end_row();
  writer.cell("AK").cell(1970).cell(std::nan("")).end_row();
  EXPECT_EQ(writer.text(), "region,year,gsp\nAL,1970,28418\nAK,1970,\n");
}

TEST(CsvWriter, QuotesWhereNeeded) {
  CsvWriter writer({"label"});
  for (char const* text : {"a,b", "say \"x\"", "two\nlines", " space", "#no comment", "plain"})
    writer.cell(text).end_row();
  EXPECT_EQ(writer.text(), "label\n\"a,b\"\n\"say \"\"x\"\"\"\n\"two\nlines\"\n\" space\"\n\"#no comment\"\nplain\n");
}

TEST(CsvWriter, EmptyCellsOfASingleColumnAreRows) {
  CsvWriter writer({"x"});
  writer.cell("").end_row();
  writer.cell(std::nan("")).end_row();
  EXPECT_EQ(writer.text(), "x\n\"\"\n\"\"\n");
  EXPECT_EQ(CsvTable::parse(writer.text(), "x.csv").rows(), 2);
}

TEST(CsvWriter, RowOfAnotherLengthIsADefect) {
  CsvWriter writer({"a", "b"});
  writer.cell(1);
  EXPECT_THROW(writer.end_row(), std::logic_error);
}

TEST(CsvWriter, WhatIsWrittenReadsBack) {
  std::mt19937_64 random(5);
  std::vector<std::string> const texts{"a,b",  "\"",      "\"\"", "x\r\ny", " ends ", "#",
                                       "Київ", "العربية", "🗺", "",       "a;b\tc"};
  std::vector<double> numbers;
  CsvWriter writer({"text, with comma", "number"});
  for (int i = 0; i < 20000; ++i) {
    double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) number = std::nan("");
    numbers.push_back(number);
    writer.cell(texts[static_cast<std::size_t>(i) % texts.size()]).cell(number).end_row();
  }
  CsvTable const table = CsvTable::parse(writer.text(), "round.csv");
  ASSERT_EQ(table.rows(), 20000);
  Findings findings;
  std::vector<double> const read = table.numbers(1, findings);
  EXPECT_TRUE(findings.empty());
  std::vector<std::string> const read_texts = table.texts(0);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ASSERT_EQ(read_texts[i], texts[i % texts.size()]);
    if (std::isnan(numbers[i])) {
      ASSERT_TRUE(std::isnan(read[i]));
    } else {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(read[i]), std::bit_cast<std::uint64_t>(numbers[i]));
    }
  }
}

}  // namespace
}  // namespace regio::format
