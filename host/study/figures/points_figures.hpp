/// Figures of clustered points: the choice of k, and what the clusters are like.
#pragma once

#include <string>
#include <vector>

#include "study/figures/vega_lite.hpp"
#include "study/points_fits.hpp"

namespace regio::study {

/// What a reader calls a criterion on points: "simplified silhouette".
std::string points_criterion_label(KCriterion criterion);

/// Inertia by k, and in its table the other criteria; a rule marks the chosen k. Of fits of more than one k.
Figure points_choice_figure(PointsFits const& fits, PointsOptions const& options, std::string const& source);

/// Where each centre of the chosen fit lies between the lowest and the highest one, feature by feature. Large tables
/// are thinned evenly.
Figure points_profiles_figure(PointsFits const& fits, std::vector<std::string> const& features,
                              std::string const& source);

}  // namespace regio::study
