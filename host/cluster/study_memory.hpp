/// What a cluster study takes of memory, by its shape.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/cluster_study.hpp>

namespace regio {

struct StudyShape {
  Index regions = 0, years = 0;
  std::vector<Index> features;  ///< [group] indicators
};

struct StudyMemory {
  std::uint64_t kept = 0;   ///< bytes of what stays until the study's end
  std::uint64_t least = 0;  ///< that, and the step that takes most when every batch is divided as far as it can be
};

/// Upper estimates, the panel itself left out.
StudyMemory study_memory(ClusterStudyOptions const& options, StudyShape const& shape, int threads);

}  // namespace regio
