/// What a limit on the memory of the process leaves for a cluster study.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/cluster_study.hpp>

namespace regio::study {

/// Bytes for ClusterStudyOptions::memory under a limit on the whole process, whose present use is asked of the system.
/// 0 stays 0: no limit. Throws InputError saying what is needed when it is more, for the study or for its results.
std::uint64_t memory_for_study(std::uint64_t limit, ClusterStudyOptions const& options, Panel const& panel,
                               std::vector<IndicatorDefinition> const& definitions, int threads);

/// KmeansOptions::runs_at_once for problems on the same points, of which `largest` has the most clusters: as many as
/// fit under a limit on the whole process, 16 at most; without a limit (0) under half of the machine's memory, and at
/// least one. Throws InputError saying what is needed when not even one fits under the limit.
Index runs_within_memory(std::uint64_t limit, KmeansProblem const& largest, int threads);

}  // namespace regio::study
