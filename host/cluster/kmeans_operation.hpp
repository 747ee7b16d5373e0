/// The planned operation of k-means: a validated batch and where its results go.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <regio/kmeans.hpp>

#include "core/simd.hpp"

namespace regio {

/// Results of a batch; part b of a flat array begins at its offset [b].
struct KmeansResultArrays {
  std::int32_t* labels = nullptr;
  double* centres = nullptr;
  Index* sizes = nullptr;
  double* inertia = nullptr;
  Index* iterations = nullptr;
  Outcome* outcome = nullptr;
  Index* best_run = nullptr;
  Index* relocations = nullptr;
  Index* distinct_clusters = nullptr;
  Index const* label_offset = nullptr;
  Index const* centre_offset = nullptr;
  Index const* size_offset = nullptr;
  // Every run's own results; null unless they are kept.
  std::int32_t* run_labels = nullptr;
  double* run_inertia = nullptr;
  Index* run_iterations = nullptr;
  Index const* run_offset = nullptr;
  Index const* run_label_offset = nullptr;
};

struct KmeansOperation {
  static constexpr std::string_view name = "kmeans";

  std::span<KmeansProblem const> problems;  ///< single_points only where they are large
  KmeansOptions options;                    ///< max_iterations 0: the points are only assigned to the given centres
  KmeansResultArrays results;
  SimdTarget target = best_simd_target();
};

/// Runs that a problem asks for.
inline Index run_count(KmeansProblem const& problem, KmeansOptions const& options) {
  if (problem.warm_from >= 0) return 1;
  if (!problem.initial_centres.empty()) return problem.initial_centres.count();
  return problem.restarts > 0 ? problem.restarts : options.restarts;
}

/// Points that k-means++ draws for each centre after the first.
inline int plus_plus_candidates(Index k) { return 2 + static_cast<int>(std::floor(std::log(static_cast<double>(k)))); }

/// Figures of the run that a problem keeps.
struct KmeansFit {
  double inertia = std::numeric_limits<double>::quiet_NaN();
  Index iterations = 0, relocations = 0;
  Index run = -1;
  Outcome outcome = Outcome::cancelled;
  std::vector<Index> sizes = {};  ///< [k] where they are known; empty: counted from the labels
};

/// Writes the figures of problem b, whose labels and centres are in place; a cancelled problem has none of them.
void report_fit(KmeansResultArrays const& results, Index b, KmeansProblem const& problem, KmeansFit const& fit);

/// Parts of a report's layout: where each problem's results begin, and room for its figures and sizes.
void lay_out_offsets(std::vector<KmeansProblem> const& problems, KmeansOptions const& options, KmeansReport& report);
void lay_out_figures(KmeansReport& report);

/// Where a report keeps its results.
KmeansResultArrays result_arrays(KmeansReport& report);

template <class T>
bool same_view(MatrixView<T> a, MatrixView<T> b) {
  return a.data_handle() == b.data_handle() && a.rows() == b.rows() && a.columns() == b.columns() &&
         a.stride(0) == b.stride(0);
}

}  // namespace regio
