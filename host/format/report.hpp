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

struct Paragraph {
  std::string text;
};  ///< plain text; escaped
struct Notice {
  std::string text;
  bool warning = false;
};
struct Preformatted {
  std::string text;
  std::string language;
};
struct ReportTable {
  std::string name;  ///< for the download: "counts" -> counts.csv
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::variant<std::string, double>>> rows;  ///< NaN prints as a dash
  int digits = 3;                                                    ///< significant digits of numbers
};
struct Figure {
  std::string name;         ///< file name: figures/<name>.vl.json
  std::string title;        ///< states the finding
  std::string description;  ///< text alternative, one or two sentences
  std::string source;       ///< source line under the figure
  Json specification;       ///< Vega-Lite, data inline
  ReportTable data;         ///< the same data as a table
};
using ReportItem = std::variant<Paragraph, Notice, Preformatted, ReportTable, Figure>;

struct ReportSection {
  std::string name;  ///< anchor
  std::string title;
  std::vector<ReportItem> items;
  bool folded = false;
};

struct ReportFact {
  std::string label, value;
};  ///< head of the page: "Regions: 48"

struct Report {
  std::string title;
  std::string summary;  ///< the main result in one sentence
  std::vector<ReportFact> facts;
  std::vector<Notice> notices;  ///< warnings and fills, at once under the head
  std::vector<ReportSection> sections;
  std::string footer;
};

/// One HTML file: no network, opens from disk, prints, works without JavaScript (tables).
std::string render_html(Report const& report);

}  // namespace regio::format
