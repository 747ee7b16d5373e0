/// Progress of a study's k-means batches under the name of the step that they belong to.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <regio/progress.hpp>

namespace regio {

/// Passes progress on; every stage gets one name. Without an inner sink there is nothing to pass on: see sink().
class NamedStage final : public ProgressSink {
 public:
  NamedStage(ProgressSink* inner, std::string stage) : inner_(inner), stage_(std::move(stage)) {}

  /// What a Control takes: this, or null when nobody watches.
  [[nodiscard]] ProgressSink* sink() noexcept { return inner_ != nullptr ? this : nullptr; }

  void begin(std::string_view, Index total, std::string_view unit) override { inner_->begin(stage_, total, unit); }
  void advance(Index done) override { inner_->advance(done); }
  void end() override { inner_->end(); }

 private:
  ProgressSink* inner_;
  std::string stage_;
};

}  // namespace regio
