/// A report as sections, paragraphs, tables and figures, and its rendering as one self-contained HTML file.
///
/// Study kinds fill it (study/cluster_report.cpp); nothing here knows what a cluster is.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace regio::format {

using Json = nlohmann::ordered_json;

/// Plain text; everything is escaped.
struct Paragraph {
  std::string text;
};
struct Notice {
  std::string text;
  bool warning = false;
};
struct Preformatted {
  std::string text;
  std::string language;
};
struct ReportTable {
  using Cell = std::variant<std::string, double>;  ///< NaN prints as a dash
  std::string name;                                ///< for the download: "counts" -> counts.csv
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  int digits = 3;     ///< significant digits of numbers that are not whole
  int decimals = -1;  ///< of every number, where columns are to be compared; -1: as `digits` asks, by column
  std::string note;   ///< under the table: what was left out, how to read it
  std::string file;   ///< the result file beside the report that has all of it
};
struct Figure {
  std::string name;         ///< file name: figures/<name>.vl.json
  std::string title;        ///< states the finding
  std::string description;  ///< text alternative, one or two sentences
  std::string source;       ///< source line under the figure
  Json specification;       ///< Vega-Lite, data inline
  ReportTable data;         ///< the same data as a table
  std::string note;         ///< how to read it, or what was thinned
  std::string hint;         ///< what a reader can do with the figure on the screen
};
using ReportItem = std::variant<Paragraph, Notice, Preformatted, ReportTable, Figure>;

struct ReportSection {
  std::string name;  ///< anchor
  std::string title;
  std::vector<ReportItem> items;
  bool folded = false;
};

/// In the head of the page: "Regions: 48".
struct ReportFact {
  std::string label, value;
};

struct Report {
  std::string title;
  std::string summary;  ///< the main result in one sentence
  std::vector<ReportFact> facts;
  std::vector<Notice> notices;  ///< warnings and fills, at once under the head
  std::vector<ReportSection> sections;
  std::string footer;
};

/// One HTML file: no network, opens from disk, prints, works without JavaScript (tables).
///
/// The page is host/format/report_template.html. All text is escaped; the same report gives the same bytes. Without the
/// figure script (see figure_script.hpp) the page has the tables and says that the figures were left out.
std::string render_html(Report const& report);

/// Every figure of a report, in order of appearance; the text of figures/<name>.vl.json is specification_text(figure).
std::vector<Figure const*> figures_of(Report const& report);
/// A figure's Vega-Lite specification as the text of a file, with its title and description, ready for other programs.
std::string specification_text(Figure const& figure);

}  // namespace regio::format
