/// The run of a study of the kind `balance` under national control, from files to result folder.
#pragma once

#include <regio/engine.hpp>

#include "format/study_document.hpp"
#include "study/runner.hpp"

namespace regio::study {

/// Balances the tables of regions that [input] names with `national`. Throws InputError for files and keys that cannot
/// be used, Interrupted, OutputError. Tables without a solution are an outcome: everything is written.
RunSummary run_national_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings);

}  // namespace regio::study
