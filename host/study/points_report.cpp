#include "study/points_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <regio/version.hpp>

#include "format/report_number.hpp"
#include "study/figures/points_figures.hpp"
#include "study/report_sections.hpp"

namespace regio::study {
namespace {

using format::Paragraph;
using format::Report;
using format::ReportSection;

constexpr std::size_t most_rows_of_sizes = 1000;

std::string whole_number(Index number) { return format::readable_number(static_cast<double>(number), 0); }

std::string percent(double share) { return short_number(100 * share) + " %"; }

double share_of_points(PointsFits const& fits, Index size) {
  return static_cast<double>(size) / static_cast<double>(fits.points);
}

std::string main_result(PointsFits const& fits, std::size_t features) {
  PointsFit const& fit = fits.choice();
  std::string text =
      fmt::format("{} points in {} form {}", whole_number(fits.points),
                  counted(static_cast<Index>(features), "feature", "features"), counted(fit.k, "cluster", "clusters"));
  double const unexplained = fits.unexplained(fit);
  if (std::isfinite(unexplained)) text += fmt::format(", which take {} of the scatter", percent(1 - unexplained));
  auto const [least, most] = std::minmax_element(fit.sizes.begin(), fit.sizes.end());
  if (fit.k > 1) {
    text += fmt::format("; the largest has {} of the points, the smallest {}", percent(share_of_points(fits, *most)),
                        percent(share_of_points(fits, *least)));
  }
  return text + ".";
}

ReportTable sizes_table(PointsFits const& fits) {
  ReportTable table{.name = "sizes",
                    .caption = "Sizes of the clusters",
                    .columns = {"Cluster", "Points", "Share, %"},
                    .file = "sizes.csv"};
  std::vector<Index> const& sizes = fits.choice().sizes;
  for (std::size_t c = 0; c < sizes.size() && c < most_rows_of_sizes; ++c) {
    table.rows.push_back(
        {static_cast<double>(c + 1), static_cast<double>(sizes[c]), 100 * share_of_points(fits, sizes[c])});
  }
  if (fits.weighted) table.note = "Numbers of points, whatever their weights.";
  return table;
}

char const* start_text(KmeansInit init) {
  switch (init) {
    case KmeansInit::kmeans_plus_plus: return "k-means++";
    case KmeansInit::kmeans_parallel: return "k-means||";
    case KmeansInit::random: return "from random points";
  }
  return "";
}

ReportTable choices_table(PointsOptions const& options, PointsFits const& fits) {
  ReportTable table{.name = "choices", .caption = "The choices made", .columns = {"Choice", "Value"}};
  auto const add = [&](char const* choice, std::string const& value) {
    table.rows.push_back({std::string(choice), value});
  };
  add("Number of clusters", options.k > 0
                                ? fmt::format("given: {}", options.k)
                                : fmt::format("chosen by {} from {} to {}", points_criterion_label(options.criterion),
                                              options.choice.smallest, fits.fits.back().k));
  KmeansOptions const& kmeans = options.choice.kmeans;
  add("Starts of each fit", fmt::format("{}, {}", kmeans.restarts, start_text(kmeans.init)));
  add("Weights", fits.weighted ? "given" : "every point counts once");
  add("Tolerance", fmt::format("{} of the mean variance", kmeans.tolerance));
  add("Seed", std::to_string(kmeans.seed));
  return table;
}

ReportTable fits_table(PointsFits const& fits) {
  ReportTable table{.name = "fits",
                    .caption = "The best start at each k",
                    .columns = {"k", "Inertia", "Iterations", "Outcome", "Starts"},
                    .digits = 6,
                    .note =
                        "Inertia: squared distances of the points to the centre of their cluster, summed, each times "
                        "the point's weight.",
                    .file = "fits.csv"};
  for (PointsFit const& fit : fits.fits) {
    table.rows.push_back({static_cast<double>(fit.k), fit.scores.inertia, static_cast<double>(fit.iterations),
                          std::string(name(fit.outcome)), static_cast<double>(fit.restarts)});
  }
  return table;
}

ReportSection result_section(PointsFits const& fits, std::vector<std::string> const& features,
                             std::string const& source) {
  ReportSection section{.name = "result", .title = "What the clusters are like"};
  section.items.emplace_back(
      Paragraph{"labels.npy has the cluster of each point, in the order of the input; clusters are numbered from 1 in "
                "all files."});
  section.items.emplace_back(sizes_table(fits));
  if (fits.choice().k > 1) section.items.emplace_back(points_profiles_figure(fits, features, source));
  return section;
}

ReportSection trust_section(PointsFits const& fits, PointsOptions const& options, std::string const& source) {
  ReportSection section{.name = "trust", .title = "Can it be trusted?"};
  section.items.emplace_back(choices_table(options, fits));
  if (fits.fits.size() > 1) section.items.emplace_back(points_choice_figure(fits, options, source));
  section.items.emplace_back(fits_table(fits));
  return section;
}

}  // namespace

Report points_report(PointsFits const& fits, PointsOptions const& options, std::vector<std::string> const& features,
                     ReportContext const& context) {
  Report report{.title = context.title, .summary = main_result(fits, features.size())};
  report.facts = {{"Points", whole_number(fits.points)},
                  {"Features", std::to_string(features.size())},
                  {"Clusters", std::to_string(fits.choice().k)},
                  {"Computed on", context.device}};
  for (std::string const& notice : context.notices) report.notices.push_back({notice, false});
  for (std::string const& warning : fits.warnings) report.notices.push_back({capitalised(warning) + ".", true});
  for (PointsFit const& fit : fits.fits) {
    if (fit.outcome == Outcome::converged) continue;
    report.notices.push_back({fmt::format("The fit with k = {} ended with {} after {}.", fit.k, name(fit.outcome),
                                          counted(fit.iterations, "iteration", "iterations")),
                              true});
  }
  report.sections.push_back(result_section(fits, features, context.source));
  report.sections.push_back(trust_section(fits, options, context.source));
  report.sections.push_back(repeat_section(context));
  report.footer = "Made by regio " + version() + ".";
  return report;
}

}  // namespace regio::study
