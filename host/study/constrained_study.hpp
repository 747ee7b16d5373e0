/// The run of a study of the kind `balance` with more than two margins, from files to result folder.
#pragma once

#include <regio/engine.hpp>

#include "format/study_document.hpp"
#include "study/runner.hpp"

namespace regio::study {

/// Balances one table under rows, columns, constraints and bounds, by MR-GRAS unless the study names another method of
/// these. Throws InputError for files that cannot be used, Interrupted, OutputError. A table without a solution is an
/// outcome: everything is written.
RunSummary run_constrained_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings);

}  // namespace regio::study
