/// k-means for batches of problems of every size: regions, years, values of k, restarts and bootstrap replicates at
/// once, or as many points as memory or a mapped file holds.
///
/// Symbols of the literature and their words here: n points, d features (indicators), k clusters, x_i point, mu_c
/// centre, w_i weight, SSE = inertia.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/progress.hpp>
#include <regio/views.hpp>

namespace regio {

/// How the centres of a run start when the problem does not give them.
enum class KmeansInit : std::uint8_t {
  kmeans_plus_plus,  ///< greedy k-means++ with 2 + floor(ln k) candidates a step (Arthur and Vassilvitskii 2007)
  kmeans_parallel,   ///< for large single_points: five rounds that draw about 2 k points each, of which weighted
                     ///< k-means++ chooses (Bahmani, Moseley, Vattani, Kumar and Vassilvitskii 2012); a dozen reads
                     ///< whatever k is
  random,            ///< k different points, each with equal probability; without weight only if there are no others
};

/// One problem: points to be divided into k clusters. Views are only read; problems in a row may share their points.
struct KmeansProblem {
  MatrixView<double const> points = {};        ///< [n, d], finite; n below 2^31 - 7
  MatrixView<float const> single_points = {};  ///< [n, d] in place of points: numbers stored in single precision, read
                                               ///< where they lie, in memory or mapped from a file
  VectorView<double const> weights = {};       ///< [n], >= 0, not all zero; empty: every weight is 1
  Index clusters = 0;                          ///< k, 1 <= k <= n
  BatchView<double const> initial_centres{};   ///< [runs, k, d]: one run from each; empty: by KmeansOptions::init
  Index restarts = 0;                          ///< runs when no centres are given; 0: KmeansOptions::restarts
  std::uint64_t stream = 0;                    ///< which random stream the runs draw from; problems with the same data,
                                               ///< k and stream start alike wherever they stand in the batch
  Index warm_from = -1;  ///< position of an earlier problem of the batch with the same k and d whose
                         ///< final centres start the only run of this one (warm chain)

  /// n and d of whichever points are given.
  [[nodiscard]] Index count() const noexcept { return points.rows() + single_points.rows(); }
  [[nodiscard]] Index features() const noexcept { return std::max(points.columns(), single_points.columns()); }
};

struct KmeansOptions {
  KmeansInit init = KmeansInit::kmeans_plus_plus;
  Index restarts = 10;
  Index max_iterations = 300;
  double tolerance = 1e-4;  ///< stop when the squared shift of all centres <= tolerance * mean variance of the features
  std::uint64_t seed = 0;
  bool keep_runs = false;   ///< also keep labels, inertia and iterations of every run, not only of the best
  Index runs_at_once = 16;  ///< runs over the same large single_points that share each read; 4 bytes a point for each
  Control control = {};
};

/// Results of a batch; problem b's part of each array is reached through the accessors.
class REGIO_API KmeansReport {
 public:
  /// Lays the arrays out for a batch; kmeans_fit fills them.
  explicit KmeansReport(std::vector<KmeansProblem> const& problems, KmeansOptions const& options);
  KmeansReport() = default;

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  [[nodiscard]] VectorView<std::int32_t const> labels(Index b) const noexcept;  ///< [n], 0 .. k-1
  [[nodiscard]] MatrixView<double const> centres(Index b) const noexcept;       ///< [k, d]
  [[nodiscard]] VectorView<Index const> sizes(Index b) const noexcept;  ///< [k], points (not weights) per cluster
  [[nodiscard]] Index runs(Index b) const noexcept;                     ///< restarts made
  [[nodiscard]] MatrixView<std::int32_t const> run_labels(Index b) const noexcept;  ///< [runs, n], with keep_runs
  [[nodiscard]] VectorView<double const> run_inertia(Index b) const noexcept;       ///< [runs], with keep_runs
  [[nodiscard]] VectorView<Index const> run_iterations(Index b) const noexcept;     ///< [runs], with keep_runs

  std::vector<double> inertia;           ///< [b] sum of w_i |x_i - mu_label(i)|^2 by direct differences
  std::vector<Index> iterations;         ///< [b] of the best run
  std::vector<Outcome> outcome;          ///< [b] converged, iteration_limit or cancelled
  std::vector<Index> best_run;           ///< [b]
  std::vector<Index> relocations;        ///< [b] empty clusters that were moved to a far point in the best run
  std::vector<Index> distinct_clusters;  ///< [b] clusters that own a point; below k when points coincide

  // Flat storage; offsets have one entry more than there are problems.
  std::vector<std::int32_t> all_labels;
  std::vector<double> all_centres;
  std::vector<Index> all_sizes;
  std::vector<Index> label_offset, centre_offset, size_offset, features;
  std::vector<std::int32_t> all_run_labels;
  std::vector<double> all_run_inertia;
  std::vector<Index> all_run_iterations;
  std::vector<Index> run_offset, run_label_offset;
};

/// Divides the points of each problem into k clusters of least inertia by Lloyd's iteration; of several runs the one of
/// lowest inertia is kept, the first of equals.
/// Minimises sum_i w_i |x_i - mu_label(i)|^2 (Lloyd 1982; MacQueen 1967). From given initial centres labels, iterations
/// and inertia are those of scikit-learn's KMeans(algorithm="lloyd") in fp64, but for the deviations that
/// docs/methods/kmeans.md lists: fp64 sums in a fixed order, labels that always belong to the centres, relocations of
/// empty clusters that end, ties to the lowest index. Shapes: see KmeansProblem. Throws ContractError naming the
/// problem, row and value: a point or weight that is not finite, a negative weight, all weights zero, k < 1 or k > n,
/// centres of another shape, warm_from that is not an earlier problem, kmeans_parallel for other points than large ones
/// in single precision. Outcomes: converged, iteration_limit, cancelled (labels -1, centres and inertia NaN).
/// Deterministic: the same bits for any number of threads, any order of the batch, every SIMD target, and on a CUDA
/// device any grid; labels, iterations, inertia and centres of a device are the CPU's to the bit. A problem that does
/// not fit a device's memory throws DeviceError (out_of_memory); the others of a batch are divided into what fits.
/// Cost: O(n k d) a pass; points that fit a core's cache are fitted there in one go, with no allocation inside the
/// iteration. Points in single precision (single_points) that exceed the cache are never copied: each pass reads them
/// once for all runs and problems in a row that share them and are under way, compares in single precision where its
/// rounding cannot matter and in fp64 elsewhere, and sums members as whole numbers, so labels are those of fp64
/// arithmetic on the caller's numbers (docs/methods/kmeans-at-size.md). Memory beside them: 4 bytes a point for each
/// run under way, 8 more while k-means++ starts one. A CUDA engine gives the same bits.
REGIO_API KmeansReport kmeans_fit(Engine& engine, KmeansOptions const& options,
                                  std::vector<KmeansProblem> const& problems);

/// Where a caller wants the results of a batch: views of his own memory, sized as in KmeansReport.
struct KmeansResultViews {
  VectorView<std::int32_t> labels;  ///< [sum of n]
  VectorView<double> centres;       ///< [sum of k * d]
  VectorView<double> inertia;       ///< [problems]
  VectorView<Index> iterations;     ///< [problems]
  VectorView<Outcome> outcome;      ///< [problems]
};

/// As above, into views that the caller gives. Throws ContractError also for a view of another size and for keep_runs.
REGIO_API void kmeans_fit(Engine& engine, KmeansOptions const& options, std::vector<KmeansProblem> const& problems,
                          KmeansResultViews const& results);

/// Labels of points under given centres, which may be more than the points: the nearest, ties to the lowest index.
/// Writes labels [n], returns the inertia. Throws and is deterministic as kmeans_fit. Cost: one pass, O(n k d).
REGIO_API double kmeans_assign(Engine& engine, MatrixView<double const> points, VectorView<double const> weights,
                               MatrixView<double const> centres, VectorView<std::int32_t> labels);

}  // namespace regio
