/// Chains: clusters that keep their identity through the years.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/cluster_study.hpp>
#include <regio/kmeans.hpp>

namespace regio {

/// The same regions in every year: what one chain of fits runs over. Views are not copied.
struct ChainSeries {
  MatrixView<double const> points;  ///< [year * regions + region, d], contiguous years
  Index years = 0;
  VectorView<double const> weights = {};  ///< [region]; empty: every weight is 1
  std::vector<Index> clusters;            ///< [year] k; one value through all years for Chain::pooled
  std::uint64_t stream = 0;               ///< random stream of the fits

  [[nodiscard]] Index regions() const noexcept { return points.rows() / years; }
  [[nodiscard]] MatrixView<double const> year(Index y) const noexcept {
    // Estimates of memory are made from the shape alone, before there are numbers.
    double const* const all = points.data_handle();
    return {all == nullptr ? nullptr : all + y * regions() * points.stride(0), regions(), points.columns(),
            points.stride(0)};
  }
};

struct ChainOptions {
  Chain chain = Chain::warm;
  Index start = 0;  ///< position of the year that the chain starts in
  Alignment alignment = Alignment::overlap;
  double guard_share = 0.05;
  KmeansOptions kmeans = {};
};

/// One year of a chain.
struct ChainedYear {
  Index k = 0;
  double inertia = 0;
  Index iterations = 0;
  Index restarts = 0;
  Outcome outcome = Outcome::converged;
  bool guarded = false;              ///< broken here in favour of the restart optimum
  bool coinciding = false;           ///< fewer clusters with points than k
  std::vector<std::int32_t> number;  ///< [k] what the cluster is called through the years
  std::vector<double> centres;       ///< [k, d], in the order of `number`
};

struct ChainedSeries {
  Index numbers = 0;                 ///< clusters are called 0 .. numbers-1
  std::vector<std::int32_t> labels;  ///< [year, region], numbers
  std::vector<ChainedYear> years;    ///< [year]
};

struct Chains {
  std::vector<ChainedSeries> series;
  Index problems = 0, fits = 0;  ///< k-means problems and runs made
};

/// Bytes that a series takes while its chain runs, the data left out: fits and result. An upper estimate by shape.
std::uint64_t chain_bytes(ChainOptions const& options, ChainSeries const& series);
/// Bytes of the threads' working sets beside them, for any number of series of this shape.
std::uint64_t chain_workspace_bytes(ChainOptions const& options, ChainSeries const& series, int threads);

/// Runs the chain of every series; the fits of all series stand together in one batch, but for Chain::guarded, which
/// needs one more for every further year.
///
/// From the start year the chain goes to the last and to the first. A year whose k is that of its neighbour nearer to
/// the start is fitted from the neighbour's final centres (warm, guarded) and takes over its numbers. Otherwise
/// (independent, another k, broken by the guard) the best restart is aligned to the neighbour: clusters get its numbers
/// by overlap or by centres, one-to-one, and a cluster without a partner the lowest number that neither year uses.
/// Throws Interrupted when the stop token is raised.
Chains run_chains(Engine& engine, ChainOptions const& options, std::vector<ChainSeries> const& series);

}  // namespace regio
