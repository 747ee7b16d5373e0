#include "format/csv_reader.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <zlib.h>

#include <cmath>
#include <fstream>
#include <string>

#include "format/csv_writer.hpp"
#include "tests/format/german_locale.hpp"
#include "tests/format/refusal.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

using namespace std::string_literals;

CsvTable parsed(std::string text) { return CsvTable::parse(std::move(text), "t.csv"); }

std::string refused(std::string text) {
  return refusal([&] { (void)parsed(std::move(text)); });
}

std::vector<double> column_numbers(CsvTable const& table, Index column) {
  Findings findings;
  std::vector<double> result = table.numbers(column, findings);
  findings.throw_if_any();
  return result;
}

/// The message for a single cell that is not a number.
std::string refused_number(std::string const& cell, char separator = ',') {
  CsvTable const table = parsed("region"s + separator + "gsp\nAL" + separator + cell + "\n");
  return refusal([&] { column_numbers(table, 1); });
}

std::string packed(std::string const& text) {
  std::string result(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

TEST(CsvReader, PlainTable) {
  CsvTable const table = parsed("region,year,gsp\nAL,1970,28418.5\nAK,1971,\n");
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.columns(), (std::vector<std::string>{"region", "year", "gsp"}));
  EXPECT_EQ(table.texts(0), (std::vector<std::string>{"AL", "AK"}));
  Findings findings;
  EXPECT_EQ(table.integers(1, findings), (std::vector<int>{1970, 1971}));
  std::vector<double> const gsp = table.numbers(2, findings);
  EXPECT_EQ(gsp[0], 28418.5);
  EXPECT_TRUE(std::isnan(gsp[1]));
  EXPECT_TRUE(findings.empty());
}

TEST(CsvReader, LastLineWithoutEndAndCrlf) {
  CsvTable const table = parsed("a,b\r\n1,2\r\n3,4");
  EXPECT_EQ(column_numbers(table, 1), (std::vector<double>{2, 4}));
}

TEST(CsvReader, ByteOrderMarkCommentsAndEmptyLines) {
  CsvTable const table = parsed("\xef\xbb\xbf# source, of the data\n\n#\na,b\n\n1,2\n\r\n3,4\n");
  EXPECT_EQ(table.columns(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.line(0), 6);
  EXPECT_EQ(table.line(1), 8);
  EXPECT_EQ(table.lines(), (std::vector<std::int64_t>{6, 8}));
}

TEST(CsvReader, HashAfterTheHeaderIsText) { EXPECT_EQ(parsed("a,b\n#1,2\n").text(0, 0), "#1"); }

TEST(CsvReader, QuotedCells) {
  CsvTable const table =
      parsed("\"re,gion\",label\nAL,\"two\nlines\"\nAK,\"say \"\"x\"\"\"\n\"\", \" kept \" \n\"1\",2\n");
  EXPECT_EQ(table.columns()[0], "re,gion");
  EXPECT_EQ(table.text(0, 1), "two\nlines");
  EXPECT_EQ(table.text(1, 1), "say \"x\"");
  EXPECT_EQ(table.text(2, 0), "");
  EXPECT_EQ(table.text(2, 1), " kept ");
  EXPECT_EQ(table.line(0), 2);
  EXPECT_EQ(table.line(1), 4);
  EXPECT_EQ(table.line(3), 6);
}

TEST(CsvReader, QuotesAcrossBlocksOf64Bytes) {
  for (std::size_t padding = 40; padding < 150; ++padding) {
    std::string const filler(padding, 'x');
    CsvTable const table = parsed("a,b\n" + filler + ",\"1\"\",\n\"\"2\"\n\"\"\"\"," + filler + "\n");
    ASSERT_EQ(table.rows(), 2) << padding;
    ASSERT_EQ(table.text(0, 1), "1\",\n\"2") << padding;
    ASSERT_EQ(table.text(1, 0), "\"") << padding;
    ASSERT_EQ(table.text(1, 1), filler) << padding;
  }
}

TEST(CsvReader, SpacesAroundUnquotedCellsDoNotBelongToThem) {
  CsvTable const table = parsed("region , gsp\n AL ,  1.5 \n");
  EXPECT_EQ(table.columns()[1], "gsp");
  EXPECT_EQ(table.text(0, 0), "AL");
  EXPECT_EQ(column_numbers(table, 1)[0], 1.5);
}

TEST(CsvReader, SeparatorFromTheHeader) {
  EXPECT_EQ(parsed("a;b;c, or d\n1;2;3\n").columns().size(), 3u);
  EXPECT_EQ(parsed("a\tb\n1\t2,5\n").text(0, 1), "2,5");
  EXPECT_EQ(parsed("\"a;b;c\",d\n1,2\n").columns().size(), 2u);
  EXPECT_EQ(parsed("only\n1\n2\n").rows(), 2);
}

TEST(CsvReader, DecimalCommaWithSemicolon) {
  CsvTable const table = parsed("region;gsp;emp\nAL;1,5;2.5\nAK;-2,25e3;3\n");
  EXPECT_EQ(column_numbers(table, 1), (std::vector<double>{1.5, -2250}));
  EXPECT_EQ(column_numbers(table, 2), (std::vector<double>{2.5, 3}));
}

TEST(CsvReader, CommaAndPointInOneColumnAreAmbiguous) {
  CsvTable const table = parsed("region;gsp\nAL;1,5\nAK;1.234\n");
  EXPECT_EQ(refusal([&] { column_numbers(table, 1); }),
            "t.csv:3:2: gsp: found '1.234', expected a decimal comma as in line 2 of this column");
}

TEST(CsvReader, NumbersThatAreNumbers) {
  CsvTable const table = parsed("x\n1\n-1\n+1\n.5\n5.\n1e3\n1E-3\n\"7\"\n-0\n1e-999\n007\n");
  EXPECT_EQ(column_numbers(table, 0), (std::vector<double>{1, -1, 1, .5, 5, 1000, .001, 7, 0, 0, 7}));
}

TEST(CsvReader, MissingNumbers) {
  for (double const number : column_numbers(parsed("x,y\n,1\nNA,1\nNaN,1\n\"\",1\n  ,1\n"), 0)) {
    EXPECT_TRUE(std::isnan(number));
  }
}

TEST(CsvReader, WhatIsNoNumber) {
  std::string const expected = "', expected a number, or an empty cell, NA or NaN where it is missing";
  for (std::string const cell : {"abc",   "inf", "-inf", "Infinity", "nan", "-nan", "N/A",   "0x1p3", "0x10", "1e",
                                 "1.5e+", "--1", "+-1",  "-",        ".",   "1f",   "1_000", "#N/A",  "5%",   "١٢"}) {
    EXPECT_EQ(refused_number(cell), "t.csv:2:2: gsp: found '" + cell + expected) << cell;
  }
}

TEST(CsvReader, ThousandsSeparatorsAreRefused) {
  std::string const expected = "', expected a number with a decimal point and without thousands separators";
  for (std::string const cell : {"1 234", "1'234", "1.234.567"}) {
    EXPECT_EQ(refused_number(cell), "t.csv:2:2: gsp: found '" + cell + expected) << cell;
  }
  EXPECT_EQ(refused_number("\"1,234\""), "t.csv:2:2: gsp: found '1,234" + expected);
  EXPECT_EQ(refused_number("1.234,5", ';'),
            "t.csv:2:2: gsp: found '1.234,5', expected a number without thousands separators");
}

TEST(CsvReader, OverflowIsAnError) {
  EXPECT_EQ(refused_number("-1e999"), "t.csv:2:2: gsp: found '-1e999', expected a number below 1.8e308 in size");
}

TEST(CsvReader, WholeNumbers) {
  CsvTable const table = parsed("year,x\n1970,\n1970.0,\n1970.5,\n9999999999,\nNA,\n-5,\n,\n");
  Findings findings;
  EXPECT_EQ(table.integers(0, findings), (std::vector<int>{1970, 1970, 0, 0, 0, -5, 0}));
  EXPECT_EQ(refusal([&] { findings.throw_if_any(); }),
            "t.csv:4:1: year: found '1970.5', expected a whole number\n"
            "t.csv:5:1: year: found '9999999999', expected a whole number\n"
            "t.csv:6:1: year: found 'NA', expected a whole number\n"
            "t.csv:8:1: year: the cell is empty; expected a whole number");
}

TEST(CsvReader, EmptyFileAndHeaderOnly) {
  std::string const expected = "t.csv: is empty; expected a header line with the names of the columns";
  EXPECT_EQ(refused(""), expected);
  EXPECT_EQ(refused("\xef\xbb\xbf"), expected);
  EXPECT_EQ(refused("# only\n\n  \n"), expected);
  CsvTable const table = parsed("a,b");
  EXPECT_EQ(table.rows(), 0);
  EXPECT_TRUE(column_numbers(table, 1).empty());
}

TEST(CsvReader, RaggedLinesAreAllNamed) {
  EXPECT_EQ(refused("a,b,c\n1,2\n1,2,3\n1,2,3,4\n"),
            "t.csv:2: found '2 cells', expected 3 as in the header\n"
            "t.csv:4: found '4 cells', expected 3 as in the header");
}

TEST(CsvReader, TheFirstTwentyFindingsArePrintedAndTheRestCounted) {
  std::string text = "a,b\n";
  for (int i = 0; i < 1500; ++i) text += "1\n";
  std::string const message = refused(text);
  EXPECT_NE(message.find("t.csv:21: found '1 cells'"), message.npos);
  EXPECT_EQ(message.find("t.csv:22:"), message.npos);
  EXPECT_TRUE(message.ends_with("\n... and 1480 more")) << message;
}

TEST(CsvReader, UnclosedQuoteIsNamedWhereItOpens) {
  EXPECT_EQ(refused("a,b\n1,2\n3,\"4\n5,6\n"),
            "t.csv:3:2: the quote that opens here is never closed; expected a closing quote");
}

TEST(CsvReader, MisplacedQuotes) {
  EXPECT_EQ(
      refused("a,b\n1,\"2\"x\n"),
      "t.csv:2:2: found '\"2\"x', expected a separator or the end of the line after the closing quote (a quote inside "
      "is written twice)");
  EXPECT_EQ(refused("a,b\n1,5\" pipe\n"),
            "t.csv:2:2: found '5\"', expected no quote inside a cell that does not begin with one (quote the cell and "
            "write the quote twice)");
}

TEST(CsvReader, ManyMisplacedQuotesAreOneFindingACell) {
  std::string const spaces(1'000'000, ' ');
  std::string quotes;
  for (int i = 0; i < 300'000; ++i) quotes += "\"\" ";
  EXPECT_EQ(refused("a,b\n1," + spaces + quotes + "\n"), "t.csv:2:2: found '" + spaces.substr(0, 60) +
                                                             "...', expected a separator or the end of the line after "
                                                             "the closing quote (a quote inside is written twice)");
}

TEST(CsvReader, CarriageReturnAlone) {
  EXPECT_EQ(refused("a,b\r1,2\r"),
            "t.csv:1:2: has a carriage return inside a line; expected lines that end with LF or CRLF");
}

TEST(CsvReader, ColumnNames) {
  EXPECT_EQ(refused("# c\na,b,a,,\n"),
            "t.csv:2:3: found 'a', expected another name, because column 1 has this one\n"
            "t.csv:2:4: the column has no name; expected one\n"
            "t.csv:2:5: the column has no name; expected one");
  Findings findings;
  EXPECT_EQ(parsed("region,year\n").require("Region", findings), std::nullopt);
  EXPECT_EQ(refusal([&] { findings.throw_if_any(); }), "t.csv:1: no column 'Region'; did you mean 'region'?");
}

TEST(CsvReader, OtherEncodingsAreNamed) {
  EXPECT_EQ(refused("\xff\xfe"s + "a\0,\0b\0"s), "t.csv: found 'UTF-16 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused("\xfe\xff"s + "\0a\0,\0b"s), "t.csv: found 'UTF-16 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused("a\0,\0b\0\n\0"s), "t.csv: found 'UTF-16 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused("\xff\xfe\0\0a\0\0\0"s), "t.csv: found 'UTF-32 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused("\0\0\xfe\xff\0\0\0a"s), "t.csv: found 'UTF-32 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused("PK\x03\x04...."),
            "t.csv: found 'a zip archive or spreadsheet', expected text; save the table as CSV in UTF-8");
}

TEST(CsvReader, WrongBytesAreNamedWithTheirPosition) {
  std::string const after = "expected UTF-8 text at byte 3 of the line; save the file as UTF-8";
  EXPECT_EQ(refused("a,b\n1,\xe9t\xe9\n"), "t.csv:2: found 'byte 0xE9', " + after);
  EXPECT_EQ(refused("a,b\n1,\x80\n"), "t.csv:2: found 'byte 0x80', " + after);
  EXPECT_EQ(refused("a,b\n1,\xc0\xaf\n"), "t.csv:2: found 'byte 0xC0', " + after);
  EXPECT_EQ(refused("a,b\n1,\xed\xa0\x80\n"), "t.csv:2: found 'byte 0xED', " + after);
  EXPECT_EQ(refused("a,b\n1,\xf4\x90\x80\x80\n"), "t.csv:2: found 'byte 0xF4', " + after);
  EXPECT_EQ(refused("a,b\n1,\xe2\x82"), "t.csv:2: found 'byte 0xE2', " + after);
  EXPECT_EQ(refused("a,b\n1,\0 2\n"s), "t.csv:2: found 'byte 0x00', " + after);
}

TEST(CsvReader, CharactersAcrossTheCheckedChunks) {
  std::size_t const chunk = 1 << 20;
  for (std::size_t shift = 0; shift < 5; ++shift) {
    std::string text = "a\n" + std::string(chunk - 2 - shift, 'x') + "\xf0\x9f\x97\xba tail\n";
    EXPECT_EQ(parsed(text).rows(), 1);
    text.insert(chunk, "\x80");
    EXPECT_NE(refused(text), "") << shift;
  }
}

TEST(CsvReader, NamesInEveryScript) {
  CsvTable const table = parsed("region,label\nä,Łódź\na\xcc\x88,العربية\n🗺,Київ\n");
  EXPECT_EQ(table.text(0, 0), "ä");
  EXPECT_EQ(table.text(1, 0), "a\xcc\x88") << "NFC and NFD are different codes";
  EXPECT_EQ(table.text(1, 1), "العربية");
  EXPECT_EQ(table.text(2, 1), "Київ");
}

TEST(CsvReader, LocaleDoesNotMatter) {
  GermanLocale const german;
  CsvTable const table = parsed("x\n1.5\n1234567.25\n");
  EXPECT_EQ(column_numbers(table, 0), (std::vector<double>{1.5, 1234567.25}));
  EXPECT_EQ(number_text(1234567.25), "1234567.25");
}

TEST(CsvReader, FilesPlainAndPacked) {
  TemporaryFolder const folder;
  std::string const text = "region,gsp\nAL,1.5\n";
  auto const write = [&](char const* name, std::string const& bytes) {
    std::ofstream(folder.path() / name, std::ios::binary) << bytes;
    return folder.path() / name;
  };
  EXPECT_EQ(CsvTable::read(write("plain file.csv", text)).text(0, 0), "AL");
  std::string const gzip = packed(text);
  EXPECT_EQ(CsvTable::read(write("one.csv.gz", gzip)).text(0, 1), "1.5");
  EXPECT_EQ(CsvTable::read(write("two.csv.gz", gzip + packed("AK,2\n"))).rows(), 2);
  auto const cut = write("cut.csv.gz", gzip.substr(0, gzip.size() - 9));
  EXPECT_EQ(refusal([&] { (void)CsvTable::read(cut); }),
            cut.string() + ": is cut short: the gzip data end before their end mark");
  std::string damaged = gzip;
  damaged[gzip.size() - 6] = static_cast<char>(damaged[gzip.size() - 6] ^ 1);  // the checksum
  auto const broken = write("broken.csv.gz", damaged);
  EXPECT_EQ(refusal([&] { (void)CsvTable::read(broken); }),
            broken.string() + ": is damaged: the gzip data cannot be unpacked");
  EXPECT_EQ(refusal([&] { (void)CsvTable::read(folder.path() / "absent.csv"); }),
            (folder.path() / "absent.csv").string() + ": no such file");
  EXPECT_EQ(refusal([&] { (void)CsvTable::read(folder.path()); }),
            folder.path().string() + ": is a folder; expected a file");
}

TEST(CsvReader, TenMillionLinesWithOneBadCell) {
  std::string text = "region,year,gsp\n";
  Index const lines = 10'000'000;
  text.reserve(static_cast<std::size_t>(lines) * 9 + 16);
  Index const bad = 7'654'321;  // line in the file
  for (Index line = 2; line <= lines; ++line) text += line == bad ? "A,70,1.5x\n" : "A,70,1.5\n";
  CsvTable const table = parsed(std::move(text));
  EXPECT_EQ(refusal([&] { column_numbers(table, 2); }),
            "t.csv:7654321:3: gsp: found '1.5x', expected a number, or an empty cell, NA or NaN where it is missing");
}

TEST(CsvReader, ResultDoesNotDependOnTheThreads) {
  std::string text = "a,b\n";
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + (i % 9973 == 5 ? ",bad\n" : ",0.1\n");
  auto const outcome = [&](int threads) {
    tbb::global_control const control(tbb::global_control::max_allowed_parallelism, 8);
    return tbb::task_arena(threads).execute([&] {
      CsvTable const table = parsed(text);
      Findings findings;
      std::vector<double> numbers = table.numbers(0, findings);
      (void)table.numbers(1, findings);
      return std::pair(numbers, refusal([&] { findings.throw_if_any(); }));
    });
  };
  auto const one = outcome(1);
  EXPECT_EQ(std::count(one.second.begin(), one.second.end(), '\n'), 10);
  for (int const threads : {2, 3, 7}) EXPECT_EQ(outcome(threads), one);
}

}  // namespace
}  // namespace regio::format
