#include <cmath>

#include <fmt/format.h>

#include "study/figures/choice_figures.hpp"
#include "study/figures/points_figures.hpp"

namespace regio::study {
namespace {

std::string finding(PointsFits const& fits, PointsOptions const& options) {
  Index const k = fits.choice().k;
  if (!fits.warnings.empty()) return fmt::format("No k satisfies the criterion; the largest, {}, is used", k);
  if (options.criterion != KCriterion::elbow) {
    return fmt::format("{} chooses k = {}", capitalised(points_criterion_label(options.criterion)), k);
  }
  return fmt::format("Elbow at k = {}: one more cluster takes away less than {} % of the scatter", k,
                     short_number(100 * options.choice.elbow_threshold));
}

}  // namespace

std::string points_criterion_label(KCriterion criterion) {
  if (criterion == KCriterion::silhouette) return "simplified silhouette";
  return criterion == KCriterion::elbow ? "elbow" : criterion_label(criterion);
}

Figure points_choice_figure(PointsFits const& fits, PointsOptions const& options, std::string const& source) {
  ReportTable table{
      .name = "elbow",
      .caption = "Criteria on the number of clusters",
      .columns = {"k", "Inertia, % of the scatter", "Calinski-Harabasz", "Davies-Bouldin", "Simplified silhouette"},
      .digits = 4,
      .note = "Larger is better for Calinski-Harabasz and the silhouette, smaller for Davies-Bouldin.",
      .file = "choice_of_k.csv"};
  Json values = Json::array();
  for (PointsFit const& fit : fits.fits) {
    double const share = 100 * fits.unexplained(fit);
    table.rows.push_back({static_cast<double>(fit.k), share, fit.scores.calinski_harabasz, fit.scores.davies_bouldin,
                          fit.scores.silhouette});
    if (std::isfinite(share)) values.push_back({{"k", fit.k}, {"share", thousandths(share)}});
  }
  values.push_back({{"chosen", fits.choice().k}});
  Figure figure{.name = "elbow",
                .title = finding(fits, options),
                .description =
                    "Line: inertia of the best fit by the number of clusters k, in percent of the scatter around the "
                    "mean; a vertical rule marks the chosen k.",
                .source = source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note =
                    "Inertia: squared distances of the points to the centre of their cluster, summed; with one cluster "
                    "it is the whole scatter. The dashed rule marks the chosen k."};
  Json const k_axis = {{"tickMinStep", 1}, {"format", "d"}, {"grid", false}, {"title", "Number of clusters k"}};
  Json const curve = {{"type", "line"}, {"color", plain_colour}, {"point", {{"filled", true}, {"size", 40}}}};
  Json layers = {
      {{"transform", {{{"filter", "isValid(datum.k)"}}}},
       {"mark", curve},
       {"encoding",
        {{"x",
          {{"field", "k"}, {"type", "quantitative"}, {"axis", k_axis}, {"scale", {{"nice", false}, {"zero", false}}}}},
         {"y", magnitude("share", "Inertia, % of the scatter", 5)},
         {"tooltip", tooltip({{"k", "k"}, {"share", "Inertia, %"}})}}}},
      {{"transform", {{{"filter", "isValid(datum.chosen)"}}}},
       {"mark", {{"type", "rule"}, {"strokeDash", {4, 3}}}},
       {"encoding", {{"x", {{"field", "chosen"}, {"type", "quantitative"}}}}}}};
  figure.specification.update({{"width", figure_width}, {"height", 260}, {"layer", std::move(layers)}});
  return figure;
}

}  // namespace regio::study
