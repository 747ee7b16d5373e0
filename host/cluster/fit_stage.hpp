/// A step of a study that makes k-means fits, in one batch or in several.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/kmeans.hpp>

namespace regio {

/// Runs that a batch makes.
Index count_runs(std::vector<KmeansProblem> const& problems, KmeansOptions const& options);

/// Shows the batches of a step as one stage of progress under the step's name, ends the study between them when its
/// stop token is raised, and counts what was fitted. The stage of progress ends with the object.
class FitStage final : private ProgressSink {
 public:
  /// `runs`: of all batches together.
  FitStage(Engine& engine, KmeansOptions options, std::string name, Index runs);
  FitStage(FitStage const&) = delete;
  FitStage& operator=(FitStage const&) = delete;
  ~FitStage() override;

  /// Throws Interrupted, and what kmeans_fit throws.
  KmeansReport fit(std::vector<KmeansProblem> const& problems);
  /// Adds the problems and runs that were made.
  void add_to(Index& problems, Index& runs) const noexcept;

 private:
  void begin(std::string_view stage, Index total, std::string_view unit) override;
  void advance(Index done) override;
  void end() override {}

  Engine& engine_;
  KmeansOptions options_;
  ProgressSink* watcher_;
  std::string name_;
  Index total_;
  Index problems_ = 0, runs_ = 0;
  bool shown_ = false;
};

}  // namespace regio
