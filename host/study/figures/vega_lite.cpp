#include "study/figures/vega_lite.hpp"

#include <algorithm>

#include "format/palette.hpp"

namespace regio::study {
namespace {

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
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
        {"axis", {{"labelFontSize", 12}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}}},
        {"legend", {{"orient", "top"}, {"labelFontSize", 12}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}}},
        {"header", {{"labelFontSize", 13}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}}}}},
      {"data", {{"values", std::move(values)}}}};
}

Json cluster_colour(Index clusters) {
  Json domain = Json::array();
  for (Index c = 1; c <= clusters; ++c) domain.push_back(c);
  return {{"field", "cluster"},
          {"type", "ordinal"},
          {"title", "Cluster"},
          {"scale",
           {{"domain", std::move(domain)}, {"range", format::category_colours(static_cast<std::size_t>(clusters))}}}};
}

Json year_axis(std::string const& orient) {
  return {{"orient", orient}, {"labelAngle", 0}, {"labelOverlap", "greedy"}, {"labelSeparation", 6},
          {"ticks", false},   {"domain", false}, {"title", nullptr}};
}

Json magnitude_colour(std::string const& field, std::string const& title) {
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"scale", {{"range", format::magnitude_colours()}, {"interpolate", "lab"}}},
          {"legend", {{"gradientLength", 160}, {"gradientThickness", 10}}}};
}

std::vector<std::size_t> evenly_spaced(std::size_t count, std::size_t most) {
  std::vector<std::size_t> positions;
  if (count <= most) {
    for (std::size_t i = 0; i < count; ++i) positions.push_back(i);
    return positions;
  }
  for (std::size_t i = 0; i < most; ++i) positions.push_back((i * (count - 1) + (most - 1) / 2) / (most - 1));
  return positions;
}

std::string counted(Index count, std::string const& singular, std::string const& plural) {
  return std::to_string(count) + " " + (count == 1 ? singular : plural);
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
