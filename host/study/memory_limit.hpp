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

/// Throws InputError saying what is needed when fits of problems on the same points, of which `largest` has the most
/// clusters, take more than a limit on the whole process leaves; 0: no limit.
void require_memory_for_fits(std::uint64_t limit, KmeansProblem const& largest, int threads);

}  // namespace regio::study
