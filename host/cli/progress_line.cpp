#include "cli/progress_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "cli/standard_output.hpp"

namespace regio::cli {
namespace {

constexpr std::chrono::seconds between_plain_lines{5};
constexpr std::chrono::milliseconds between_renewals{100};

std::string duration_text(double seconds) {
  auto const whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressStyle progress_style(std::string const& word) {
  if (word == "none") return ProgressStyle::none;
  if (word == "plain") return ProgressStyle::plain;
  char const* const terminal = std::getenv("TERM");
  bool const can_renew = isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
  return can_renew ? ProgressStyle::line : ProgressStyle::quiet_plain;
}

std::string progress_text(Index done, Index total, std::string_view unit, double seconds) {
  double const share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1.0;
  std::string text = fmt::format("{} of {} {}, {:.0f} %", done, total, unit, std::floor(100 * share));
  if (done > 0 && seconds > 0) {
    double const rate = static_cast<double>(done) / seconds;
    text += rate < 10 ? fmt::format(", {:.1f} {}/s", rate, unit) : fmt::format(", {:.0f} {}/s", rate, unit);
    if (done < total) text += fmt::format(", {} left", duration_text(static_cast<double>(total - done) / rate));
  }
  return text;
}

ProgressLine::~ProgressLine() { end(); }

void ProgressLine::begin(std::string_view stage, Index total, std::string_view unit) {
  end();
  stage_ = stage;
  unit_ = unit;
  total_ = total;
  started_ = shown_ = Clock::now();
  announced_ = style_ == ProgressStyle::plain;
  if (announced_) print_message(fmt::format("{}: {} {}", stage_, total_, unit_));
  line_open_ = style_ == ProgressStyle::line;
}

void ProgressLine::advance(Index done) {
  if (stage_.empty()) return;
  auto const now = Clock::now();
  double const seconds = std::chrono::duration<double>(now - started_).count();
  if (style_ == ProgressStyle::line && now - shown_ >= between_renewals) {
    shown_ = now;
    show(fmt::format("{}: {}", stage_, progress_text(done, total_, unit_, seconds)));
  } else if ((style_ == ProgressStyle::plain || style_ == ProgressStyle::quiet_plain) &&
             now - shown_ >= between_plain_lines) {
    shown_ = now;
    announced_ = true;
    print_message(fmt::format("{}: {}", stage_, progress_text(done, total_, unit_, seconds)));
  }
}

void ProgressLine::end() {
  if (stage_.empty()) return;
  double const seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  if (line_open_) show("");
  if (announced_) print_message(fmt::format("{}: ended after {:.1f} s", stage_, seconds));
  stage_.clear();
  line_open_ = announced_ = false;
}

void ProgressLine::show(std::string const& text) {
  std::string const line = "\r\033[K" + text.substr(0, std::min(text.size(), terminal_width() - 1));
  [[maybe_unused]] auto const ignored = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace regio::cli
