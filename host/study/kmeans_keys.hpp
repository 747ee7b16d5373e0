/// Keys of study files that every kind of study has which fits k-means for several k.
#pragma once

#include <cstdint>

#include <regio/choice_of_k.hpp>

#include "format/findings.hpp"
#include "study/study_keys.hpp"

namespace regio::study {

// Bounds that keep a slip of the pen from asking for years of work or all of the memory.
inline constexpr double most_clusters = 1000;
inline constexpr double most_restarts = 1e6;

/// k_range.
void add_k_range_key(TableKeys& clusters);
/// restarts and init, whose words are `inits`.
template <class Words>
void add_start_keys(TableKeys& clusters, std::int64_t restarts, Words const& inits) {
  clusters.integer("restarts", "random starts of each fit; the best is kept", restarts, 1, most_restarts);
  clusters.choice("init", "how a start is drawn", inits);
}
/// tolerance and max_iterations.
void add_stopping_keys(TableKeys& clusters);
/// elbow_threshold.
void add_elbow_key(TableKeys& clusters);

/// What these keys of [clusters] ask for, but for init; a range that is none is a finding.
void read_choice_of_k(format::StudyDocument const& document, ChoiceOfKOptions& options, format::Findings& findings);

}  // namespace regio::study
