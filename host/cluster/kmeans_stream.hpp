/// Runs over points in single precision that share every read of the points.
#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include <regio/kmeans.hpp>

#include "cluster/kmeans_lloyd.hpp"
#include "cluster/kmeans_streamed_run.hpp"

namespace regio {

/// Passes by the context's threads over the points where they lie.
class HostPasses final : public PointPasses {
 public:
  explicit HostPasses(StreamContext const& context) : context_(context) {}

  std::vector<bool> assign(std::vector<StreamedRun*> const& runs, std::stop_token const& stop) override;
  std::vector<double> inertias(std::vector<StreamedRun const*> const& runs) override;
  FarthestPoints farthest(StreamedRun& run, std::size_t most) override;
  void end(StreamedRun& /*run*/) override {}

 private:
  StreamContext const& context_;
};

/// Iterates all runs from their centres by the rule of LloydIteration; a run that has ended leaves the reads of the
/// others. Results of a run do not depend on the company it is in.
std::vector<LloydResult> lloyd_in_shared_reads(StreamContext const& context, std::vector<StreamedRun*> const& runs,
                                               double shift_limit, Index max_iterations, std::stop_token const& stop);

}  // namespace regio
