#include "study/points_results.hpp"

#include <cmath>

#include "format/csv_writer.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;
using format::Json;

std::string centres_table(PointsFits const& fits, std::vector<std::string> const& features) {
  CsvWriter csv({"k", "cluster", "feature", "value"});
  for (PointsFit const& fit : fits.fits) {
    for (std::size_t at = 0; at < fit.centres.size(); ++at) {
      auto const cluster = static_cast<std::int64_t>(at / features.size()) + 1;
      csv.cell(std::int64_t{fit.k}).cell(cluster).cell(features[at % features.size()]).cell(fit.centres[at]).end_row();
    }
  }
  return csv.text();
}

std::string sizes_table(PointsFits const& fits) {
  CsvWriter csv({"k", "cluster", "points", "share"});
  for (PointsFit const& fit : fits.fits) {
    for (std::size_t c = 0; c < fit.sizes.size(); ++c) {
      double const share = static_cast<double>(fit.sizes[c]) / static_cast<double>(fits.points);
      csv.cell(std::int64_t{fit.k}).cell(static_cast<std::int64_t>(c) + 1).cell(std::int64_t{fit.sizes[c]});
      csv.cell(share).end_row();
    }
  }
  return csv.text();
}

std::string fits_table(PointsFits const& fits) {
  CsvWriter csv({"k", "inertia", "iterations", "outcome", "restarts"});
  for (PointsFit const& fit : fits.fits) {
    csv.cell(std::int64_t{fit.k}).cell(fit.scores.inertia).cell(std::int64_t{fit.iterations}).cell(name(fit.outcome));
    csv.cell(std::int64_t{fit.restarts}).end_row();
  }
  return csv.text();
}

std::string choice_of_k_table(PointsFits const& fits) {
  CsvWriter csv({"k", "inertia", "calinski_harabasz", "davies_bouldin", "simplified_silhouette", "chosen"});
  for (PointsFit const& fit : fits.fits) {
    csv.cell(std::int64_t{fit.k}).cell(fit.scores.inertia).cell(fit.scores.calinski_harabasz);
    csv.cell(fit.scores.davies_bouldin).cell(fit.scores.silhouette).cell(fit.k == fits.choice().k ? 1 : 0).end_row();
  }
  return csv.text();
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace

std::vector<ResultTable> points_tables(PointsFits const& fits, std::vector<std::string> const& features) {
  return {{"centres.csv", centres_table(fits, features)},
          {"sizes.csv", sizes_table(fits)},
          {"fits.csv", fits_table(fits)},
          {"choice_of_k.csv", choice_of_k_table(fits)}};
}

Json points_json(PointsFits const& fits, std::vector<std::string> const& features) {
  Json facts;
  facts["points"] = fits.points;
  facts["features"] = features.size();
  facts["k"] = fits.choice().k;
  facts["problems"] = fits.fits.size();
  Index runs = 0;
  facts["results"] = Json::array();
  for (PointsFit const& fit : fits.fits) {
    runs += fit.restarts;
    facts["results"].push_back({{"k", fit.k},
                                {"outcome", name(fit.outcome)},
                                {"inertia", number_or_null(fit.scores.inertia)},
                                {"iterations", fit.iterations},
                                {"restarts", fit.restarts},
                                {"sizes", fit.sizes}});
  }
  facts["fits"] = runs;
  return facts;
}

}  // namespace regio::study
