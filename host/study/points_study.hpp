/// Studies of the kind `points`: clusters of points in a file that may be larger than memory.
#pragma once

#include "study/points_fits.hpp"
#include "study/runner.hpp"

namespace regio::study {

/// Keys of the kind `points`.
format::StudySchema points_schema();

/// What a document asks for. Throws InputError where keys contradict each other.
PointsOptions points_options(format::StudyDocument const& document);

/// Runs a study of the kind `points`; as run_study. Throws InputError naming the file when an input is changed while it
/// is read.
RunSummary run_points_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings);

}  // namespace regio::study
