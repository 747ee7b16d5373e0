/// The study of interaction: from files of shipments to a result folder.
#pragma once

#include "format/study_document.hpp"
#include "study/runner.hpp"

namespace regio::study {

/// Keys of a study file of the kind "interaction".
format::StudySchema interaction_schema();

RunSummary run_interaction_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings);

}  // namespace regio::study
