// The page of a report: everything escaped, tables that a person and a program can read, nothing from outside.
#include "format/report.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/figure_script.hpp"
#include "format/report_number.hpp"

namespace regio::format {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string const hostile = "</script><script>alert(1)</script> & \"it's\"";

void cut(std::string& page, std::string_view from, std::string_view to) {
  auto const start = page.find(from);
  if (start != std::string::npos) page.erase(start, page.find(to, start) - start);
}

/// The page without the script of the libraries and without its licences, which have text of their own.
std::string own_text(std::string page) {
  if (!figure_script().empty()) cut(page, figure_script(), "</script>");
  cut(page, "<summary>Licences", "</details>");
  return page;
}

Figure bar_chart(std::string const& category) {
  return {.name = "bars",
          .title = category,
          .description = category,
          .source = category,
          .specification = {{"mark", "bar"}, {"data", {{"values", {{{"category", category}, {"value", 1}}}}}}},
          .data = {.name = "bars", .caption = category, .columns = {category, "Value"}, .rows = {{category, 1.0}}}};
}

Report everything(std::string const& text) {
  ReportTable const table{
      .name = "table", .caption = text, .columns = {text, "Number"}, .rows = {{text, 1.5}}, .note = text, .file = text};
  return {.title = text,
          .summary = text,
          .facts = {{text, text}},
          .notices = {{text, true}},
          .sections = {{.name = text,
                        .title = text,
                        .items = {Paragraph{text}, Notice{text, true}, Preformatted{text, "toml"}, table,
                                  bar_chart(text)}}},
          .footer = text};
}

TEST(Report, EscapesEveryText) {
  std::string const page = own_text(render_html(everything(hostile)));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("aria-label=\"&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;it&#39;s&quot;"));
}

TEST(Report, KeepsDataOfFiguresInsideTheirScriptElement) {
  if (figure_script().empty()) GTEST_SKIP() << "built without the script that draws figures";
  std::string const page = own_text(render_html(everything(hostile + "<!--")));
  auto const start = page.find("<script type=\"application/json\">") + 32;
  auto const end = page.find("</script>", start);
  Json const specification = Json::parse(page.substr(start, end - start));
  EXPECT_EQ(specification["data"]["values"][0]["category"], hostile + "<!--");
  EXPECT_EQ(page.substr(start, end - start).find('<'), std::string::npos);
}

TEST(Report, TextThatIsNotUtf8IsReplacedInFigures) {
  Json const specification = Json::parse(specification_text(bar_chart("caf\xe9")));
  EXPECT_EQ(specification["data"]["values"][0]["category"], "caf\xef\xbf\xbd");
}

TEST(Report, IsTheSameForTheSameContent) {
  EXPECT_EQ(render_html(everything("Lviv")), render_html(everything("Lviv")));
}

TEST(Report, LoadsNothingFromOutside) {
  std::string const page = own_text(render_html(everything("Lviv")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (char const* reference : {"src=", "http://", "https://", "@import", "url("})
    EXPECT_THAT(page, Not(HasSubstr(reference)));
}

TEST(Report, KeepsTheExactValueBesideTheRoundedOne) {
  ReportTable const table{.name = "numbers",
                          .caption = "Numbers",
                          .columns = {"Name", "Value", "Count"},
                          .rows = {{std::string("a"), 1.23456789, 3.0},
                                   {std::string("b"), std::nan(""), 12345.0},
                                   {std::string("c"), -0.5, 0.0}}};
  std::string const page = render_html({.title = "T", .sections = {{.name = "s", .title = "S", .items = {table}}}});
  EXPECT_THAT(page, HasSubstr("<td class=n data-v=1.23456789>1.23</td><td class=n>3</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=n>\u2013</td><td class=n>12\u2009345</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=n data-v=-0.5>\u22120.50</td><td class=n>0</td>"));
  EXPECT_THAT(page, HasSubstr("<th scope=row>a</th>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\" class=\"n\">Value</th>"));
}

TEST(Report, CutsTablesThatWouldMakeThePageHeavyAndSaysSo) {
  ReportTable table{
      .name = "long", .caption = "Long", .columns = {"Name", "Value"}, .note = "Sorted.", .file = "long.csv"};
  for (int row = 0; row < 5000; ++row) table.rows.push_back({"row " + std::to_string(row), 1.0});
  std::string const page = render_html({.title = "T", .sections = {{.name = "s", .title = "S", .items = {table}}}});
  EXPECT_THAT(page, HasSubstr("<th scope=row>row 2499</th>"));
  EXPECT_THAT(page, Not(HasSubstr("<th scope=row>row 2500</th>")));
  EXPECT_THAT(page, HasSubstr("Sorted. The first 2500 of 5000 rows."));
  EXPECT_THAT(page, HasSubstr("<a href=\"long.csv\">"));
}

TEST(Report, NumbersOfDifferentSizeKeepTheirOwnDigits) {
  ReportTable const table{.name = "t", .caption = "c", .columns = {"Value"}, .rows = {{0.00123}, {12345.6}, {7.5}}};
  std::string const page = render_html({.title = "T", .sections = {{.name = "s", .title = "S", .items = {table}}}});
  for (char const* shown : {">0.00123<", ">12\u2009346<", ">7.50<"}) EXPECT_THAT(page, HasSubstr(shown));
}

TEST(Report, ShowsFirstNoticesAtOnceAndFoldsTheRest) {
  Report report{.title = "T"};
  for (int i = 1; i <= 10; ++i) report.notices.push_back({"notice " + std::to_string(i), false});
  std::string const page = render_html(report);
  auto const fold = page.find("2 more notes");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_LT(page.find("notice 8"), fold);
  EXPECT_GT(page.find("notice 9"), fold);
}

TEST(Report, FoldedSectionsAreClosedAtFirst) {
  std::string const page = render_html(
      {.title = "T",
       .sections = {{.name = "open", .title = "Open"}, {.name = "closed", .title = "Closed", .folded = true}}});
  auto const first = page.find("<section id=\"open\""), second = page.find("<section id=\"closed\"");
  EXPECT_THAT(page.substr(first, second - first), HasSubstr("<details open>"));
  EXPECT_THAT(page.substr(second), HasSubstr("<details>"));
}

TEST(Report, ListsItsFiguresInOrder) {
  Report const report{.sections = {{.items = {Paragraph{"p"}, bar_chart("one")}}, {.items = {bar_chart("two")}}}};
  auto const figures = figures_of(report);
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0]->title, "one");
  EXPECT_EQ(figures[1]->title, "two");
}

TEST(Report, SpecificationFilesCarryTitleAndDescription) {
  Json const specification = Json::parse(specification_text(bar_chart("Lviv leads")));
  EXPECT_EQ(specification["title"], "Lviv leads");
  EXPECT_EQ(specification["description"], "Lviv leads");
  EXPECT_EQ(specification["mark"], "bar");
}

TEST(Report, FigureScriptComesWithItsNotices) {
  for (char const* holder : {"University of Washington Interactive Data Lab", "Mike Bostock", "Charles Karney",
                             "Jason Davies", "Joachim Wester", "Simon Lydell", "Isaac Z. Schlueter", "Mapbox"}) {
    EXPECT_THAT(std::string(figure_script_licences()), HasSubstr(holder));
  }
  std::string const page = render_html({.title = "T"});
  EXPECT_EQ(page.find("University of Washington") != std::string::npos, !figure_script().empty());
}

TEST(ReadableNumber, FollowsTheTypicalValueOfItsColumn) {
  EXPECT_EQ(column_decimals({1, 2, 1970}, 3), 0);
  EXPECT_EQ(column_decimals({0.1234, 0.5, 0.9}, 3), 3);
  EXPECT_EQ(column_decimals({12.5, 31.25, 99.1}, 3), 1);
  EXPECT_EQ(column_decimals({12345.6, 23456.7}, 3), 0);
  EXPECT_EQ(column_decimals({1e-9, 2e-9}, 3), 6);
  EXPECT_EQ(column_decimals({}, 3), 0);
  EXPECT_EQ(column_decimals({std::nan(""), 0.25}, 3), 3);
}

TEST(ReadableNumber, IsWrittenAsPeopleWriteNumbers) {
  EXPECT_EQ(readable_number(0.125, 2), "0.12");
  EXPECT_EQ(readable_number(-3.5, 1), "\u22123.5");
  EXPECT_EQ(readable_number(-0.0001, 2), "0.00");
  EXPECT_EQ(readable_number(1986, 0), "1986");
  EXPECT_EQ(readable_number(10000, 0), "10\u2009000");
  EXPECT_EQ(readable_number(1234567.25, 2), "1\u2009234\u2009567.25");
  EXPECT_EQ(readable_number(2e-9, 6), "2.00 × 10^-9");
  EXPECT_EQ(readable_number(3.2e17, 0), "3.20 × 10^17");
  EXPECT_EQ(readable_number(std::nan(""), 2), "\u2013");
  EXPECT_EQ(readable_number(-std::numeric_limits<double>::infinity(), 2), "\u2212\u221e");
}

}  // namespace
}  // namespace regio::format
