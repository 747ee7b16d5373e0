/// What every kind of study shares on its way from inputs to manifest.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "format/unchanged_file.hpp"
#include "study/cluster_report.hpp"
#include "study/cluster_tables.hpp"
#include "study/runner.hpp"

namespace regio::study {

class StudyRun {
 public:
  StudyRun(Engine& engine, format::StudyDocument const& document, std::string kind, RunSettings const& settings);

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] std::string title() const { return document_.text("study", "title"); }
  /// As the study names it; otherwise its first input, which every kind of study has.
  [[nodiscard]] std::string source() const;

  void stop_if_interrupted() const;
  /// Path of an input, its digest taken; empty when the study does not name one.
  std::filesystem::path input(std::string const& key);
  /// An input that is mapped and must not change while the study runs; null when the study does not name one. Its
  /// digest is taken from what is mapped, in one more read. Throws InputError when it cannot be read.
  std::shared_ptr<format::UnchangedFile const> unchanged_input(std::string const& key);
  /// An input that is a folder: these files of it, their digests taken.
  std::vector<std::filesystem::path> input_folder(std::vector<std::filesystem::path> files);
  /// After all inputs were read without a finding. Throws Interrupted also while digests are taken.
  void open_folder();
  [[nodiscard]] ReportContext report_context() const;
  [[nodiscard]] format::ResultFolder& folder() { return *folder_; }

  /// Runs work that an interruption may end; what the folder holds then stays for --resume.
  template <class Work>
  auto resumable(Work&& work) {
    try {
      return work();
    } catch (Interrupted const&) {
      folder_->keep_unfinished();
      throw;
    }
  }

  /// A result that is filled in memory while the run computes, and becomes a file by publish().
  std::shared_ptr<format::MappedOutput> map(std::string const& name, std::size_t bytes);
  void publish(std::string const& name, format::MappedOutput& file);
  void write_results(std::vector<ResultTable> const& tables, format::Report const& report);
  /// Writes the manifest and describes the run for the caller. `facts` are the study's own entries.
  RunSummary finish(format::Json const& facts, std::map<std::string, Index> outcomes, std::vector<std::string> warnings,
                    std::string headline);
  /// The same for a study of one problem: `result` is its entry in the facts, `explanation` what stands behind its
  /// outcome.
  RunSummary finish_problem(format::Json facts, format::Json result, Outcome outcome, std::vector<std::string> warnings,
                            std::string headline, std::vector<std::string> const& explanation);

 private:
  /// An input file as the manifest lists it.
  struct InputFile {
    std::string name;  ///< relative to the study
    std::uintmax_t bytes = 0;
    std::string sha256;
  };

  /// An input whose digest is still to be taken.
  struct PendingInput {
    std::filesystem::path path;
    std::shared_ptr<format::UnchangedFile const> mapped;  ///< null: read again for the digest
  };

  void write(std::string const& name, std::string const& content);
  [[nodiscard]] InputFile describe(PendingInput const& input) const;

  Engine& engine_;
  format::StudyDocument const& document_;
  std::string kind_;
  RunSettings const& settings_;
  std::string started_;
  std::chrono::steady_clock::time_point clock_ = std::chrono::steady_clock::now();
  std::uint64_t seed_ = 0;
  std::vector<PendingInput> pending_;
  std::vector<InputFile> inputs_;
  std::vector<std::string> names_;
  std::optional<format::ResultFolder> folder_;
};

}  // namespace regio::study
