/// Fills a Report with clusters of points.
#pragma once

#include <string>
#include <vector>

#include "format/report.hpp"
#include "study/cluster_report.hpp"
#include "study/points_fits.hpp"

namespace regio::study {

format::Report points_report(PointsFits const& fits, PointsOptions const& options,
                             std::vector<std::string> const& features, ReportContext const& context);

}  // namespace regio::study
