#include "format/report.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include <kainjow/mustache.hpp>

#include "format/figure_script.hpp"
#include "format/report_number.hpp"

extern "C" {
extern char const regio_report_template[], regio_report_template_end[];
}

namespace regio::format {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::list;
using kainjow::mustache::mustache;

constexpr std::size_t notices_at_once = 8;
/// Cells of one table that the page carries; the rest stands in the result file beside.
constexpr std::size_t most_cells = 5000;
/// Bytes of a cell's text that stay on one line.
constexpr std::size_t longest_line = 40;
/// Ratio of the largest to the smallest number that one count of decimals still serves.
constexpr double widest_column = 1e4;

void append_escaped(std::string& html, std::string_view text) {
  for (char const c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += c;
    }
  }
}

/// JSON that may stand inside a script element: nothing in it can end the element or open a comment.
std::string script_json(Json const& value) {
  std::string const plain = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(plain.size());
  for (char const c : plain) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

/// A name that can stand in an address: letters, digits, hyphens.
std::string anchor(std::string_view name) {
  std::string result;
  for (char const c : name) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    result += plain ? c : '-';
  }
  return result;
}

bool is_numeric(ReportTable const& table, std::size_t column) {
  bool any = false;
  for (auto const& row : table.rows) {
    if (column >= row.size()) continue;
    if (!std::holds_alternative<double>(row[column])) return false;
    any = true;
  }
  return any;
}

std::string shortest(double value) {
  char text[32];
  auto const end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

std::size_t shown_rows(ReportTable const& table) {
  return std::min(table.rows.size(),
                  std::max<std::size_t>(1, most_cells / std::max<std::size_t>(1, table.columns.size())));
}

std::string table_note(ReportTable const& table) {
  if (shown_rows(table) == table.rows.size()) return table.note;
  std::string const limit =
      "The first " + std::to_string(shown_rows(table)) + " of " + std::to_string(table.rows.size()) + " rows.";
  return table.note.empty() ? limit : table.note + " " + limit;
}

/// Decimals of a column; none in common when its values differ by orders of magnitude, as those of several indicators
/// do.
std::optional<int> common_decimals(ReportTable const& table, std::size_t column) {
  if (table.decimals >= 0) return table.decimals;
  std::vector<double> values;
  double smallest = HUGE_VAL, largest = 0;
  for (auto const& row : table.rows) {
    if (column >= row.size() || !std::holds_alternative<double>(row[column])) continue;
    double const value = std::get<double>(row[column]);
    values.push_back(value);
    if (!std::isfinite(value) || value == 0) continue;
    smallest = std::min(smallest, std::abs(value));
    largest = std::max(largest, std::abs(value));
  }
  int const decimals = column_decimals(values, table.digits);
  if (decimals > 0 && largest > widest_column * smallest) return std::nullopt;
  return decimals;
}

/// The rows of a table. A number that was rounded for reading keeps its exact value beside, for sorting and for CSV.
std::string table_body(ReportTable const& table) {
  std::vector<std::optional<int>> decimals;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    decimals.push_back(common_decimals(table, column));
  }
  std::string html;
  for (std::size_t r = 0; r < shown_rows(table); ++r) {
    auto const& row = table.rows[r];
    html += "<tr>";
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (auto const* text = std::get_if<std::string>(&row[column])) {
        html += column == 0 ? "<th scope=row" : "<td";
        html += text->size() > longest_line ? " class=long-text>" : ">";
        append_escaped(html, *text);
        html += column == 0 ? "</th>" : "</td>";
        continue;
      }
      double const value = std::get<double>(row[column]);
      html += "<td class=n";
      bool const shown_exactly = std::isnan(value) || value == std::nearbyint(value);
      if (!shown_exactly) html += " data-v=" + shortest(value);
      int const places = decimals[column].value_or(column_decimals({value}, table.digits));
      html += '>' + readable_number(value, places) + "</td>";
    }
    html += "</tr>\n";
  }
  return html;
}

void set_optional(data& object, std::string const& name, std::string const& text) {
  object.set("has_" + name, !text.empty());
  object.set(name, text);
}

data table_data(ReportTable const& table, bool in_figure) {
  data object;
  object.set("in_figure", in_figure);
  object.set("open_data", figure_script().empty());
  object.set("name", anchor(table.name));
  object.set("caption", table.caption);
  set_optional(object, "note", table_note(table));
  set_optional(object, "file", table.file);
  data head{data::type::list};
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    data cell;
    cell.set("label", table.columns[column]);
    cell.set("number", is_numeric(table, column));
    head.push_back(cell);
  }
  object.set("head", head);
  object.set("body", table_body(table));
  return object;
}

data figure_data(Figure const& figure) {
  data object;
  object.set("name", anchor(figure.name));
  object.set("title", figure.title);
  object.set("description", figure.description);
  object.set("source", figure.source);
  set_optional(object, "note", figure.note);
  set_optional(object, "hint", figure_script().empty() ? "" : figure.hint);
  object.set("drawn", !figure_script().empty());
  object.set("specification", script_json(figure.specification));
  return object;
}

data notice_data(Notice const& notice) {
  data object;
  object.set("text", notice.text);
  object.set("warning", notice.warning);
  return object;
}

struct ItemData {
  data operator()(Paragraph const& paragraph) const {
    data text;
    text.set("text", paragraph.text);
    return only("paragraph", text);
  }
  data operator()(Notice const& notice) const { return only("notice", notice_data(notice)); }
  data operator()(Preformatted const& preformatted) const {
    data text;
    text.set("text", preformatted.text);
    return only("preformatted", text);
  }
  data operator()(ReportTable const& table) const { return only("table", table_data(table, false)); }
  data operator()(Figure const& figure) const {
    data item = only("figure", figure_data(figure));
    if (!figure.data.rows.empty()) item.set("table", table_data(figure.data, true));
    return item;
  }

  /// Every kind is named, so that the template never finds one of an enclosing object.
  static data only(std::string const& kind, data const& value) {
    data item;
    for (char const* other : {"paragraph", "notice", "preformatted", "table", "figure"}) item.set(other, false);
    item.set(kind, value);
    return item;
  }
};

data section_data(ReportSection const& section) {
  data object;
  object.set("anchor", anchor(section.name));
  object.set("title", section.title);
  object.set("open", !section.folded);
  data items{data::type::list};
  for (auto const& item : section.items) items.push_back(std::visit(ItemData{}, item));
  object.set("items", items);
  return object;
}

data report_data(Report const& report) {
  data object;
  object.set("title", report.title);
  object.set("summary", report.summary);
  object.set("footer", report.footer);
  data facts{data::type::list};
  for (auto const& fact : report.facts) {
    data entry;
    entry.set("label", fact.label);
    entry.set("value", fact.value);
    facts.push_back(entry);
  }
  object.set("facts", facts);
  data notices{data::type::list}, more{data::type::list};
  for (std::size_t i = 0; i < report.notices.size(); ++i) {
    (i < notices_at_once ? notices : more).push_back(notice_data(report.notices[i]));
  }
  bool const has_more = report.notices.size() > notices_at_once;
  object.set("has_notices", !report.notices.empty());
  object.set("notices", notices);
  object.set("has_more_notices", has_more);
  object.set("more_notices", more);
  object.set("more_notices_title",
             has_more ? std::to_string(report.notices.size() - notices_at_once) + " more notes" : std::string());
  data sections{data::type::list};
  for (auto const& section : report.sections) sections.push_back(section_data(section));
  object.set("sections", sections);
  bool const has_figures = !figure_script().empty();
  object.set("has_figures", has_figures);
  object.set("no_figures", !has_figures && !figures_of(report).empty());
  object.set("figure_script", std::string(figure_script()));
  object.set("licences", std::string(figure_script_licences()));
  return object;
}

}  // namespace

std::string render_html(Report const& report) {
  mustache page{std::string(regio_report_template, regio_report_template_end)};
  page.set_custom_escape([](std::string const& text) {
    std::string html;
    append_escaped(html, text);
    return html;
  });
  return page.render(report_data(report));
}

std::vector<Figure const*> figures_of(Report const& report) {
  std::vector<Figure const*> figures;
  for (auto const& section : report.sections) {
    for (auto const& item : section.items) {
      if (auto const* figure = std::get_if<Figure>(&item)) figures.push_back(figure);
    }
  }
  return figures;
}

std::string specification_text(Figure const& figure) {
  Json specification = figure.specification;
  if (!specification.contains("title")) specification["title"] = figure.title;
  if (!specification.contains("description")) specification["description"] = figure.description;
  return specification.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace regio::format
