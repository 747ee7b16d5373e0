/// The bootstrap of the whole study: chains on resampled regions, compared with the study's own labels.
#pragma once

#include <vector>

#include <regio/cluster_study.hpp>

#include "cluster/chain.hpp"

namespace regio {

struct BootstrapOptions {
  Index replicates = 0;
  ChainOptions chain = {};  ///< its KmeansOptions::seed names the resamples too
  BootstrapStore* store = nullptr;
  ProgressSink* progress = nullptr;
  std::uint64_t memory = 0;  ///< bytes that the replicates of a batch may take; 0: a block is one batch
};

/// A group's data, its k of every year, and the labels that the replicates are compared with.
struct BootstrapGroup {
  ChainSeries series;
  ClusterHistory const* history = nullptr;
};

struct BootstrapResult {
  std::vector<BootstrapSummary> groups;
  Index problems = 0, fits = 0;  ///< k-means problems and runs made, now or before an interruption
};

/// Runs the replicates in blocks of 256; a block is one batch, or several under a limit of memory. A resample is a
/// vector of weights, how often each region was drawn, so that all replicates share the points. Results do not depend
/// on the limit. Throws Interrupted when the stop token is raised; finished blocks are then in the store.
BootstrapResult bootstrap_chains(Engine& engine, BootstrapOptions const& options,
                                 std::vector<BootstrapGroup> const& groups);

}  // namespace regio
