/// Runs a study from its file to its result folder: reads the inputs, computes, writes tables, figures, report,
/// manifest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <regio/engine.hpp>
#include <regio/progress.hpp>

#include "format/report.hpp"
#include "format/result_folder.hpp"
#include "format/study_document.hpp"

namespace regio::study {

struct RunSettings {
  std::filesystem::path folder;  ///< of the results
  format::ExistingResults existing = format::ExistingResults::refuse;
  std::filesystem::path input_folder;  ///< what paths of the study are relative to
  std::optional<std::uint64_t> seed;   ///< instead of the study's own
  std::string command_line;            ///< how to repeat the run, without what cannot change a result
  Control control = {};
  std::uint64_t memory = 0;  ///< bytes that this process may hold; 0: no limit
};

/// What a caller tells the user after a run; everything else is in the folder.
struct RunSummary {
  std::filesystem::path folder;
  std::string headline;                   ///< the report's main sentence
  std::map<std::string, Index> outcomes;  ///< "converged" -> how many
  Index problems = 0;
  std::vector<std::string> warnings;
  std::string unsolved;  ///< why problems are not solved, and where to look; empty: all are
  format::Json json;     ///< the document that --json prints

  /// True when every problem converged.
  [[nodiscard]] bool all_converged() const;
};

/// Runs a study of any kind. Nothing is written when an input cannot be used; an interrupted run leaves what a resumed
/// one can use. The same study gives the same bytes in every file for any number of threads, manifest.json's `run`
/// object excepted. Under a limit of memory a study of the kind cluster divides its work; one that needs more all the
/// same is refused before any of it is done. Throws InputError, OutputError, Interrupted, and what cluster_study
/// throws.
RunSummary run_study(Engine& engine, format::StudyDocument const& document, std::string const& kind,
                     RunSettings const& settings);

}  // namespace regio::study
