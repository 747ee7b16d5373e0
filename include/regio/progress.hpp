/// How a caller watches and stops long work.
#pragma once

#include <stop_token>
#include <string_view>

#include <regio/views.hpp>

namespace regio {

/// Receives progress. Calls come from one thread at a time, at most about ten a second.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// A stage of `total` steps begins; `unit` is the plural that a person reads ("fits", "rows").
  virtual void begin(std::string_view stage, Index total, std::string_view unit) = 0;
  /// `done` of `total` steps of the current stage are finished.
  virtual void advance(Index done) = 0;
  virtual void end() = 0;
};

/// Handed to long calls; both members may be left out.
struct Control {
  std::stop_token stop;              ///< raised: unfinished problems end with Outcome::cancelled
  ProgressSink* progress = nullptr;  ///< not owned
};

}  // namespace regio
