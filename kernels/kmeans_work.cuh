/// What the host hands to the k-means kernels: data sets, segments of runs, tasks, and where results go. All pointers
/// are the device's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace regio::cuda {

/// What was found out about a data set when it was prepared.
struct KmeansScaling {
  double scale;          ///< a power of two that keeps squares within the range of numbers
  double mean_variance;  ///< mean over the features of their population variance, unweighted
};

/// Points that problems share.
struct KmeansData {
  double const* rows;  ///< [count, features] the caller's points
  double* points;      ///< [features, point_stride(count)] scaled, less the mean
  double* mean;        ///< [features] of the scaled features
  double* range_sums;  ///< [ranges, features] working memory of the preparation
  KmeansScaling* scaling;
  std::int64_t count;
  int features;
};

/// Figures of the best of some runs.
struct KmeansFigures {
  double inertia;
  std::int64_t run;
  std::int64_t iterations;
  std::int64_t relocations;
  std::int64_t converged;  ///< 0: stopped by the limit of iterations
};

/// Where the best of some runs is kept.
struct KmeansPlace {
  std::int32_t* labels;
  double* centres;  ///< [clusters, features] in the caller's units
  KmeansFigures* figures;
};

/// Consecutive runs of one problem.
struct KmeansSegment {
  double const* weights;  ///< null: every weight is 1
  double const* starts;   ///< [runs, clusters, features] given centres; null: by KmeansRules::init
  std::uint64_t stream;
  int first_run, end_run;
  KmeansPlace best;
  // Every run's own results; null unless they are kept. Run 0 of the problem stands first.
  std::int32_t* run_labels;
  double* run_inertia;
  std::int64_t* run_iterations;
  int data;  ///< position of the data set
  int clusters;
  int candidates;  ///< points drawn for each centre by k-means++; 0: the centres start otherwise
};

/// Segments that one group of threads makes, in their order: one segment, or a chain whose problems start where
/// earlier ones of the chain ended.
struct KmeansTask {
  int first_segment, end_segment;
};

/// What holds for all runs of a batch.
struct KmeansRules {
  std::uint64_t seed;
  double tolerance;
  int max_iterations;
};

struct KmeansFitArguments {
  KmeansData const* data;
  KmeansSegment const* segments;
  KmeansTask const* tasks;
  unsigned task_count;
  unsigned* ticket;            ///< 0 before the launch; counts the tasks that were taken
  std::byte* scratch;          ///< global memory of all groups
  std::int64_t scratch_bytes;  ///< of one group
  std::int64_t shared_bytes;   ///< of one group
  KmeansRules rules;
};

/// A problem whose runs were divided among several segments.
struct KmeansChoice {
  KmeansPlace const* parts;  ///< [part_count] best of each segment, in the order of the runs
  std::int64_t part_count;
  KmeansPlace best;
  std::int64_t count;
  std::int64_t centre_numbers;  ///< clusters times features
};

}  // namespace regio::cuda
