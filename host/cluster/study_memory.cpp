#include "cluster/study_memory.hpp"

#include <algorithm>

#include "cluster/chain.hpp"
#include "cluster/cluster_scores_memory.hpp"
#include "cluster/kmeans_memory.hpp"

namespace regio {
namespace {

constexpr std::uint64_t number = sizeof(double);

std::uint64_t bytes(Index count) { return static_cast<std::uint64_t>(count); }

/// Sums over the groups and steps of one study.
class Estimate {
 public:
  Estimate(ClusterStudyOptions const& options, StudyShape const& shape, int threads)
      : options_(options),
        shape_(shape),
        threads_(threads),
        k_(std::min(std::max(options.choice.largest, options.k), shape.regions)),
        cells_(bytes(shape.regions * shape.years)) {}

  [[nodiscard]] StudyMemory memory() const {
    std::uint64_t const steps[] = {choice(), chain(0), unification(), bootstrap()};
    std::uint64_t const kept_bytes = kept();
    return {kept_bytes, kept_bytes + *std::max_element(std::begin(steps), std::end(steps))};
  }

 private:
  [[nodiscard]] KmeansProblem problem(Index features, Index k) const {
    KmeansProblem result;
    result.points = {nullptr, shape_.regions, features};
    result.clusters = k;
    return result;
  }

  /// Indicators with their copies by group, fits, histories, tables.
  [[nodiscard]] std::uint64_t kept() const {
    constexpr std::uint64_t numbers_an_indicator = 4;
    constexpr std::uint64_t of_cell = 6 * number;  // labels twice, distance, ranks, integral, bootstrap
    std::uint64_t total = cells_ * 3 * number;     // target, unified labels, agreement
    for (Index const d : shape_.features) {
      total += cells_ * (bytes(d) * numbers_an_indicator * number + of_cell);
      total += bytes(shape_.regions) * (bytes(d) * sizeof(IndicatorDynamics) + sizeof(RegionDynamics) + 64);
      total +=
          bytes(shape_.years) *
          (bytes(k_) * (sizeof(KScores) + 4 * bytes(d) * number + 3 * bytes(k_) * sizeof(Index)) + sizeof(YearFit));
    }
    return total;
  }

  /// The best fits of every k together with the largest of: all runs of one fit, scores of one year, one
  /// reference.
  [[nodiscard]] std::uint64_t choice() const {
    std::uint64_t best = 0, largest_part = 0;
    KmeansOptions kmeans = options_.choice.kmeans, with_runs = kmeans;
    with_runs.keep_runs = true;
    KmeansOptions of_reference = kmeans;
    of_reference.restarts = options_.choice.gap_restarts;
    for (Index const d : shape_.features) {
      std::uint64_t reference = bytes(shape_.regions * d) * number;
      for (Index k = 1; k <= k_; ++k) {
        best += bytes(shape_.years) * batch_bytes(problem(d, k), kmeans);
        reference += batch_bytes(problem(d, k), of_reference);
      }
      std::uint64_t const inertia =
          bytes(shape_.years * options_.choice.gap_references) * (bytes(k_) * number + 2 * sizeof(Index));
      std::uint64_t const scores = scoring_bytes(shape_.regions, d, k_, threads_);
      std::uint64_t const workspace = workspace_bytes(problem(d, k_), threads_);
      std::uint64_t const parts[] = {batch_bytes(problem(d, k_), with_runs) + workspace, scores,
                                     reference + bytes(std::ssize(shape_.features)) * inertia + workspace};
      largest_part = std::max(largest_part, *std::max_element(std::begin(parts), std::end(parts)));
    }
    return best + largest_part;
  }

  /// The chain of all groups, with so many restarts (0: as in the options).
  [[nodiscard]] std::uint64_t chain(Index restarts) const {
    ChainOptions options{options_.chain, 0, options_.alignment, options_.guard_share, options_.choice.kmeans};
    if (restarts > 0) options.kmeans.restarts = restarts;
    // Where k differs from year to year, every year of a warm chain may have to start anew.
    bool const k_may_differ = options_.k == 0 && options_.k_scope == KScope::year;
    if (options.chain == Chain::warm && k_may_differ) options.chain = Chain::independent;
    std::uint64_t total = 0, workspace = 0;
    for (Index const d : shape_.features) {
      ChainSeries series;
      series.points = {nullptr, shape_.regions * shape_.years, d};
      series.years = shape_.years;
      series.clusters.assign(static_cast<std::size_t>(shape_.years), k_);
      total += chain_bytes(options, series);
      workspace = std::max(workspace, chain_workspace_bytes(options, series, threads_));
    }
    return total + workspace;
  }

  /// The table of co-association and its copy.
  [[nodiscard]] std::uint64_t unification() const {
    return shape_.features.size() < 2 ? 0 : 2 * bytes(shape_.regions * shape_.regions) * number;
  }

  /// One replicate, and the sums of the block, of the replicate and of all.
  [[nodiscard]] std::uint64_t bootstrap() const {
    if (options_.bootstrap == 0) return 0;
    std::uint64_t const sums =
        bytes(std::ssize(shape_.features)) * (cells_ + bytes(shape_.years) * (1 + 2 * bytes(k_))) * number;
    return chain(options_.bootstrap_restarts) + 4 * sums + bytes(shape_.regions) * number;
  }

  ClusterStudyOptions const& options_;
  StudyShape const& shape_;
  int threads_;
  Index k_;
  std::uint64_t cells_;
};

}  // namespace

StudyMemory study_memory(ClusterStudyOptions const& options, StudyShape const& shape, int threads) {
  return Estimate(options, shape, threads).memory();
}

}  // namespace regio
