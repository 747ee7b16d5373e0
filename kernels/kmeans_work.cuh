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

/// What comes next for a run that is spread over blocks: each phase is a pass over the points by many blocks, then a
/// step by one.
enum class KmeansPhase : int {
  prepare,     ///< weights; then the first centres, or the first points that k-means++ draws
  candidates,  ///< the drawn points are tried; then one of them becomes a centre
  assign,      ///< labels and the sums of the members; then the centres move, or the run ends
  keep,        ///< the labels are kept; then the task's next run
  done,
};

/// How far a task is whose runs are spread over blocks.
struct KmeansSpreadRun {
  KmeansPhase phase;
  int segment, run;
  int centre;      ///< that k-means++ draws
  int candidate;   ///< that became the centre before
  unsigned moved;  ///< 1: the assignment has changed a label
  int iterations, relocations;
  int converged, last;  ///< last: no more than an assignment follows
  int is_best;          ///< of the runs of the segment so far
  double inertia, lowest, inertia_at_relocation;
};

struct KmeansSpreadArguments {
  KmeansData const* data;
  KmeansSegment const* segments;
  KmeansTask const* tasks;
  KmeansSpreadRun* runs;       ///< [tasks] before the first pass at the start of the task's first run
  unsigned* tasks_left;        ///< of all tasks, those that are not done
  std::byte* scratch;          ///< global memory of all tasks
  std::int64_t scratch_bytes;  ///< of one task
  std::int64_t shared_bytes;   ///< of a block of a pass: for rows of centres; 0: they are read in global memory
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
