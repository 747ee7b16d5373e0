#include "study/figures/vega_lite.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "format/palette.hpp"
#include "format/report_number.hpp"

namespace regio::study {
namespace {

constexpr std::size_t row_height = 15;
constexpr std::size_t bar_height = 16;

/// Number of characters in UTF-8.
std::size_t characters(std::string const& text) {
  auto const starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

/// A year axis that thins its labels.
Json year_axis(std::string const& orient) {
  return {{"orient", orient}, {"labelAngle", 0}, {"labelOverlap", "greedy"}, {"labelSeparation", 6},
          {"ticks", false},   {"domain", false}, {"title", nullptr}};
}

}  // namespace

std::string FigureContext::label(std::string const& region) const {
  auto const found = region_labels.find(region);
  return found == region_labels.end() || found->second.empty() ? region : found->second;
}

std::string GroupName::name(std::string const& kind) const {
  if (count <= 1) return kind;
  std::string result = kind + "-" + std::to_string(position + 1);
  std::string words;
  for (char const c : group) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      words += c;
    } else if (!words.empty() && words.back() != '-') {
      words += '-';
    }
  }
  while (!words.empty() && words.back() == '-') words.pop_back();
  return words.empty() ? result : result + "-" + words;
}

std::string GroupName::headline(std::string const& text) const {
  return count <= 1 ? capitalised(text) : capitalised(group) + ": " + text;
}

Json vega_lite(Json values) {
  return {
      {"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
      {"config",
       {{"font", "system-ui, sans-serif"},
        {"view", {{"stroke", nullptr}}},
        {"axis", {{"labelFontSize", 12}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}, {"labelLimit", 235}}},
        {"legend", {{"orient", "top"}, {"labelFontSize", 12}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}}},
        {"header", {{"labelFontSize", 13}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}}}}},
      {"data", {{"values", std::move(values)}}}};
}

std::string number_names(Json& specification, std::string const& field, Json const& names, Json labels) {
  std::map<Json, std::size_t> number_of;
  for (std::size_t i = 0; i < names.size(); ++i) number_of.emplace(names[i], i);
  for (auto& row : specification["data"]["values"]) row[field] = number_of.at(row[field]);
  std::string const all = field + "_names", shown = field + "_labels";
  specification["params"].push_back({{"name", all}, {"value", names}});
  if (labels != names) specification["params"].push_back({{"name", shown}, {"value", labels}});
  specification["transform"].push_back({{"calculate", all + "[datum." + field + "]"}, {"as", field + "_name"}});
  return (labels == names ? all : shown) + "[datum.value]";
}

Json lines_of(std::string const& text, std::size_t width) {
  Json lines = Json::array({""});
  for (std::size_t start = 0; start < text.size();) {
    std::size_t const end = std::min(text.find(' ', start), text.size());
    std::string const word = text.substr(start, end - start);
    auto& line = lines.back().get_ref<std::string&>();
    if (line.empty()) {
      line = word;
    } else if (characters(line) + 1 + characters(word) <= width) {
      line.append(" ").append(word);
    } else {
      lines.push_back(word);
    }
    start = end + 1;
  }
  return lines;
}

void small_multiples(Json& specification, Json layers, std::string const& field, Json const& values,
                     std::size_t columns, CellSizes const& sizes) {
  std::string const name = number_names(specification, field, values);
  if (values.size() <= 1) {
    specification.update({{"width", figure_width}, {"height", sizes.height * 3 / 2}, {"layer", std::move(layers)}});
    return;
  }
  int const across = static_cast<int>(std::min(columns, values.size()));
  int const cell = (figure_width - sizes.left - (across - 1) * sizes.gap) / across;
  specification.update(
      {{"facet", {{"field", field}, {"type", "ordinal"}, {"title", nullptr}, {"header", {{"labelExpr", name}}}}},
       {"columns", across},
       {"spec", {{"width", std::max(cell, sizes.width)}, {"height", sizes.height}, {"layer", std::move(layers)}}},
       {"usermeta", {{"cells", {{"left", sizes.left}, {"gap", sizes.gap}, {"width", sizes.width}}}}}});
}

void region_heat_map(Json& specification, Json x, Json const& rows, Json colour, Json tooltip) {
  std::string const name = number_names(specification, "region", rows);
  Json y = {{"field", "region"},
            {"type", "ordinal"},
            {"scale", {{"paddingInner", 0.08}}},
            {"axis", {{"labelExpr", name}, {"title", nullptr}, {"ticks", false}, {"domain", false}}}};
  specification.update(
      {{"width", figure_width},
       {"height", row_height * rows.size()},
       {"mark", "rect"},
       {"encoding",
        {{"x", std::move(x)}, {"y", std::move(y)}, {"color", std::move(colour)}, {"tooltip", std::move(tooltip)}}}});
}

std::string thinning_note(std::size_t shown, std::size_t all) {
  if (shown == all) return "";
  return " The figure shows " + std::to_string(shown) + " of " + std::to_string(all) +
         " regions, evenly spaced in that order; the result files have all.";
}

Json cluster_colour(Index clusters) {
  Json domain = Json::array();
  for (Index c = 1; c <= clusters; ++c) domain.push_back(c);
  return {{"field", "cluster"},
          {"type", "ordinal"},
          {"title", "Cluster"},
          {"legend", {{"symbolOpacity", 1}}},
          {"scale",
           {{"domain", std::move(domain)}, {"range", format::category_colours(static_cast<std::size_t>(clusters))}}}};
}

Json magnitude_colour(std::string const& field, std::string const& title) {
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"scale", {{"range", format::magnitude_colours()}, {"interpolate", "lab"}}},
          {"legend", {{"gradientLength", 160}, {"gradientThickness", 10}}}};
}

Json year_points() {
  return {{"field", "year"},
          {"type", "ordinal"},
          {"scale", {{"type", "point"}, {"padding", 0.3}}},
          {"axis", year_axis("bottom")}};
}

Json year_bands(double gap, std::string const& orient) {
  return {{"field", "year"}, {"type", "ordinal"}, {"scale", {{"paddingInner", gap}}}, {"axis", year_axis(orient)}};
}

Json magnitude(std::string const& field, std::string const& title, int ticks) {
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"axis", {{"domain", false}, {"ticks", false}, {"tickCount", ticks}}}};
}

Json name_bands(Json& specification, std::string const& field, Json const& names) {
  std::string const name = number_names(specification, field, names);
  return {{"field", field},
          {"type", "ordinal"},
          {"scale", {{"paddingInner", 0.2}}},
          {"axis", {{"labelExpr", name}, {"title", nullptr}, {"ticks", false}, {"domain", false}}}};
}

Json magnitude_above(std::string const& field, std::string const& title) {
  Json x = magnitude(field, title, 6);
  x["axis"]["orient"] = "top";
  return x;
}

void lying_bars(Json& specification, std::string const& field, Json const& names, Json x, Json tooltip) {
  Json y = name_bands(specification, field, names);
  specification.update({{"width", figure_width},
                        {"height", bar_height * std::max<std::size_t>(names.size(), 1)},
                        {"mark", {{"type", "bar"}, {"color", plain_colour}}},
                        {"encoding", {{"y", std::move(y)}, {"x", std::move(x)}, {"tooltip", std::move(tooltip)}}}});
}

Json tooltip(std::initializer_list<std::pair<char const*, char const*>> fields) {
  Json rows = Json::array();
  for (auto const& [field, title] : fields) rows.push_back({{"field", field}, {"title", title}});
  return rows;
}

void add_cluster_columns(ReportTable& table, std::size_t clusters) {
  for (std::size_t c = 1; c <= clusters; ++c) table.columns.push_back("Cluster " + std::to_string(c));
}

double thousandths(double value) { return std::round(value * 1000) / 1000; }

std::vector<std::size_t> evenly_spaced(std::size_t count, std::size_t most) {
  std::vector<std::size_t> positions;
  if (count <= most) {
    for (std::size_t i = 0; i < count; ++i) positions.push_back(i);
    return positions;
  }
  for (std::size_t i = 0; i < most; ++i) positions.push_back((i * (count - 1) + (most - 1) / 2) / (most - 1));
  return positions;
}

std::string short_number(double value) {
  std::string text = format::readable_number(value, format::column_decimals({value}, 3));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string counted(Index count, std::string const& singular, std::string const& plural) {
  return std::to_string(count) + " " + (count == 1 ? singular : plural);
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string enumeration(std::vector<std::string> const& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace regio::study
