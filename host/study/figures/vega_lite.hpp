/// Parts that the figures of a cluster study share: the frame of a specification, the colour of clusters, names, words.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <regio/cluster_dynamics.hpp>

#include "format/report.hpp"

namespace regio::study {

using format::Figure;
using format::Json;
using format::ReportTable;

/// What every figure needs beside its numbers.
struct FigureContext {
  std::map<std::string, std::string> const& region_labels;  ///< code -> label
  std::string source;                                       ///< line under the figure

  [[nodiscard]] std::string label(std::string const& region) const;
};

/// One group of indicators, as figures name it.
struct GroupName {
  std::string group;
  std::size_t position = 0;  ///< from 0, among `count`
  std::size_t count = 1;

  /// Name of a figure or table: "flow", or with several groups "flow-2-infrastructure".
  [[nodiscard]] std::string name(std::string const& kind) const;
  /// A title or caption: with a capital, and the group's name before it when there are several.
  [[nodiscard]] std::string headline(std::string const& text) const;
};

/// Width of a figure that stands alone, in pixels; the page adapts it to the reader's window.
inline constexpr int figure_width = 680;
/// Regions that a figure with one row a region shows.
inline constexpr std::size_t most_rows = 90;

/// The frame of a specification: schema, type sizes and the rows of the data.
Json vega_lite(Json values);
/// Cells of small multiples: what the page needs to know to fit them into the reader's window, in pixels.
struct CellSizes {
  int left = 55;    ///< labels of the first column
  int gap = 25;     ///< between columns; more where every cell has its own labels
  int width = 200;  ///< smallest width of a cell that can be read
  int height = 170;
};
/// Replaces `field` in every row of the data by its number in `names`; field `<field>_name` has the name again. Returns
/// the expression for labels of axes, legends and cells; `labels` are what it gives, by number.
///
/// Vega makes what it groups and sorts by into properties of objects, where names such as "constructor" exist already.
std::string number_names(Json& specification, std::string const& field, Json const& names, Json labels);
inline std::string number_names(Json& specification, std::string const& field, Json const& names) {
  return number_names(specification, field, names, names);
}
/// Text broken into lines of about `width` characters, as a label has them.
Json lines_of(std::string const& text, std::size_t width);
/// Puts layers into one cell for each value of `field`, in the order of `values`, `columns` a row at most; into one
/// plain view when there is one value.
void small_multiples(Json& specification, Json layers, std::string const& field, Json const& values,
                     std::size_t columns, CellSizes const& sizes);
/// Names of groups as values of small multiples.
template <class Groups>
Json group_names(Groups const& groups) {
  Json names = Json::array();
  for (auto const& group : groups) names.push_back(group.group);
  return names;
}
/// One row a region, from top to bottom as in `rows`; field `region` and those of `x` and `colour`.
void region_heat_map(Json& specification, Json x, Json const& rows, Json colour, Json tooltip);
/// " The figure shows 120 of 1000 regions, ..."; "" when it shows all.
std::string thinning_note(std::size_t shown, std::size_t all);
/// The colour of marks that stand for no cluster.
inline constexpr char const* plain_colour = "#2a86a8";
/// The colour of a line through such marks.
inline constexpr char const* line_colour = "#be6500";
/// Encoding of a cluster's colour; field `cluster` counts from 1.
Json cluster_colour(Index clusters);
/// Encoding of a magnitude's colour.
Json magnitude_colour(std::string const& field, std::string const& title);
/// Years as points on the x axis, for lines.
Json year_points();
/// Years as bands on the x axis, for bars and cells; `gap` is the share of a band that stays free.
Json year_bands(double gap, std::string const& orient = "bottom");
/// A magnitude on the y axis, with about `ticks` ticks.
Json magnitude(std::string const& field, std::string const& title, int ticks);
/// Names as bands on the y axis, from top to bottom as in `names`; `field` of the data has one of them in every row.
Json name_bands(Json& specification, std::string const& field, Json const& names);
/// A magnitude on an x axis above bars.
Json magnitude_above(std::string const& field, std::string const& title);
/// The frame of bars that lie: `names` as bands, one magnitude on the axis above. Further parts of the encoding, such
/// as a colour, are added by the caller.
void lying_bars(Json& specification, std::string const& field, Json const& names, Json x, Json tooltip);
/// What pointing at a mark shows: fields, and what readers call them.
Json tooltip(std::initializer_list<std::pair<char const*, char const*>> fields);
/// Columns "Cluster 1", "Cluster 2", ...
void add_cluster_columns(ReportTable& table, std::size_t clusters);
/// As many decimals as a figure can show.
double thousandths(double value);
/// Slots for years, evenly spaced, first and last among them.
std::vector<std::size_t> evenly_spaced(std::size_t count, std::size_t most);
/// "0.123", "12.3": three significant digits.
std::string short_number(double value);
/// "1 region", "24 regions".
std::string counted(Index count, std::string const& singular, std::string const& plural);
/// "Sweep" for "sweep".
std::string capitalised(std::string text);
/// "a", "a and b", "a, b and c".
std::string enumeration(std::vector<std::string> const& words);
/// Number of a cluster as people read it: from 1.
inline std::string cluster_name(std::int32_t cluster) { return std::to_string(cluster + 1); }

}  // namespace regio::study
