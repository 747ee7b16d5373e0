/// Progress on standard error: one line that renews itself on a terminal, or plain lines.
#pragma once

#include <chrono>
#include <string>

#include <regio/progress.hpp>

namespace regio::cli {

enum class ProgressStyle {
  none,
  line,         ///< one line that renews itself
  plain,        ///< a line when a stage begins, every few seconds, and when it ends
  quiet_plain,  ///< as plain, but silent about stages that take no longer than a few seconds
};

/// "auto": a line on a terminal, quiet_plain elsewhere; "plain"; "none".
ProgressStyle progress_style(std::string const& word);

class ProgressLine : public ProgressSink {
 public:
  explicit ProgressLine(ProgressStyle style) : style_(style) {}
  ~ProgressLine() override;

  void begin(std::string_view stage, Index total, std::string_view unit) override;
  void advance(Index done) override;
  void end() override;

 private:
  using Clock = std::chrono::steady_clock;

  void show(std::string const& text);

  ProgressStyle style_;
  std::string stage_, unit_;
  Index total_ = 0;
  Clock::time_point started_, shown_;
  bool line_open_ = false;
  bool announced_ = false;
};

/// "1200 of 40800 fits, 3 %, 24000 fits/s, 0:02 left".
std::string progress_text(Index done, Index total, std::string_view unit, double seconds);

}  // namespace regio::cli
