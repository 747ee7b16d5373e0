#include "cluster/fit_stage.hpp"

#include <utility>

#include <regio/error.hpp>

#include "cluster/kmeans_operation.hpp"

namespace regio {

Index count_runs(std::vector<KmeansProblem> const& problems, KmeansOptions const& options) {
  Index runs = 0;
  for (KmeansProblem const& problem : problems) runs += run_count(problem, options);
  return runs;
}

FitStage::FitStage(Engine& engine, KmeansOptions options, std::string name, Index runs)
    : engine_(engine),
      options_(std::move(options)),
      watcher_(options_.control.progress),
      name_(std::move(name)),
      total_(runs) {
  if (watcher_ != nullptr) options_.control.progress = this;
}

FitStage::~FitStage() {
  if (shown_) watcher_->end();
}

KmeansReport FitStage::fit(std::vector<KmeansProblem> const& problems) {
  KmeansReport report = kmeans_fit(engine_, options_, problems);
  if (options_.control.stop.stop_requested()) throw Interrupted("stopped at the step '" + name_ + "'");
  problems_ += report.size();
  runs_ += count_runs(problems, options_);
  return report;
}

void FitStage::add_to(Index& problems, Index& runs) const noexcept {
  problems += problems_;
  runs += runs_;
}

void FitStage::begin(std::string_view, Index, std::string_view unit) {
  if (!std::exchange(shown_, true)) watcher_->begin(name_, total_, unit);
}

void FitStage::advance(Index done) { watcher_->advance(runs_ + done); }

}  // namespace regio
