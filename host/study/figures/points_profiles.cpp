#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/figures/points_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_clusters_shown = 40;
/// Columns of a table that a page can show beside each other.
constexpr std::size_t most_features_listed = 100;

/// The centres of one feature.
struct CentreRange {
  double least = HUGE_VAL, largest = -HUGE_VAL;
  std::size_t lowest_cluster = 0, highest_cluster = 0;

  CentreRange(PointsFit const& fit, std::size_t feature, std::size_t features) {
    for (std::size_t c = 0; c < fit.sizes.size(); ++c) {
      double const value = fit.centres[c * features + feature];
      if (value < least) least = value, lowest_cluster = c;
      if (value > largest) largest = value, highest_cluster = c;
    }
  }

  /// 0 for the lowest centre, 1 for the highest.
  [[nodiscard]] double place(double value) const { return largest > least ? (value - least) / (largest - least) : 0.5; }
};

ReportTable centres_table(PointsFit const& fit, std::vector<std::string> const& features) {
  ReportTable table{.name = "centres",
                    .caption = "Centres of the clusters",
                    .columns = {"Cluster"},
                    .digits = 4,
                    .note = "In each feature's unit: means of the members.",
                    .file = "centres.csv"};
  std::vector<std::size_t> const listed = evenly_spaced(features.size(), most_features_listed);
  for (std::size_t const j : listed) table.columns.push_back(features[j]);
  for (std::size_t c = 0; c < fit.sizes.size(); ++c) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(static_cast<double>(c + 1));
    for (std::size_t const j : listed) row.emplace_back(fit.centres[c * features.size() + j]);
  }
  if (listed.size() < features.size()) {
    table.note += fmt::format(" {} of {} features; centres.csv has all.", listed.size(), features.size());
  }
  return table;
}

}  // namespace

Figure points_profiles_figure(PointsFits const& fits, std::vector<std::string> const& features,
                              std::string const& source) {
  PointsFit const& fit = fits.choice();
  std::vector<std::size_t> const shown = evenly_spaced(features.size(), most_rows);
  std::vector<std::size_t> const clusters = evenly_spaced(fit.sizes.size(), most_clusters_shown);
  Json values = Json::array(), names = Json::array();
  for (std::size_t const j : shown) {
    CentreRange const range(fit, j, features.size());
    names.push_back(features[j]);
    for (std::size_t const c : clusters) {
      double const centre = fit.centres[c * features.size() + j];
      values.push_back({{"feature", features[j]},
                        {"cluster", c + 1},
                        {"place", thousandths(range.place(centre))},
                        {"centre", centre}});
    }
  }
  Figure figure{
      .name = "profiles",
      .title = "Which clusters are low and which are high in each feature",
      .description =
          "Heat map: one row a feature, one column a cluster; the colour says where the cluster's centre lies "
          "between the lowest centre of the feature, 0, and the highest, 1.",
      .source = source,
      .specification = vega_lite(std::move(values)),
      .data = centres_table(fit, features),
      .note = "Colours compare the clusters in one feature, not features with each other."};
  if (shown.size() < features.size() || clusters.size() < fit.sizes.size()) {
    figure.note += fmt::format(" The figure shows {} of {} features and {} of {} clusters; centres.csv has all.",
                               shown.size(), features.size(), clusters.size(), fit.sizes.size());
  }
  constexpr std::size_t row_height = 20;
  std::string const labels = number_names(figure.specification, "feature", names);
  Json shown_fields = tooltip(
      {{"feature_name", "Feature"}, {"cluster", "Cluster"}, {"centre", "Centre"}, {"place", "Lowest 0, highest 1"}});
  shown_fields[2]["format"] = ".4~g";
  figure.specification.update(
      {{"width", figure_width},
       {"height", row_height * shown.size()},
       {"mark", "rect"},
       {"encoding",
        {{"x",
          {{"field", "cluster"},
           {"type", "ordinal"},
           {"scale", {{"paddingInner", 0.03}}},
           {"axis",
            {{"orient", "top"}, {"labelAngle", 0}, {"title", "Cluster"}, {"ticks", false}, {"domain", false}}}}},
         {"y",
          {{"field", "feature"},
           {"type", "ordinal"},
           {"scale", {{"paddingInner", 0.08}}},
           {"axis", {{"labelExpr", labels}, {"title", nullptr}, {"ticks", false}, {"domain", false}}}}},
         {"color", magnitude_colour("place", "Lowest centre 0, highest 1")},
         {"tooltip", std::move(shown_fields)}}}});
  return figure;
}

}  // namespace regio::study
