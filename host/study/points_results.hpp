/// Results of clustered points as files, and as the facts of --json. Clusters are numbered from 1.
#pragma once

#include <string>
#include <vector>

#include "format/result_folder.hpp"
#include "study/cluster_tables.hpp"
#include "study/points_fits.hpp"

namespace regio::study {

/// centres.csv `k,cluster,feature,value`, sizes.csv `k,cluster,points,share`, fits.csv
/// `k,inertia,iterations,outcome,restarts`, choice_of_k.csv
/// `k,inertia,calinski_harabasz,davies_bouldin,simplified_silhouette,chosen`, of every k that was fitted.
std::vector<ResultTable> points_tables(PointsFits const& fits, std::vector<std::string> const& features);

/// The facts `points`, `features`, `k`, `problems`, `fits` and `results`.
format::Json points_json(PointsFits const& fits, std::vector<std::string> const& features);

}  // namespace regio::study
